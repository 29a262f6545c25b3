/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The waiting interface: a store that answers later, from a thread of its
 * own. Each wake comes once; a request without a payment never waits; the
 * same payments pass once each, whoever resumes them.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "decision.h"
#include "tap.h"

#define PAYMENTS 50
#define COPIES 4
#define ASKED (PAYMENTS * COPIES)
#define START INT64_C(1767225600000000)

/* ---- the slow store: a memory store behind a queue ---- */

struct slow {
    struct store store; /* first */
    struct store *memory;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct claim_call *head, *tail;
    bool stopping;
};

static struct claim_call *slow_take(struct slow *slow)
{
    pthread_mutex_lock(&slow->lock);
    while (!slow->head && !slow->stopping) {
        pthread_cond_wait(&slow->filled, &slow->lock);
    }
    struct claim_call *call = slow->head;
    if (call) {
        slow->head = call->next;
    }
    pthread_mutex_unlock(&slow->lock);
    return call;
}

static void *slow_run(void *arg)
{
    struct slow *slow = arg;
    for (struct claim_call *call; (call = slow_take(slow)) != NULL;) {
        usleep(500);
        slow->memory->ops->claim(slow->memory, call);
        call->wake(call->arg);
    }
    return NULL;
}

static enum claim_status slow_claim(struct store *store,
                                    struct claim_call *call)
{
    struct slow *slow = (struct slow *)store;
    pthread_mutex_lock(&slow->lock);
    call->next = NULL;
    if (slow->head) {
        slow->tail->next = call;
    } else {
        slow->head = call;
    }
    slow->tail = call;
    pthread_cond_signal(&slow->filled);
    pthread_mutex_unlock(&slow->lock);
    return CLAIM_WAIT;
}

static void slow_close(struct store *store)
{
    struct slow *slow = (struct slow *)store;
    pthread_mutex_lock(&slow->lock);
    slow->stopping = true;
    pthread_cond_signal(&slow->filled);
    pthread_mutex_unlock(&slow->lock);
    pthread_join(slow->thread, NULL);
    slow->memory->ops->close(slow->memory);
    free(slow);
}

static void slow_stats(struct store *store, struct store_stats *out)
{
    struct slow *slow = (struct slow *)store;
    slow->memory->ops->stats(slow->memory, out);
}

static struct store *slow_open(struct store *memory)
{
    static const struct store_ops ops = {"slow", slow_claim, slow_close,
                                         slow_stats};
    struct slow *slow = calloc(1, sizeof *slow);
    slow->store.ops = &ops;
    slow->memory = memory;
    pthread_mutex_init(&slow->lock, NULL);
    pthread_cond_init(&slow->filled, NULL);
    pthread_create(&slow->thread, NULL, slow_run, slow);
    return &slow->store;
}

/* ---- payments ---- */

static void encode(const char *in, size_t n, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
                                 "pqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        unsigned v = (unsigned)(unsigned char)in[i] << 16;
        v |= i + 1 < n ? (unsigned)(unsigned char)in[i + 1] << 8 : 0;
        v |= i + 2 < n ? (unsigned)(unsigned char)in[i + 2] : 0;
        *out++ = digits[v >> 18];
        *out++ = digits[v >> 12 & 63];
        if (i + 1 < n) {
            *out++ = digits[v >> 6 & 63];
        }
        if (i + 2 < n) {
            *out++ = digits[v & 63];
        }
    }
    *out = '\0';
}

static void make_payment(unsigned n, char out[2048])
{
    char json[1400];
    int size = snprintf(
        json, sizeof json,
        "{\"x402Version\":2,\"accepted\":{\"scheme\":\"exact\","
        "\"network\":\"eip155:84532\",\"amount\":\"10000\","
        "\"asset\":\"0x036CbD53842c5426634e7929541eC2318f3dCF7e\","
        "\"payTo\":\"0x209693Bc6afc0C5328bA36FaF03C514EF312287C\","
        "\"maxTimeoutSeconds\":300},\"payload\":{\"signature\":\"0x%0130u\","
        "\"authorization\":{"
        "\"from\":\"0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1\","
        "\"to\":\"0x209693Bc6afc0C5328bA36FaF03C514EF312287C\","
        "\"value\":\"10000\",\"validAfter\":\"0\","
        "\"validBefore\":\"1767225900\",\"nonce\":\"0x%064x\"}}}",
        n, n);
    encode(json, (size_t)size, out);
}

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
    static char payments[PAYMENTS][2048];
    int waited = 0;
    int sound = 0;
    int replayed = 0;
    int woken = 0;
    for (unsigned i = 0; i < PAYMENTS; i++) {
        make_payment(i, payments[i]);
    }
    for (size_t i = 0; i < ASKED; i++) {
        asked[i].request = wb_request_new();
        wb_request_begin(asked[i].request, engine, START);
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
    struct wb_problems *problems = wb_problems_new();
    struct wb_engine *engine = NULL;
    struct wb_state *state = NULL;
    struct wb_request *request = wb_request_new();
    char payment[2048];
    ok(wb_engine_load("test/unit/engine_memory.yaml", problems, &engine) ==
               WB_OK &&
           wb_state_open(engine, problems, &state) == WB_OK,
       "the configuration loads");
    for (size_t i = 0; i < wb_problems_count(problems); i++) {
        tap_note("%s", wb_problem_text(problems, i));
    }
    state->store = slow_open(state->store);
    ask_all(engine, state);

    wb_request_begin(request, engine, START);
    fill(request, NULL);
    ok(wb_decide(request, state, wake, NULL) == WB_DONE,
       "a request without a payment does not wait");
    make_payment(PAYMENTS, payment);
    wb_request_begin(request, engine, START);
    fill(request, payment);
    wb_decide_blocking(request, state);
    ok(state_is(request, "sound"), "wb_decide_blocking waits by itself");
    wb_request_free(request);
    wb_state_close(state);
    wb_engine_unref(engine);
    wb_problems_free(problems);
    return tap_end();
}
