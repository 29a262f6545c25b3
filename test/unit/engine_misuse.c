/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public functions called in an order that makes no sense. Whatever the
 * caller does, no decision of another request is read, nothing unread is
 * allowed, and nothing crashes.
 */
#include <stdlib.h>
#include <unistd.h>

#include "decision.h"
#include "engine.h"
#include "pricing/policy.h"
#include "store_slow.h"
#include "x402_header.h"

static struct wb_engine *engine;
static struct wb_state *state;
static struct wb_request *request;

static void fill(struct wb_request *r)
{
    wb_request_fact(r, WB_METHOD, "GET", 3);
    wb_request_fact(r, WB_SCHEME, "https", 5);
    wb_request_fact(r, WB_HOST, "example.com", 11);
    wb_request_fact(r, WB_TARGET, "/article", 8);
    wb_request_fact(r, WB_CLIENT_IP, "192.0.2.1", 9);
    wb_request_header(r, "User-Agent", 10, "a bot", 5);
}

static void pay(struct wb_request *r, const char *header)
{
    wb_request_header(r, "PAYMENT-SIGNATURE", 17, header, strlen(header));
}

static bool tells_nothing(const struct wb_request *r)
{
    struct wb_text name, value;
    char room[64];

    return wb_decision_status(r) == 0 &&
           !wb_decision_header(r, 0, &name, &value) &&
           wb_decision_body(r).data == NULL &&
           wb_decision_answer(r, WB_ANSWER_ID).data == NULL &&
           wb_decision_write(r, WB_FORM_RECORD, room, sizeof room) == 0;
}

static bool error_is(const struct wb_request *r, const char *error)
{
    struct wb_text text = wb_decision_answer(r, WB_ANSWER_REASON);
    return text.size == strlen(error) && !memcmp(text.data, error, text.size);
}

static void before_and_after(void)
{
    ok(tells_nothing(request), "a new request tells nothing");
    ok(wb_decide(request, state, NULL, NULL) == WB_DONE &&
           tells_nothing(request),
       "decided without begin: nothing");
    wb_request_begin(request, engine, x402_clock);
    fill(request);
    ok(tells_nothing(request), "begun: nothing yet");
    wb_weigh(request);
    wb_weigh(request);
    ok(tells_nothing(request), "weighed twice: nothing yet");
    ok(wb_request_fact(request, WB_TARGET, "/", 1) == WB_ERROR_ARGUMENT &&
           wb_request_header(request, "A", 1, "b", 1) == WB_ERROR_ARGUMENT &&
           wb_request_headers_known(request, NULL, 0) == WB_ERROR_ARGUMENT &&
           wb_request_record(request, "{}", 2, NULL) == WB_ERROR_ARGUMENT,
       "no facts after weighing");
    wb_decide_blocking(request, state);
    is_number(wb_decision_status(request), 200, "decided");
    wb_request_reset(request);
    ok(tells_nothing(request), "after reset: nothing of the one before");
    ok(wb_decide(request, state, NULL, NULL) == WB_DONE &&
           tells_nothing(request),
       "decided after reset: nothing");
    wb_request_reset(request);
    wb_request_reset(NULL);
    wb_request_free(NULL);
    wb_decide_resume(NULL);
    wb_weigh(NULL);
    ok(wb_request_begin(NULL, engine, 0) == WB_ERROR_ARGUMENT &&
           wb_request_begin(request, NULL, 0) == WB_ERROR_ARGUMENT &&
           tells_nothing(request),
       "begin with nothing");
}

static void decided_twice(void)
{
    struct store_stats stats;
    char payment[X402_HEADER_ROOM];

    x402_header(1, payment);
    wb_request_begin(request, engine, x402_clock);
    fill(request);
    pay(request, payment);
    wb_decide_blocking(request, state);
    wb_decide_blocking(request, state);
    wb_decide_resume(request);
    ok(wb_decision_status(request) == 200 && request->forward,
       "a payment that is decided twice passes, once");
    state->store->ops->stats(state->store, &stats);
    is_number(stats.taken, 1, "and is claimed once");
    wb_request_transport_flags(request, WB_ORDER_KEPT);
    ok(!request->facts.order_kept, "no flags after deciding");
}

static void no_data(void)
{
    wb_request_begin(request, engine, x402_clock);
    fill(request);
    ok(wb_request_fact(request, WB_JA4, NULL, 9) == WB_OK &&
           wb_request_fact(request, WB_TARGET, NULL, 9) == WB_OK &&
           wb_request_header(request, "X-A", 3, NULL, 9) == WB_OK &&
           wb_request_header(request, NULL, 9, "b", 1) == WB_OK,
       "no data, but a size");
    ok(wb_request_fact(request, (enum wb_fact)99, "x", 1) == WB_ERROR_ARGUMENT,
       "a fact that does not exist");
    wb_decide_blocking(request, state);
    is_number(wb_decision_status(request), 400, "a header without a name");
}

