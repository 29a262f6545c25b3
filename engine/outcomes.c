/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters of outcomes, and the list of payers who are locked out: told to
 * operators, who may lift a lockout.
 */
#include "outcomes.h"

#include <errno.h>
#include <inttypes.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/codec.h"
#include "base/json.h"
#include "decision.h"
#include "state/lockout.h"
#include "wb_outcome.h"

struct outcomes *outcomes_new(void)
{
    return calloc(1, sizeof(struct outcomes));
}

void outcomes_free(struct outcomes *outcomes)
{
    free(outcomes);
}

/* ---- counters ---- */

static void add(atomic_uint_least64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

void outcomes_count(struct outcomes *outcomes, enum claim_fate fate,
                    enum outcome_result result, uint64_t amount)
{
    add(&outcomes->told[fate][result], 1);
    if (fate == FATE_SETTLED && result == OUTCOME_DONE) {
        uint64_t before = atomic_load(&outcomes->settled);

        while (!atomic_compare_exchange_weak(
            &outcomes->settled, &before,
            before > UINT64_MAX - amount ? UINT64_MAX : before + amount)) {
        }
    }
}

void outcomes_count_lockout(struct outcomes *outcomes,
                            enum shared_result result, int64_t until)
{
    if (result != SHARED_STANDS) {
        add(&outcomes->lockouts_lost, 1);
    } else if (until) {
        add(&outcomes->lockouts, 1);
    }
}

struct page {
    wb_sink *sink;
    void *context;
};

static void line(const struct page *page, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void line(const struct page *page, const char *format, ...)
{
    char room[256];
    va_list args;

    va_start(args, format);
    int n = vsnprintf(room, sizeof room, format, args);
    va_end(args);
    if (n > 0 && (size_t)n < sizeof room) {
        page->sink(page->context, room, (size_t)n);
    }
}

static void count_line(const struct page *page, const char *name,
                       const char *help, const atomic_uint_least64_t *counter)
{
    line(page,
         "# HELP weighbridge_%s %s\n# TYPE weighbridge_%s counter\n"
         "weighbridge_%s %" PRIu64 "\n",
         name, help, name, name, (uint64_t)atomic_load(counter));
}

void outcomes_metrics(const struct outcomes *outcomes, wb_sink *sink,
                      void *context)
{
    struct page page = {sink, context};

    line(&page, "# HELP weighbridge_outcomes_total Outcomes that were told, "
                "by what became of them.\n"
                "# TYPE weighbridge_outcomes_total counter\n");
    for (int f = FATE_SETTLED; f <= FATE_RELEASED; f++) {
        for (int r = OUTCOME_DONE; r <= OUTCOME_UNAVAILABLE; r++) {
            line(&page,
                 "weighbridge_outcomes_total{outcome=\"%s\",result=\"%s\"} "
                 "%" PRIu64 "\n",
                 outcome_fates[f], outcome_results[r],
                 (uint64_t)atomic_load(&outcomes->told[f][r]));
        }
    }
    count_line(&page, "settled_amount_total",
               "Sum of prices settled, in atomic units, all assets together.",
               &outcomes->settled);
    count_line(&page, "lockouts_total", "Times that a payer was locked out.",
               &outcomes->lockouts);
    count_line(&page, "lockouts_lost_total",
               "Failures of payers that the store could not keep.",
               &outcomes->lockouts_lost);
}

/* ---- lockouts ---- */

struct list {
    wb_sink *sink;
    void *context;
    bool any;
};

static void write_payer(struct json_writer *w, const unsigned char *payer)
{
    char room[2 + 2 * 20], network[32];
    struct text text = text_in(room, sizeof room);
    struct text chain = text_in(network, sizeof network);
    uint64_t id = 0;

    for (size_t i = 0; i < 8; i++) {
        id = id << 8 | payer[i];
    }
    text_add(&chain, VIEW("eip155:"));
    text_add_u64(&chain, id);
    text_add(&text, VIEW("0x"));
    text_add_hex(&text, payer + 8, 20);
    json_member(w, "network", text_view(&chain));
    json_member(w, "payer", text_view(&text));
}

static bool list_one(void *context, const struct shared_call *found)
{
    struct list *list = context;
    struct shared_call stands = *found;
    char room[512], times[32];
    struct text out = text_in(room, sizeof room);
    struct text time = text_in(times, sizeof times);
    struct json_writer w = {&out, false};
    struct lockout lockout;

    stands.result = SHARED_STANDS;
    lockout = lockout_read(&stands);
    if (lockout.until <= found->now) {
        return true;
    }
    text_add_time(&time, lockout.until);
    json_open_object(&w);
    write_payer(&w, found->key);
    json_member(&w, "until", text_view(&time));
    json_key(&w, "failures");
    json_u64(&w, lockout.failures);
    json_close_object(&w);
    if (list->any) {
        list->sink(list->context, ",", 1);
    }
    list->sink(list->context, out.at, out.size);
    list->any = true;
    return true;
}

static void post(void *arg)
{
    sem_post(arg);
}

static void share(struct store *store, struct shared_call *call)
{
    sem_t woken;

    sem_init(&woken, 0, 0);
    call->wake = post;
    call->arg = &woken;
    if (shared_act(store, call) == CLAIM_WAIT) {
        while (sem_wait(&woken) != 0 && errno == EINTR) {
        }
    }
    sem_destroy(&woken);
}

/* While a store of many is lost: those that are known here. */
void wb_state_lockouts(const struct wb_state *state, int64_t now, wb_sink *sink,
                       void *context)
{
    struct shared_call hear = {
        .op = SHARED_HEAR, .kind = SHARED_LOCKOUT, .now = now};
    struct list list = {sink, context, false};

    share(state->store, &hear);
    sink(context, "[", 1);
    shared_visit(state->store, SHARED_LOCKOUT, now, list_one, &list);
    sink(context, "]", 1);
}

enum wb_status wb_state_lift_lockout(struct wb_state *state,
                                     const char *network, const char *payer,
                                     int64_t now)
{
    static const unsigned char none[CLAIM_PAYER];
    struct view chain = view_text(network);
    struct shared_call call = lockout_ask(none, now);
    unsigned long long id;

    if (!view_starts(chain, VIEW("eip155:")) ||
        !view_to_u64(view_of(chain.at + 7, chain.size - 7), &id) ||
        !hex_decode_0x(view_text(payer), call.key + 8, 20)) {
        return WB_ERROR_ARGUMENT;
    }
    for (size_t i = 8; i-- > 0; id >>= 8) {
        call.key[i] = (unsigned char)id;
    }
    call.op = SHARED_DROP;
    share(state->store, &call);
    return call.result == SHARED_STANDS   ? WB_OK
           : call.result == SHARED_ABSENT ? WB_ERROR_ARGUMENT
                                          : WB_ERROR_IO;
}
