/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 64 threads in the library, over two states that share a real server: of
 * 100,000 copies of 1,000 payments each passes once, under one id of the
 * client's too.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "decision.h"
#include "redis.h"
#include "tap.h"
#include "x402_header.h"

#define THREADS 64
#define PAYMENTS_MAX 1000u

static struct redis redis;
static struct wb_engine *engine;
static struct wb_state *states[2];
static char payments[PAYMENTS_MAX][X402_HEADER_ROOM];
static atomic_uint passed[PAYMENTS_MAX];
static atomic_uint next, replayed, wrong;
static unsigned payment_count, copies;
static const char *request_id;

static void decide(struct wb_request *request, unsigned i)
{
    unsigned payment = i / copies;
    char address[24];
    int size = snprintf(address, sizeof address, "198.51.100.%u", i % 250);

    wb_request_begin(request, engine, x402_clock);
    wb_request_fact(request, WB_METHOD, "GET", 3);
    wb_request_fact(request, WB_HOST, "example.com", 11);
    wb_request_fact(request, WB_TARGET, "/article", 8);
    wb_request_fact(request, WB_CLIENT_IP, address, (size_t)size);
    wb_request_header(request, "User-Agent", 10, "a bot, Chrome/1", 15);
    if (request_id) {
        wb_request_header(request, "X-Request-Id", 12, request_id,
                          strlen(request_id));
    }
    wb_request_header(request, "PAYMENT-SIGNATURE", 17, payments[payment],
                      strlen(payments[payment]));
    wb_decide_blocking(request, states[i % 2]);
    if (wb_decision_status(request) == 200 && request->forward) {
        atomic_fetch_add(&passed[payment], 1);
    } else if (wb_decision_status(request) == 409) {
        atomic_fetch_add(&replayed, 1);
    } else {
        atomic_fetch_add(&wrong, 1);
    }
}

static void *run(void *unused)
{
    struct wb_request *request = wb_request_new();
    unsigned i;

    (void)unused;
    while ((i = atomic_fetch_add(&next, 1)) < payment_count * copies) {
        decide(request, i);
    }
    wb_request_free(request);
    return NULL;
}

static void race(const char *name, unsigned first)
{
    pthread_t threads[THREADS];
    unsigned once = 0;

    atomic_store(&next, 0);
    atomic_store(&replayed, 0);
    for (unsigned i = 0; i < payment_count; i++) {
        x402_header(first + i, payments[i]);
        atomic_store(&passed[i], 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, run, NULL);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    for (unsigned i = 0; i < payment_count; i++) {
        once += atomic_load(&passed[i]) == 1;
    }
    is_number(once, payment_count, "%s: %u copies: each passes once", name,
              payment_count * copies);
    is_number(atomic_load(&replayed), (long)(payment_count * (copies - 1)),
              "%s: all others are replays", name);
}

static bool open_all(void)
{
    char config[128], text[512];
    struct wb_problems *problems = wb_problems_new();
    FILE *file;
    bool good;

    snprintf(config, sizeof config, "%s/weighbridge.yaml", redis.folder);
    snprintf(text, sizeof text,
             "version: 1\nrules: [%s]\npolicy: %s\nclaims: { store: valkey, "
             "address: \"%s\", on-store-failure: reject, answer-within: 10s }"
             "\n",
             realpath("test/unit/engine_memory.rules.yaml", (char[4096]){0}),
             realpath("test/unit/engine_memory.policy.yaml", (char[4096]){0}),
             redis.address);
    file = fopen(config, "we");
    fputs(text, file);
    fclose(file);
    good = wb_engine_load(config, problems, &engine) == WB_OK &&
           wb_state_open(engine, problems, &states[0]) == WB_OK &&
           wb_state_open(engine, problems, &states[1]) == WB_OK;
    for (size_t i = 0; i < wb_problems_count(problems); i++) {
        tap_note("%s", wb_problem_text(problems, i));
    }
    wb_problems_free(problems);
    return good;
}

int main(void)
{
    if (!store_valkey_available() || !redis_make(&redis)) {
        printf("1..0 # SKIP no hiredis or no redis-server\n");
        return 0;
    }
    payment_count = PAYMENTS_MAX;
    copies = 100;
    if (ok(redis_start(&redis, NULL), "a server starts") &&
        ok(open_all(), "two states share it")) {
        race("two nodes", 0);
        copies = 64;
        request_id = "the-same";
        race("one id of the client's", PAYMENTS_MAX);
        is_number(atomic_load(&wrong), 0, "no other answer");
        wb_state_close(states[0]);
        wb_state_close(states[1]);
        wb_engine_unref(engine);
    }
    redis_remove(&redis);
    return tap_end();
}
