/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outcomes: what became of a payment that was let through, told to the store
 * that holds its claim, and what follows from it: counters, and the payer
 * whose settlements fail by his own fault is locked out for a while.
 */
#include "wb_outcome.h"

#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>

#include "base/json.h"
#include "decision.h"
#include "outcomes.h"
#include "state/lockout.h"

const char *const outcome_fates[] = {[FATE_NONE] = "-",
                                     [FATE_SETTLED] = "settled",
                                     [FATE_FAILED] = "failed",
                                     [FATE_PENDING] = "pending",
                                     [FATE_RELEASED] = "released"};
const char *const outcome_results[] = {[OUTCOME_DONE] = "done",
                                       [OUTCOME_REPEATED] = "repeated",
                                       [OUTCOME_REFUSED] = "refused",
                                       [OUTCOME_UNKNOWN] = "unknown",
                                       [OUTCOME_UNAVAILABLE] = "unavailable"};

struct wb_outcome *wb_outcome_new(void)
{
    return calloc(1, sizeof(struct wb_outcome));
}

void wb_outcome_free(struct wb_outcome *outcome)
{
    free(outcome);
}

/* ---- whose fault ---- */

/* Reasons of failed settlements that only the payer could have avoided. */
static const char *const payers_fault[] = {
    "insufficient_funds",
    "insufficient_balance",
    "invalid_exact_evm_insufficient_balance",
    "permit2_insufficient_balance",
    "invalid_batch_settlement_evm_insufficient_balance",
    "invalid_transaction_state", /* reverted */
    "invalid_exact_evm_transaction_failed",
    "invalid_upto_evm_transaction_failed",
    "transaction_reverted",
    "reverted",
};

static bool is_payers_fault(const struct wb_outcome *o)
{
    struct view reason = view_of(o->reason, o->reason_size);

    for (size_t i = 0; i < sizeof payers_fault / sizeof *payers_fault; i++) {
        if (view_equal(reason, view_text(payers_fault[i]))) {
            return true;
        }
    }
    return false;
}

/* ---- calls that may wait ---- */

static void post(void *arg)
{
    sem_post(arg);
}

static void wait_for(sem_t *woken)
{
    while (sem_wait(woken) != 0 && errno == EINTR) {
    }
}

static void share(struct store *store, struct shared_call *call, sem_t *woken)
{
    call->wake = post;
    call->arg = woken;
    if (shared_act(store, call) == CLAIM_WAIT) {
        wait_for(woken);
    }
}

/* Of failures that are told at once, here or through other nodes, each is
 * counted: one that found another's record on its way begins again. */
#define TRIES 64

static void count_failure(struct wb_outcome *o, struct wb_state *state,
                          sem_t *woken)
{
    struct shared_call found = lockout_ask(o->call.payer, o->time);
    struct shared_call put = {.result = SHARED_TAKEN};

    share(state->store, &found, woken);
    for (int i = 0; i < TRIES && put.result == SHARED_TAKEN; i++) {
        put = lockout_count(&found, o->time);
        share(state->store, &put, woken);
        found = put;
        found.result = put.value_size ? SHARED_STANDS : SHARED_ABSENT;
    }
    if (put.result == SHARED_STANDS) {
        o->locked_until = lockout_until(&put);
    }
    outcomes_count_lockout(state->outcomes, put.result, o->locked_until);
}

/* ---- telling ---- */

static bool has_payer(const struct outcome_call *call)
{
    static const unsigned char none[CLAIM_PAYER];

    return call->proven && memcmp(call->payer, none, sizeof none) != 0;
}

enum wb_status wb_outcome_report(struct wb_outcome *o, struct wb_state *state,
                                 int64_t now)
{
    struct outcome_call *call = &o->call;
    sem_t woken;

    if (!state || o->fate == FATE_NONE) {
        return WB_ERROR_ARGUMENT;
    }
    sem_init(&woken, 0, 0);
    o->time = now;
    o->locked_until = 0;
    memset(call, 0, sizeof *call);
    memcpy(call->decision, o->decision, sizeof call->decision);
    call->fate = o->fate;
    call->now = now;
    call->wake = post;
    call->arg = &woken;
    if (state->store->ops->outcome(state->store, call) == CLAIM_WAIT) {
        wait_for(&woken);
    }
    if (call->result == OUTCOME_DONE && o->fate == FATE_FAILED &&
        has_payer(call) && is_payers_fault(o)) {
        count_failure(o, state, &woken);
    }
    if (call->result == OUTCOME_DONE &&
        (o->fate == FATE_RELEASED || o->fate == FATE_FAILED)) {
        volume_release(state->store, call->decision, now);
    }
    sem_destroy(&woken);
    outcomes_count(state->outcomes, o->fate, call->result, call->amount);
    return call->result == OUTCOME_UNAVAILABLE ? WB_ERROR_IO : WB_OK;
}

/* ---- what it says ---- */

struct wb_text wb_outcome_answer(const struct wb_outcome *o,
                                 enum wb_outcome_answer which)
{
    struct view v = VIEW("-");

    switch (which) {
    case WB_OUTCOME_DECISION:
        v = view_text(o->decision_text);
        break;
    case WB_OUTCOME_FATE:
        v = view_text(outcome_fates[o->fate]);
        break;
    case WB_OUTCOME_REASON:
        v = view_of(o->reason, o->reason_size);
        break;
    case WB_OUTCOME_TRANSACTION:
        v = view_of(o->transaction, o->transaction_size);
        break;
    case WB_OUTCOME_RESULT:
        v = o->time ? view_text(outcome_results[o->call.result]) : v;
        break;
    }
    v = v.size ? v : VIEW("-");
    return (struct wb_text){v.at, v.size};
}

static struct view or_none(const char *text, size_t size)
{
    return size ? view_of(text, size) : VIEW_NONE;
}

void outcome_members(const struct wb_outcome *o, struct json_writer *w)
{
    json_member(w, "decision", view_text(o->decision_text));
    json_member(w, "outcome", view_text(outcome_fates[o->fate]));
    if (o->reason_size) {
        json_member(w, "reason", or_none(o->reason, o->reason_size));
    }
    if (o->transaction_size) {
        json_member(w, "transaction",
                    or_none(o->transaction, o->transaction_size));
    }
    if (o->time) {
        json_member(w, "result", view_text(outcome_results[o->call.result]));
    }
    if (o->locked_until) {
        char room[32];
        struct text until = text_in(room, sizeof room);

        text_add_time(&until, o->locked_until);
        json_member(w, "locked_until", text_view(&until));
    }
}

size_t wb_outcome_write(const struct wb_outcome *o, char *out, size_t room)
{
    struct text text = text_in(out, room);
    struct json_writer w = {&text, false};

    json_open_object(&w);
    outcome_members(o, &w);
    json_close_object(&w);
    return text.cut ? room * 2 + 1024 : text.size;
}
