/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of one decision; the only file that knows it.
 *
 *   stateless   guard -> facts -> payment parsed -> rules that need no state
 *   stateful    rates counted once -> the other rules: score, class
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
#include "decision.h"
#include "payment/signature.h"

static void refuse(struct wb_request *r, unsigned status, const char *error,
                   const char *reason)
{
    if (r->denial.status == 0) {
        r->denial.status = status;
        r->denial.error = error;
        r->denial.reason = view_text(reason);
    }
}

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
        refuse(r, 400, "bad_record", NULL);
        return false;
    }
    enum guard_verdict verdict =
        guard_check(r->engine->guard, &r->facts, &culprit);
    if (verdict == GUARD_PASS) {
        return true;
    }
    refuse(r, guard_answers[verdict].status, guard_answers[verdict].error,
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
        refuse(r, 400, "bad_host", NULL);
        return false;
    }
    r->site = engine_site(r->engine, r->facts.host_name);
    if (!r->site) {
        r->site = &r->engine->sites[0];
        refuse(r, 421, "unknown_host", NULL);
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

static void step_facts(struct wb_request *r)
{
    r->ruleset = &r->engine->rulesets[r->site->ruleset];
    r->evaluation = r->evaluations[r->site->ruleset];
    r->facts.site = r->site->id;
    r->facts.databases = &r->engine->databases;
    r->facts.retry_names =
        r->engine->payments.mapped.count ? &r->engine->payments.mapped : NULL;
    payment_parse(&r->facts, &r->engine->payments, r->workspace, &r->payment);
    payment_fill_slots(&r->payment, &r->facts.payment);
    facts_fill(r->ruleset->plan, &r->facts, r->values, r->workspace, &r->cut);
    if (r->cut) {
        /* unknown values would make a human of whoever fills the room */
        refuse(r, 431, "headers_too_large", "workspace");
        r->evaluation = NULL;
        return;
    }
    evaluation_time(r->evaluation, r->facts.time);
    evaluation_stateless(r->evaluation, r->values);
}

/* Host, site and client are worked out for refused requests too: the record
 * names them, and count mode depends on them. */
void wb_weigh(struct wb_request *r)
{
    if (!r || r->step != STEP_FILLING) {
        return;
    }
    r->step = STEP_WEIGHED;
    bool passed = step_guard(r);
    if (!r->facts.host.at) {
        r->facts.host = target_host(r->facts.target);
    }
    if (!request_prepare(&r->facts, r->workspace) && passed) {
        refuse(r, 431, "headers_too_large", "workspace");
        passed = false;
    }
    passed = step_site(r) && passed;
    r->count = counts_only(r);
    if (passed) {
        step_facts(r);
    }
}

/* ---- the stateful half ---- */

/* The key of a rate: its name and the values it is counted by. False when a
 * part is absent or unknown: the rate is then unknown. */
static bool rate_key(const struct wb_request *r, const struct rate_info *rate,
                     uint64_t *out)
{
    uint64_t hash = hash_sip(r->state->key, rate->name);
    for (size_t i = 0; i < rate->slot_count; i++) {
        const struct value *value = &r->values[rate->slots[i]];
        if (value->state != VALUE_PRESENT) {
            return false;
        }
        struct address client;
        struct view part = value->text;
        if (value->address) {
            client = address_client(value->address);
            part = view_of((const char *)client.bytes, sizeof client.bytes);
        } else if (!part.at) {
            part = view_of((const char *)&value->number, sizeof value->number);
        }
        uint64_t both[2] = {hash, hash_sip(r->state->key, part)};
        hash =
            hash_sip(r->state->key, view_of((const char *)both, sizeof both));
    }
    *out = hash;
    return true;
}

/* Counts every declared rate once, this request included. */
static const uint64_t *step_rates(struct wb_request *r)
{
    const struct program *program = r->ruleset->program;
    size_t n = program_rates(program);
    if (n == 0 || !r->state) {
        return NULL;
    }
    struct address client = address_neighbourhood(&r->facts.client);
    for (size_t i = 0; i < n; i++) {
        const struct rate_info *rate = program_rate(program, i);
        uint64_t key = 0;
        r->rates[i] = RATE_UNKNOWN;
        if (rate_key(r, rate, &key)) {
            r->rates[i] = rates_count(r->state->rates, key,
                                      r->facts.client_known ? &client : NULL,
                                      rate->window, r->facts.time);
        }
    }
    return r->rates;
}

static void step_rules(struct wb_request *r)
{
    evaluation_stateful(r->evaluation, step_rates(r));
    r->verdict = *evaluation_verdict(r->evaluation);
    if (r->verdict.reject) {
        refuse(r, r->verdict.status, "rejected", NULL);
        r->denial.reason = r->verdict.reason;
    }
}

static void step_price(struct wb_request *r)
{
    policy_price(r->site->policy, &r->facts, r->evaluation, &r->price);
    if (r->price.action == PRICE_REJECT) {
        const struct refusal *refusal = r->price.refusal;
        if (decision_allows(r)) {
            refuse(r, refusal->status, "not_for_sale", NULL);
            r->denial.refusal = refusal;
            r->denial.reason = refusal->reason;
        }
    }
}

static void refuse_payment(struct wb_request *r)
{
    const struct payment_state_row *row = &payment_states[r->payment_state];
    refuse(r, row->status, row->error, r->judgement.reason);
    if (row->status == 409) {
        r->denial.retry = "sign-again";
    }
}

/* What the settings say to do with a payment in its state. */
static void act_on_payment(struct wb_request *r)
{
    enum payment_action action =
        payment_action(&r->payment, &r->engine->payments, r->payment_state);
    if (action == PAYMENT_REJECT && r->payment_state != PAYMENT_NONE) {
        refuse_payment(r);
    }
    r->forward = action == PAYMENT_PASS && r->payment_state != PAYMENT_NONE &&
                 r->price.action == PRICE_CHARGE && decision_allows(r);
}

/* What is sold at this price; only where it charges. */
static struct offer offer_of(const struct price *price)
{
    const struct asset *asset = price->asset;
    return (struct offer){.network = asset->network,
                          .asset = asset->address,
                          .pay_to = price->pay_to,
                          .amount = price->amount,
                          .decimals = asset->decimals,
                          .domain = asset->has_domain ? asset->domain : NULL};
}

static void step_judge(struct wb_request *r)
{
    struct offer offer;
    size_t offers = 0;
    if (r->price.action == PRICE_CHARGE) {
        offers = 1;
        offer = offer_of(&r->price);
    }
    r->judgement =
        payment_judge(&r->payment, &r->engine->payments, &offer, offers,
                      policy_strict(r->site->policy), r->facts.time);
    r->payment_state = r->judgement.state;
    act_on_payment(r);
}

/* The dearest step, so only for what would be claimed (count mode works it
 * out too). A signature that fails is no payment of that payer's own key; a
 * contract may still take it, so the default is to say so and go on. */
static void step_signature(struct wb_request *r)
{
    enum payment_signatures wanted = r->engine->payments.signatures;
    if (wanted == SIGNATURES_OFF || !r->forward ||
        r->payment_state == PAYMENT_REUSABLE) {
        return;
    }
    struct offer offer = offer_of(&r->price);
    r->proof = signature_check(&r->payment, &offer);
    if (r->proof != PROOF_FAILED) {
        return;
    }
    r->judgement.reason = "not_signed_by_payer";
    if (wanted == SIGNATURES_REJECT) {
        r->payment_state = PAYMENT_FORGED;
        act_on_payment(r);
    }
}

/* ---- the claim ---- */

static void claim_fill(struct wb_request *r)
{
    struct claim *claim = &r->call.claim;
    memset(claim, 0, sizeof *claim);
    memcpy(claim->identity, r->payment.identity, sizeof claim->identity);
    memcpy(claim->content, r->payment.content, sizeof claim->content);
    memcpy(claim->decision, r->id, sizeof claim->decision);
    if (r->payment.identifier.at) {
        struct sha256 hash;
        sha256_start(&hash);
        sha256_add(&hash, r->site->id);
        sha256_add(&hash, view_of("", 1));
        sha256_add(&hash, r->payment.identifier);
        sha256_end(&hash, claim->identifier);
        claim->has_identifier = true;
    }
    claim->proven = r->proof == PROOF_PROVEN;
    claim->now = r->facts.time;
    r->call.answer.result = CLAIM_UNAVAILABLE; /* until the store says more */
    claim->expires =
        payment_claim_expiry(&r->payment, &r->engine->payments, r->facts.time);
    claim->client_known = r->facts.client_known;
    if (claim->client_known) {
        claim->client = r->facts.client;
    }
}

static void claim_answered(struct wb_request *r)
{
    static const struct {
        enum payment_state state;
        const char *error; /* a store that cannot claim: 429 */
    } outcomes[] = {
        [CLAIM_TAKEN] = {PAYMENT_SOUND, NULL},
        [CLAIM_REPLAYED] = {PAYMENT_REPLAYED, NULL},
        [CLAIM_REPEATED] = {PAYMENT_REPEATED, NULL},
        [CLAIM_CONFLICTING] = {PAYMENT_CONFLICTING, NULL},
        [CLAIM_FULL] = {PAYMENT_SOUND, "claims_full"},
        [CLAIM_UNAVAILABLE] = {PAYMENT_SOUND, "claims_unavailable"},
    };
    enum claim_result result = r->call.answer.result;
    if (outcomes[result].error) {
        refuse(r, 429, outcomes[result].error, NULL);
        r->denial.retry = "wait";
        r->denial.retry_after = 1;
    } else if (result != CLAIM_TAKEN) {
        r->payment_state = outcomes[result].state;
        r->judgement.reason = NULL; /* it was of the state before */
        act_on_payment(r);
    }
    r->forward = r->forward && decision_allows(r);
}

/* Only what goes on, at a price, with its header left in place, is claimed:
 * refusals, free prices, stripped headers and count mode burn nothing. */
static bool wants_claim(const struct wb_request *r)
{
    return decision_allows(r) && r->forward && !r->count &&
           r->payment_state != PAYMENT_REUSABLE;
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
    struct text score = text_in(r->score_text, sizeof r->score_text - 1);
    text_add_u64(&score, (uint64_t)r->verdict.score);
    r->score_text[score.size] = '\0';
    r->amount_text = VIEW("0");
    r->price_text = VIEW("0");
    if (r->price.action == PRICE_CHARGE) {
        struct text t = text_in(r->price_room, sizeof r->price_room);
        amount_write(&t, &r->price.amount);
        r->amount_text = text_view(&t);
        amount_write_decimal(&t, &r->price.amount, r->price.asset->decimals);
        r->price_text =
            view_of(t.at + r->amount_text.size, t.size - r->amount_text.size);
    }
}

static void finish(struct wb_request *r)
{
    write_numbers(r);
    r->step = STEP_DONE;
    if (r->count) {
        r->forward = false;
    }
    if (decision_allows(r) || r->count) {
        r->status = 200;
        headers_write(r);
    } else {
        r->status = r->denial.status;
        denial_write(r);
    }
    if (r->answer.cut) {
        refuse_too_large(r);
    }
    counters_add(r);
}

/* Serving: a pseudo-random function of a counter, so that nobody can guess
 * another's decision id. */
static void id_of_counter(struct wb_request *r, uint64_t id[2])
{
    uint64_t seed[3] = {r->id_start, r->id_count++, 0};
    id[0] = hash_sip(r->state->key, view_of((const char *)seed, sizeof seed));
    seed[2] = 1;
    id[1] = hash_sip(r->state->key, view_of((const char *)seed, sizeof seed));
}

/* Replay: a hash of the input, so that equal input gives equal output. */
static void id_of_input(const struct request *f, uint64_t id[2])
{
    static const unsigned char key[16] = "decision";
    const struct view facts[] = {f->method, f->host, f->target, f->client_ip,
                                 f->id};
    uint64_t sum[3] = {(uint64_t)f->time, f->header_count, 0};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        sum[0] = sum[0] * UINT64_C(0x9E3779B97F4A7C15) + hash_table(facts[i]);
    }
    for (size_t i = 0; i < f->header_count; i++) {
        sum[1] = (sum[1] ^ hash_table(f->headers[i].name)) *
                     UINT64_C(0x9E3779B97F4A7C15) +
                 hash_table(f->headers[i].value);
    }
    id[0] = hash_sip(key, view_of((const char *)sum, sizeof sum));
    sum[2] = 1;
    id[1] = hash_sip(key, view_of((const char *)sum, sizeof sum));
}