/* What could not be read is refused, though the caller goes on. */
static void unread(void)
{
    static const char half[] =
        "{\"method\":\"GET\",\"path\":\"/robots.txt\",\"headers\":7}";
    static struct wb_text names[40000];
    const char *error = NULL;

    wb_request_begin(request, engine, x402_clock);
    ok(wb_request_record(request, half, sizeof half - 1, &error) ==
               WB_ERROR_ARGUMENT &&
           error,
       "a record that is wrong");
    wb_decide_blocking(request, state);
    ok(wb_decision_status(request) == 400 && error_is(request, "bad_record"),
       "is refused, were it free");
    wb_request_begin(request, engine, x402_clock);
    wb_request_record(request, half, sizeof half - 1, NULL);
    ok(wb_request_record(request, "{\"path\":\"/robots.txt\"}", 22, NULL) ==
           WB_OK,
       "another record in its place");
    wb_decide_blocking(request, state);
    ok(!error_is(request, "bad_record"), "is read");

    for (size_t i = 0; i < 40000; i++) {
        names[i] = (struct wb_text){"x", 1};
    }
    wb_request_begin(request, engine, x402_clock);
    fill(request);
    ok(wb_request_headers_known(request, names, 40000) == WB_ERROR_LIMIT,
       "more names of headers than there is room for");
    wb_decide_blocking(request, state);
    is_number(wb_decision_status(request), 431, "are refused");
}

/* ---- while a store works on it ---- */

static atomic_int wakes;

static void wake(void *arg)
{
    (void)arg;
    atomic_fetch_add(&wakes, 1);
}

static void while_waiting(void)
{
    char payment[X402_HEADER_ROOM];

    state->store = store_slow_open(state->store, 20);
    x402_header(2, payment);
    wb_request_begin(request, engine, x402_clock);
    fill(request);
    pay(request, payment);
    ok(wb_decide(request, state, wake, NULL) == WB_WAIT, "a claim waits");
    ok(wb_decide(request, state, wake, NULL) == WB_WAIT,
       "asked again, it waits still");
    ok(tells_nothing(request), "and tells nothing");
    ok(wb_request_begin(request, engine, x402_clock) == WB_ERROR_ARGUMENT,
       "it cannot begin anew");
    wb_request_reset(request);
    wb_request_free(request);
    wb_decide_blocking(request, state);
    wb_decide_resume(request);
    ok(request->step == STEP_CLAIMING && request->engine == engine &&
           tells_nothing(request),
       "nor be reset, freed, waited for twice or resumed too early");
    while (!atomic_load(&wakes)) {
        usleep(1000);
    }
    wb_decide_resume(request);
    wb_decide_resume(request);
    ok(wb_decision_status(request) == 200 && atomic_load(&wakes) == 1,
       "it is woken once and passes");

    x402_header(3, payment);
    wb_request_begin(request, engine, x402_clock);
    fill(request);
    pay(request, payment);
    wb_decide(request, state, wake, NULL);
    while (atomic_load(&wakes) < 2) {
        usleep(1000);
    }
    wb_request_reset(request);
    ok(request->engine == NULL && tells_nothing(request),
       "woken and never resumed, it can be reset");
}

/* ---- engines of other sizes, and gone ---- */

static bool weighs(struct wb_engine *of)
{
    bool begun = wb_request_begin(request, of, x402_clock) == WB_OK;

    wb_engine_unref(of); /* the request holds its own */
    fill(request);
    wb_decide_blocking(request, state);
    return begun && wb_decision_status(request) == 200;
}

static void engines_change(void)
{
    static const char *const paths[] = {"test/unit/engine_memory.yaml", NULL,
                                        "test/decide/sites-all.yaml"};
    struct wb_problems *problems = wb_problems_new();
    unsigned good = 0;

    for (unsigned i = 0; i < 6; i++) {
        struct wb_engine *other = NULL;
        if (wb_engine_load(paths[i % 3], problems, &other) == WB_OK) {
            good += weighs(other);
        }
        for (size_t k = 0; k < wb_problems_count(problems) && i < 3; k++) {
            tap_note("%s", wb_problem_text(problems, k));
        }
    }
    is_number(good, 6, "six engines in turn, each gone before the next");
    wb_problems_free(problems);
}

/* ---- an answer that does not fit ---- */

static void too_large(void)
{
    static char long_payee[ANSWER_ROOM];
    struct policy *policy = (struct policy *)engine->sites[0].policy;
    struct view payee = policy->assets[0].pay_to;

    memset(long_payee, 'x', sizeof long_payee);
    policy->assets[0].pay_to = view_of(long_payee, sizeof long_payee);
    wb_request_begin(request, engine, x402_clock);
    fill(request);
    wb_decide_blocking(request, state);
    policy->assets[0].pay_to = payee;
    ok(wb_decision_status(request) == 403 &&
           error_is(request, "answer_too_large"),
       "headers that do not fit are a refusal");
    struct wb_text body = wb_decision_body(request);
    struct wb_text name, value;
    bool ours = false;
    for (size_t i = 0; wb_decision_header(request, i, &name, &value); i++) {
        ours |= name.size > 8 && !memcmp(name.data, "X-Price", 7);
    }
    ok(!ours, "none of the headers for the gate is there");
    ok(body.size > 2 && body.data[0] == '{' &&
           !memcmp(body.data + body.size - 2, "}\n", 2),
       "its body is whole");
}

int main(void)
{
    request = wb_request_new();
    ok(engine_open("test/unit/engine_memory.yaml", &engine, &state),
       "the configuration loads");
    before_and_after();
    decided_twice();
    no_data();
    unread();
    while_waiting();
    engines_change();
    too_large();
    wb_request_free(request);
    wb_state_close(state);
    wb_engine_unref(engine);
    return tap_end();
}
