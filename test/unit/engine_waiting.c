/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The waiting interface: a store that answers later, from a thread of its
 * own. Each wake comes once; a request without a payment never waits; the
 * same payments pass once each, whoever resumes them.
 */
#include <stdatomic.h>
#include <unistd.h>

#include "decision.h"
#include "engine.h"
#include "store_slow.h"
#include "x402_header.h"

#define PAYMENTS 50
#define COPIES 4
#define ASKED (PAYMENTS * COPIES)

/* ---- the requests ---- */

struct asked {
    struct wb_request *request;
    atomic_int wakes;
};

static void wake(void *arg)
{
    atomic_fetch_add(&((struct asked *)arg)->wakes, 1);
}

static void fill(struct wb_request *request, const char *payment)
{
    wb_request_fact(request, WB_METHOD, "GET", 3);
    wb_request_fact(request, WB_SCHEME, "https", 5);
    wb_request_fact(request, WB_HOST, "example.com", 11);
    wb_request_fact(request, WB_TARGET, "/article", 8);
    wb_request_fact(request, WB_CLIENT_IP, "192.0.2.1", 9);
    wb_request_header(request, "User-Agent", 10, "bot", 3);
    if (payment) {
        wb_request_header(request, "PAYMENT-SIGNATURE", 17, payment,
                          strlen(payment));
    }
}

static bool state_is(const struct wb_request *request, const char *state)
{
    struct wb_text text = wb_decision_answer(request, WB_ANSWER_PAYMENT_STATE);
    return text.size == strlen(state) && !memcmp(text.data, state, text.size);
}

static void ask_all(struct wb_engine *engine, struct wb_state *state)
{
    static struct asked asked[ASKED];
    static char payments[PAYMENTS][X402_HEADER_ROOM];
    int waited = 0;
    int sound = 0;
    int replayed = 0;
    int woken = 0;
    for (unsigned i = 0; i < PAYMENTS; i++) {
        x402_header(i, payments[i]);
    }
    for (size_t i = 0; i < ASKED; i++) {
        asked[i].request = wb_request_new();
        wb_request_begin(asked[i].request, engine, x402_clock);
        fill(asked[i].request, payments[i % PAYMENTS]);
        waited +=
            wb_decide(asked[i].request, state, wake, &asked[i]) == WB_WAIT;
    }
    is_number(waited, ASKED, "every claim waits");
    for (size_t i = 0; i < ASKED; i++) {
        while (!atomic_load(&asked[i].wakes)) {
            usleep(200);
        }
        wb_decide_resume(asked[i].request);
        sound += state_is(asked[i].request, "sound") &&
                 wb_decision_status(asked[i].request) == 200;
        replayed += state_is(asked[i].request, "replayed") &&
                    wb_decision_status(asked[i].request) == 409;
    }
    usleep(2000);
    for (size_t i = 0; i < ASKED; i++) {
        woken += atomic_load(&asked[i].wakes);
        wb_request_free(asked[i].request);
    }
    is_number(woken, ASKED, "every request is woken once");
    is_number(sound, PAYMENTS, "each payment passes once");
    is_number(replayed, ASKED - PAYMENTS, "all other copies are replayed");
}

int main(void)
{
    struct wb_engine *engine = NULL;
    struct wb_state *state = NULL;
    struct wb_request *request = wb_request_new();
    char payment[X402_HEADER_ROOM];
    ok(engine_open("test/unit/engine_memory.yaml", &engine, &state),
       "the configuration loads");
    state->store = store_slow_open(state->store, 1);
    ask_all(engine, state);

    wb_request_begin(request, engine, x402_clock);
    fill(request, NULL);
    ok(wb_decide(request, state, wake, NULL) == WB_DONE,
       "a request without a payment does not wait");
    x402_header(PAYMENTS, payment);
    wb_request_begin(request, engine, x402_clock);
    fill(request, payment);
    wb_decide_blocking(request, state);
    ok(state_is(request, "sound"), "wb_decide_blocking waits by itself");
    wb_request_free(request);
    wb_state_close(state);
    wb_engine_unref(engine);
    return tap_end();
}