static void make_id(struct wb_request *r)
{
    uint64_t id[2];
    if (r->state && !r->state->replay) {
        id_of_counter(r, id);
    } else {
        id_of_input(&r->facts, id);
    }
    memcpy(r->id, id, sizeof r->id);
    struct text text = text_in(r->id_text, sizeof r->id_text);
    text_add_hex(&text, r->id, sizeof r->id);
    r->id_text[32] = '\0';
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
    wb_weigh(r);
    r->state = state;
    make_id(r);
    if (!r->evaluation) {
        finish(r);
        return WB_DONE;
    }
    step_rules(r);
    step_price(r);
    step_judge(r);
    step_signature(r);
    if (!wants_claim(r)) {
        finish(r);
        return WB_DONE;
    }
    if (!state) {
        r->would_claim = true;
        finish(r);
        return WB_DONE;
    }
    claim_fill(r);
    r->wake = wake;
    r->wake_arg = arg;
    r->call.wake = answered;
    r->call.arg = r;
    atomic_store_explicit(&r->answered, false, memory_order_relaxed);
    r->step = STEP_CLAIMING;
    if (state->store->ops->claim(state->store, &r->call) == CLAIM_WAIT) {
        return WB_WAIT;
    }
    claim_answered(r);
    finish(r);
    return WB_DONE;
}

void wb_decide_resume(struct wb_request *r)
{
    if (r && r->step == STEP_CLAIMING && !decision_is_held(r)) {
        claim_answered(r);
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
