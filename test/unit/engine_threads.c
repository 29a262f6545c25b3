/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads that decide with one state while another loads engines, swaps them
 * and lets the old ones go, and one reads the metrics. Under ThreadSanitizer
 * no race is reported; everywhere each payment passes once and every count
 * adds up.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "decision.h"
#include "tap.h"
#include "x402_header.h"

#define DECIDERS 4
#define PAYMENTS 40u
#define PLAIN 200u /* requests of each decider without a payment */
#define LOADS 12

static struct wb_state *state;
static struct wb_engine *current; /* under lock; holds one reference */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char payments[PAYMENTS][X402_HEADER_ROOM];
static atomic_uint passed[PAYMENTS];
static atomic_uint replayed, wrong;
static atomic_bool done;

/* ---- deciding ---- */

static void decide(struct wb_request *request, unsigned n, const char *payment)
{
    char address[32];
    int size = snprintf(address, sizeof address, "198.51.%u.7", n % 250);

    pthread_mutex_lock(&lock);
    struct wb_engine *engine = wb_engine_ref(current);
    pthread_mutex_unlock(&lock);
    if (wb_request_begin(request, engine, x402_clock + n) != WB_OK) {
        atomic_fetch_add(&wrong, 1);
    }
    wb_engine_unref(engine);
    wb_request_fact(request, WB_METHOD, "GET", 3);
    wb_request_fact(request, WB_HOST, "example.com", 11);
    wb_request_fact(request, WB_TARGET, "/article", 8);
    wb_request_fact(request, WB_CLIENT_IP, address, (size_t)size);
    wb_request_header(request, "User-Agent", 10, "a bot, Chrome/1", 15);
    if (payment) {
        wb_request_header(request, "PAYMENT-SIGNATURE", 17, payment,
                          strlen(payment));
    }
    wb_decide_blocking(request, state);
}

/* Every decider sends every payment, each in an order of its own. */
static void *run_decider(void *arg)
{
    unsigned self = *(unsigned *)arg;
    struct wb_request *request = wb_request_new();

    for (unsigned i = 0; i < PAYMENTS; i++) {
        unsigned n = (i * 7 + self * 11) % PAYMENTS;

        decide(request, n, payments[n]);
        if (wb_decision_status(request) == 200 && request->forward) {
            atomic_fetch_add(&passed[n], 1);
        } else if (wb_decision_status(request) == 409) {
            atomic_fetch_add(&replayed, 1);
        } else {
            atomic_fetch_add(&wrong, 1);
        }
    }
    for (unsigned i = 0; i < PLAIN; i++) {
        decide(request, i, NULL);
        if (wb_decision_status(request) != 200 || request->forward) {
            atomic_fetch_add(&wrong, 1);
        }
    }
    wb_request_free(request);
    return NULL;
}

/* ---- reloading ---- */

/* Configurations with other rules, rates and sites, all of one price. */
static struct wb_engine *load(unsigned i)
{
    static const char *const paths[] = {"test/unit/engine_memory.yaml",
                                        "test/decide/sites-all.yaml"};
    struct wb_problems *problems = wb_problems_new();
    struct wb_engine *engine = NULL;

    wb_engine_load(paths[i % 2], problems, &engine);
    wb_problems_free(problems);
    return engine;
}

static void *run_loader(void *arg)
{
    (void)arg;
    for (unsigned i = 1; i <= LOADS; i++) {
        struct wb_engine *engine = load(i);

        if (!engine) {
            atomic_fetch_add(&wrong, 1);
            continue;
        }
        pthread_mutex_lock(&lock);
        struct wb_engine *old = current;
        current = engine;
        pthread_mutex_unlock(&lock);
        wb_engine_unref(old);
    }
    return NULL;
}

/* ---- reading ---- */

static void add_up(void *context, const char *data, size_t size)
{
    (void)data;
    *(size_t *)context += size;
}

static void *run_reader(void *arg)
{
    size_t *bytes = arg;

    while (!atomic_load(&done)) {
        pthread_mutex_lock(&lock);
        struct wb_engine *engine = wb_engine_ref(current);
        pthread_mutex_unlock(&lock);
        wb_state_metrics(state, engine, add_up, bytes);
        wb_engine_dump(engine, WB_DUMP_PRICES, add_up, bytes);
        wb_engine_unref(engine);
    }
    return NULL;
}

static void run_all(size_t *bytes)
{
    pthread_t deciders[DECIDERS], loader, reader;
    unsigned numbers[DECIDERS];

    pthread_create(&reader, NULL, run_reader, bytes);
    pthread_create(&loader, NULL, run_loader, NULL);
    for (unsigned i = 0; i < DECIDERS; i++) {
        numbers[i] = i;
        pthread_create(&deciders[i], NULL, run_decider, &numbers[i]);
    }
    for (unsigned i = 0; i < DECIDERS; i++) {
        pthread_join(deciders[i], NULL);
    }
    pthread_join(loader, NULL);
    atomic_store(&done, true);
    pthread_join(reader, NULL);
}

int main(void)
{
    size_t bytes = 0;
    unsigned once = 0;
    struct store_stats stats;

    for (unsigned i = 0; i < PAYMENTS; i++) {
        x402_header(i, payments[i]);
    }
    current = load(0);
    ok(current && wb_state_open(current, NULL, &state) == WB_OK,
       "the configuration loads");
    run_all(&bytes);
    for (unsigned i = 0; i < PAYMENTS; i++) {
        once += atomic_load(&passed[i]) == 1;
    }
    is_number(once, PAYMENTS, "each payment passes once");
    is_number(atomic_load(&replayed), PAYMENTS * (DECIDERS - 1),
              "all other copies are replayed");
    is_number(atomic_load(&wrong), 0, "nothing else happens");
    state->store->ops->stats(state->store, &stats);
    is_number(stats.taken, PAYMENTS, "as many claims as payments");
    is_number(atomic_load(&current->references), 1,
              "no request holds an engine");
    ok(bytes > 0, "metrics and prices were read meanwhile");
    wb_engine_unref(current);
    wb_state_close(state);
    return tap_end();
}
