/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of one decision; the only file that knows it.
 *
 *   stateless   guard -> facts -> payment parsed, signature checked
 *               -> rules that need no state
 *   stateful    rates counted once, the signature asked whether it was seen
 *               -> the other rules: score, class
 *               -> price -> payment judged -> its signature
 *               -> claim, the last act
 *   then        headers, or the answer that refuses
 *
 * A step that refuses ends the decision; what refuses first is what is
 * told. Nothing is claimed unless everything else lets the request go on.
 * In count mode all is worked out and nothing is done: no claim, no refusal.
 */
#include <errno.h>
#include <semaphore.h>

#include "base/hash.h"
#include "counters.h"
#include "headers.h"
#include "memo.h"
#include "payment/signature.h"
#include "recall.h"
#include "request/fill.h"
#include "signed.h"
#include "steps.h"

/* ---- the stateless half ---- */

static const struct {
    unsigned status;
    const char *error;
} guard_answers[] = {
    [GUARD_PASS] = {0, NULL},
    [GUARD_LIMIT] = {431, "headers_too_large"},
    [GUARD_TARGET] = {414, "target_too_long"},
    [GUARD_BAD_HEADER] = {400, "bad_header"},
    [GUARD_SPOOFED_HEADER] = {400, "spoofed_header"},
    [GUARD_CONNECTION] = {400, "spoofed_header"},
};

static bool step_guard(struct wb_request *r)
{
    const struct header *culprit = NULL;
    if (r->unread) {
        decision_refuse(r, 400, "bad_record", NULL);
        return false;
    }
    enum guard_verdict verdict =
        guard_check(r->engine->guard, &r->facts, &culprit);
    if (verdict == GUARD_PASS) {
        return true;
    }
    decision_refuse(r, guard_answers[verdict].status,
                    guard_answers[verdict].error,
                    verdict == GUARD_CONNECTION ? "connection" : NULL);
    if (culprit) {
        r->denial.header = culprit->name;
    }
    return false;
}

static bool step_site(struct wb_request *r)
{
    if (!site_is_certain(r->engine, &r->facts)) {
        r->site = &r->engine->sites[0];
        decision_refuse(r, 400, "bad_host", NULL);
        return false;
    }
    r->site = engine_site(r->engine, r->facts.host_name);
    if (!r->site) {
        r->site = &r->engine->sites[0];
        decision_refuse(r, 421, "unknown_host", NULL);
        return false;
    }
    return true;
}

/* In count mode, and for the clients outside enforce-share, nothing is
 * enforced. A client stays on one side: its address decides, by a hash that
 * does not change with restarts. */
static bool counts_only(const struct wb_request *r)
{
    static const unsigned char key[16] = "enforce-share";
    if (r->site->count) {
        return true;
    }
    if (r->engine->enforce_share >= 1000000 || !r->facts.client_known) {
        return false;
    }
    struct address client = address_client(&r->facts.client);
    uint64_t hash = hash_sip(key, view_of((const char *)client.bytes, 16));
    return hash % 1000000 >= r->engine->enforce_share;
}

/* The next one like it is recalled, unless a rate counts it. */
static void remember(struct wb_request *r, const uint64_t *rates)
{
    size_t n = r->recall ? program_rates(r->ruleset->program) : 0;
    bool counted = n > 0 && (!r->state || r->lender);

    for (size_t i = 0; i < n && !counted; i++) {
        counted = rates[i] != RATE_UNKNOWN;
    }
    if (r->recall && !counted) {
        r->finished = recall_keep(r);
    }
}

static void give_memo(struct wb_request *r)
{
    if (r->memo) {
        evaluation_leave(r->evaluations[r->site->ruleset]);
        memos_give(r->ruleset->memos, r->memo_place, r->memo);
        r->memo = NULL;
    }
}

static void step_facts(struct wb_request *r)
{
    r->ruleset = &r->engine->rulesets[r->site->ruleset];
    r->evaluation = r->evaluations[r->site->ruleset];
    r->facts.site = r->site->id;
    r->facts.robots = r->site->robots;
    r->facts.databases = &r->engine->databases;
    if (payment_may_be(&r->facts)) {
        payment_parse(&r->facts, &r->engine->payments, r->workspace,
                      &r->payment);
    }
    payment_fill_slots(&r->payment, &r->facts.payment);
    signature_weigh(r);
    r->finished = recall_find(r, &r->evaluation);
    if (r->finished) {
        return;
    }
    r->memo = r->anew ? NULL : memos_take(r->ruleset->memos, &r->memo_place);
    if (facts_start(r->fill, r->ruleset->plan, &r->facts, r->values,
                    r->workspace, &r->cut)) {
        evaluation_time(r->evaluation, r->facts.time);
        evaluation_stateless_of(r->evaluation, r->fill, r->memo);
    }
    if (r->cut || r->answers_only) {
        give_memo(r); /* what is shared (past.h) leaves its traces */
    }
    if (r->cut) {
        /* unknown values would make a human of whoever fills the room */
        decision_refuse(r, 431, "headers_too_large", "workspace");
        r->evaluation = NULL;
    }
}

/* Host, site and client are worked out for refused requests too: the record
 * names them, and count mode depends on them. */
static void weigh(struct wb_request *r)
{
    r->step = STEP_WEIGHED;
    request_look_up(&r->facts, r->engine->names);
    bool passed = step_guard(r);
    if (!r->facts.host.at) {
        r->facts.host = target_host(r->facts.target);
    }
    if (!request_prepare(&r->facts, r->workspace) && passed) {
        decision_refuse(r, 431, "headers_too_large", "workspace");
        passed = false;
    }
    passed = step_site(r) && passed;
    r->count = counts_only(r);
    if (passed) {
        step_facts(r);
    }
}

