/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to an ask between the server and the engine. Every way out is
 * an allow with all of its headers, a denial, or a refusal of the door;
 * nothing that goes wrong here is an allow.
 */
#include "sidecar/door.h"

#include <string.h>

#include "sidecar/clock.h"
#include "sidecar/head.h"
#include "sidecar/metrics.h"
#include "sidecar/payments.h"
#include "sidecar/watch.h"

/* ---- answers ---- */

static enum server_step refuse(const struct door *door, enum refusal refusal,
                               struct exchange *x)
{
    metrics_refusal(refusal);
    if (door->denied != NULL) {
        denied_refusal(refusal, x);
    } else {
        refusal_answer(refusal, x);
    }
    return SERVER_ANSWER;
}

static void answer_headers(struct exchange *x, const struct wb_request *request)
{
    struct wb_text name, value;

    for (size_t i = 0; wb_decision_header(request, i, &name, &value); i++) {
        exchange_set(x, name, value);
    }
}

/* Allow is exactly 200. */
static void answer_decision(const struct door *door,
                            const struct snapshot *snapshot, struct exchange *x)
{
    const struct wb_request *request = x->slot->request;

    x->status = wb_decision_status(request);
    answer_headers(x, request);
    if (x->status == 200) {
        payments_answer(snapshot->setup.listen[door->index].dialect->payments,
                        snapshot->engine, x);
    }
    x->answer_body = wb_decision_body(request);
    if (x->status != 200 && door->denied != NULL) {
        denied_remember(door->denied, wb_decision_answer(request, WB_ANSWER_ID),
                        wall_clock(), x);
    }
}

static enum server_step
decided(struct door *door, const struct snapshot *snapshot, struct exchange *x)
{
    const struct setup *setup = &snapshot->setup;

    if (setup->listen[door->index].dialect->record) {
        ask_record_answer(x);
    } else {
        answer_decision(door, snapshot, x);
    }
    metrics_decision(stop_watch() - x->slot->began);
    log_decision(door->log, setup, door->index, x->slot);
    wb_audit_decision(door->audit, x->slot->request);
    return SERVER_ANSWER;
}

/* ---- deciding ---- */

static void woken(void *context)
{
    server_wake(context);
}

static enum server_step decide(struct door *door, struct snapshot *snapshot,
                               struct exchange *x)
{
    if (wb_decide(x->slot->request, door->state, woken, x) == WB_WAIT) {
        /* the wake may have come already; it is acted upon by this thread,
         * after this call */
        x->slot->snapshot = snapshot_ref(snapshot);
        metrics_count(COUNTER_WAITS);
        return SERVER_WAIT;
    }
    return decided(door, snapshot, x);
}

static enum refusal take_slot(struct door *door, struct exchange *x)
{
    x->slot = slots_take(door->slots, door->index);
    if (x->slot == NULL) {
        return REFUSE_BUSY;
    }
    memset(&x->slot->seen, 0, sizeof x->slot->seen);
    return REFUSE_NOT;
}

static enum refusal begin(const struct snapshot *snapshot, struct exchange *x)
{
    x->slot->began = stop_watch();
    return wb_request_begin(x->slot->request, snapshot->engine, wall_clock()) ==
                   WB_OK
               ? REFUSE_NOT
               : REFUSE_MEMORY;
}

static enum server_step begin_record(struct door *door, struct exchange *x)
{
    enum refusal refusal = ask_record_head(x);
    char *room;

    if (refusal == REFUSE_NOT) {
        refusal = take_slot(door, x);
    }
    if (refusal != REFUSE_NOT) {
        refuse(door, refusal, x);
        if (refusal == REFUSE_METHOD) {
            exchange_set(x, text_of("Allow"), text_of("POST"));
        }
        return SERVER_ANSWER;
    }
    room = slot_record(door->slots, x->slot);
    if (room == NULL) {
        return refuse(door, REFUSE_MEMORY, x);
    }
    x->body = (struct wb_text){room, slots_record_bytes(door->slots)};
    return SERVER_BODY;
}

static enum server_step begin_ask(struct door *door, struct snapshot *snapshot,
                                  struct exchange *x)
{
    const struct listener *listener = &snapshot->setup.listen[door->index];
    enum refusal refusal = take_slot(door, x);

    if (refusal == REFUSE_NOT) {
        refusal = begin(snapshot, x);
    }
    if (refusal == REFUSE_NOT) {
        refusal = dialect_read(listener, x, &x->slot->seen, x->slot->request);
    }
    if (refusal != REFUSE_NOT) {
        return refuse(door, refusal, x);
    }
    watch_ask(door->index, &snapshot->setup, x, &x->slot->seen,
              wb_request_time(x->slot->request));
    return decide(door, snapshot, x);
}

static enum server_step second_ask(const struct door *door, struct exchange *x)
{
    static _Thread_local char room[DENIED_TEXT_MAX];

    metrics_count(denied_render(door->denied, wall_clock(), x, room)
                      ? COUNTER_DENIED_FOUND
                      : COUNTER_DENIED_UNKNOWN);
    return SERVER_ANSWER;
}

/* ---- the server's calls ---- */

static enum server_step on_head(void *context, struct exchange *x)
{
    struct door *door = context;
    struct snapshot *snapshot = reload_current(door->reload);
    const struct listener *listener;
    enum refusal refusal;

    metrics_ask(door->index);
    if (snapshot == NULL) {
        return refuse(door, REFUSE_MEMORY, x);
    }
    listener = &snapshot->setup.listen[door->index];
    refusal = head_check(x);
    if (refusal == REFUSE_NOT && !trust_peer(&listener->trust, x->peer)) {
        refusal = REFUSE_PEER;
    }
    if (refusal != REFUSE_NOT) {
        return refuse(door, refusal, x);
    }
    if (listener->dialect->record) {
        return begin_record(door, x);
    }
    if (listener->dialect->second_ask && text_is(x->target, "/denied")) {
        return second_ask(door, x);
    }
    return begin_ask(door, snapshot, x);
}

/* The record is whole: it is decided by now's clock and snapshot, however
 * long it was on its way. */
static enum server_step on_body(void *context, struct exchange *x)
{
    struct door *door = context;
    struct snapshot *snapshot = reload_current(door->reload);

    if (x->body_over) {
        return refuse(door, REFUSE_RECORD_LENGTH, x);
    }
    if (snapshot == NULL || begin(snapshot, x) != REFUSE_NOT) {
        return refuse(door, REFUSE_MEMORY, x);
    }
    if (!ask_record_read(x)) {
        metrics_refusal(REFUSE_RECORD);
        return SERVER_ANSWER;
    }
    return decide(door, snapshot, x);
}

static enum server_step on_resume(void *context, struct exchange *x)
{
    struct door *door = context;

    wb_decide_resume(x->slot->request);
    return decided(door, x->slot->snapshot, x);
}

/* After the answer has left: the shadow's decision delays nobody. */
static void on_release(void *context, struct exchange *x)
{
    struct door *door = context;

    if (x->slot != NULL) {
        if (wb_shadow_decide(x->slot->request)) {
            log_shadow(door->log, x->slot->request);
        }
        slots_give(door->slots, x->slot);
        x->slot = NULL;
    }
}

struct server_handler door_handler(struct door *door)
{
    return (struct server_handler){door, on_head, on_body, on_resume,
                                   on_release};
}