void wb_weigh(struct wb_request *r)
{
    if (r && r->step == STEP_FILLING) {
        weigh(r);
        give_memo(r);
    }
}

/* ---- the stateful half ---- */

static void step_rules(struct wb_request *r)
{
    signature_claim(r);
    if (!r->finished) {
        const uint64_t *rates = rates_step(r);
        evaluation_stateful(r->evaluation, rates);
        give_memo(r);
        remember(r, rates);
    }
    r->verdict = *evaluation_verdict(r->evaluation);
    if (r->verdict.reject) {
        decision_refuse(r, r->verdict.status, "rejected", NULL);
        r->denial.reason = r->verdict.reason;
    }
}

/* ---- the end ---- */

/* No half of an answer leaves. What it is made of is bounded where it is
 * loaded, so that this is for a mistake of ours; not even count mode lets
 * it pass, for a gate must not see headers without values. */
static void refuse_too_large(struct wb_request *r)
{
    r->count = false;
    r->forward = false;
    r->denial = (struct denial){.status = 403, .error = "answer_too_large"};
    r->status = r->denial.status;
    r->header_count = 0;
    r->answer = text_in(r->answer_room, sizeof r->answer_room);
    denial_write(r);
}

/* Numbers are written once, for headers, records and single answers. */
static void write_numbers(struct wb_request *r)
{
    struct text score = text_in(r->score_room, sizeof r->score_room);
    text_add_u64(&score, (uint64_t)r->verdict.score);
    r->score_text = text_view(&score);
    r->amount_text = VIEW("0");
    r->price_text = VIEW("0");
    r->demand_text = VIEW_NONE;
    if (r->price.multiplier) {
        struct text t = text_in(r->demand_room, sizeof r->demand_room);
        struct amount multiplier = amount_from_u64(r->price.multiplier);
        amount_write_decimal(&t, &multiplier, 6);
        r->demand_text = text_view(&t);
    }
    if (r->price.action == PRICE_CHARGE) {
        struct text t = text_in(r->price_room, sizeof r->price_room);
        amount_write(&t, &r->price.amount);
        r->amount_text = text_view(&t);
        amount_write_decimal(&t, &r->price.amount, r->price.asset->decimals);
        r->price_text =
            view_of(t.at + r->amount_text.size, t.size - r->amount_text.size);
    }
}

/* Headers to the gate, or the answer that refuses. */
static void write_answer(struct wb_request *r)
{
    if (r->status != 200) {
        denial_write(r);
    } else if (r->engine->profile == PROFILE_AWS_WAF) {
        headers_write_aws(r);
    } else {
        headers_write(r);
    }
}

static void finish(struct wb_request *r)
{
    price_finish(r);
    write_numbers(r);
    r->step = STEP_DONE;
    if (r->count) {
        r->forward = false;
    }
    r->status = decision_allows(r) || r->count ? 200 : r->denial.status;
    if (!r->answers_only) {
        write_answer(r);
    }
    if (r->answer.cut) {
        refuse_too_large(r);
    }
    if (!r->again) {
        counters_add(r);
    }
}

/* From the store's thread. The request may be gone once it is told. */
static void answered(void *arg)
{
    struct wb_request *r = arg;
    void (*wake)(void *) = r->wake;
    void *wake_arg = r->wake_arg;
    atomic_store_explicit(&r->answered, true, memory_order_release);
    if (wake) {
        wake(wake_arg);
    }
}

enum wb_result wb_decide(struct wb_request *r, struct wb_state *state,
                         void (*wake)(void *arg), void *arg)
{
    if (!r || r->step == STEP_EMPTY || r->step >= STEP_CLAIMING) {
        return r && r->step == STEP_CLAIMING ? WB_WAIT : WB_DONE;
    }
    if (r->step == STEP_FILLING) {
        weigh(r);
    }
    r->state = state;
    if (!r->answers_only || r->payment.header.at) {
        decision_make_id(r); /* a claim is held by it */
    }
    decision_ask(r);
    if (!r->evaluation) { /* refused before its rules */
        r->verdict = (struct verdict){.class = CLASS_UNKNOWN};
        price_clear(&r->price);
        finish(r);
        return WB_DONE;
    }
    step_rules(r);
    price_step(r);
    payment_step_judge(r);
    payment_step_signature(r);
    if (!payment_wants_claim(r)) {
        finish(r);
        return WB_DONE;
    }
    if (!state) {
        r->would_claim = true;
        finish(r);
        return WB_DONE;
    }
    payment_claim(r);
    r->wake = wake;
    r->wake_arg = arg;
    r->call.wake = answered;
    r->call.arg = r;
    atomic_store_explicit(&r->answered, false, memory_order_relaxed);
    r->step = STEP_CLAIMING;
    if (state->store->ops->claim(state->store, &r->call) == CLAIM_WAIT) {
        return WB_WAIT;
    }
    payment_claim_answered(r);
    finish(r);
    return WB_DONE;
}

void wb_decide_resume(struct wb_request *r)
{
    if (r && r->step == STEP_CLAIMING && !decision_is_held(r)) {
        payment_claim_answered(r);
        finish(r);
    }
}

static void post(void *arg)
{
    sem_post(arg);
}

void wb_decide_blocking(struct wb_request *r, struct wb_state *state)
{
    sem_t woken;
    if (!r || r->step == STEP_CLAIMING) {
        return; /* somebody else is woken for it */
    }
    sem_init(&woken, 0, 0);
    if (wb_decide(r, state, post, &woken) == WB_WAIT) {
        while (sem_wait(&woken) != 0 && errno == EINTR) {
        }
        wb_decide_resume(r);
    }
    sem_destroy(&woken);
}
