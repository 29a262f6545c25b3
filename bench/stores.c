/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Claims a second by 64 callers that each wait for the answer, in memory, in
 * lmdb and in valkey (a redis-server of its own, if there is one), with none
 * and with a million live claims before; and by one caller alone.
 *
 *   stores          claims/s, the best of 3 rounds
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "redis.h"
#include "state/state.h"

#define CALLERS 64
#define CLAIMS 100000u
#define ALONE 20000u /* by one caller, whom the store keeps waiting */
#define LIVE 1000000u
#define ROUNDS 3
#define NOW INT64_C(1767225600000000)
#define LIFETIME INT64_C(3600000000)

static struct store *store;
static atomic_uint next_claim;
static atomic_uint refused;
static unsigned last_claim;

static double seconds(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static void post(void *arg)
{
    sem_post(arg);
}

static void claim(unsigned n, sem_t *woken)
{
    struct claim_call call;

    memset(&call, 0, sizeof(call));
    hash_sha256(call.claim.identity, view_of((char *)&n, sizeof(n)));
    memcpy(call.claim.content, call.claim.identity, 32);
    memcpy(call.claim.decision, &n, sizeof(n));
    call.claim.proven = true;
    call.claim.now = NOW;
    /* spread over a quarter of an hour, as they come */
    call.claim.expires = NOW + LIFETIME - (int64_t)(n % 900) * 1000000;
    call.wake = post;
    call.arg = woken;
    if (store->ops->claim(store, &call) == CLAIM_WAIT) {
        sem_wait(woken);
    }
    atomic_fetch_add(&refused, call.answer.result != CLAIM_TAKEN);
}

static void *run(void *unused)
{
    sem_t woken;
    unsigned n;

    (void)unused;
    sem_init(&woken, 0, 0);
    while ((n = atomic_fetch_add(&next_claim, 1)) < last_claim) {
        claim(n, &woken);
    }
    sem_destroy(&woken);
    return NULL;
}

/* Seconds that the next `count` claims take. */
static double take(unsigned count, unsigned callers)
{
    pthread_t threads[CALLERS];
    double start = seconds();

    atomic_store(&next_claim, last_claim);
    last_claim += count;
    for (unsigned i = 0; i < callers; i++) {
        if (pthread_create(&threads[i], NULL, run, NULL) != 0) {
            exit(2);
        }
    }
    for (unsigned i = 0; i < callers; i++) {
        pthread_join(threads[i], NULL);
    }
    return seconds() - start;
}

static double rate(unsigned callers, unsigned claims)
{
    double best = 1e9;

    for (int round = 0; round < ROUNDS; round++) {
        double now = take(claims, callers);

        best = now < best ? now : best;
    }
    return claims / best;
}

static void print_rates(const char *name, double empty, double live,
                        double alone)
{
    printf("%-16s %9.0f claims/s, %9.0f with 1,000,000 live, %9.0f by one "
           "caller%s\n",
           name, empty, live, alone,
           atomic_load(&refused) ? "  REFUSED SOME" : "");
    fflush(stdout);
}

static void measure_memory(void)
{
    double empty, live, alone;

    store = store_memory_open(2 * LIVE, 1000, NULL);
    if (!store) {
        exit(2);
    }
    empty = rate(CALLERS, CLAIMS);
    take(LIVE - last_claim, CALLERS);
    live = rate(CALLERS, CLAIMS);
    alone = rate(1, CLAIMS);
    print_rates("memory", empty, live, alone);
    store->ops->close(store);
}

/* Opens it, as another may have left it; seconds. */
static double open_lmdb(const char *folder, bool power)
{
    struct store_lmdb_settings settings = {.path = folder,
                                           .power = power,
                                           .capacity_proven = 2 * LIVE,
                                           .capacity_unproven = 1000};
    double start = seconds();

    if (store_lmdb_open(&settings, NULL, &store) != STORE_OPENED) {
        exit(2);
    }
    return seconds() - start;
}

static void measure_lmdb(const char *name, bool power)
{
    char folder[] = "/tmp/wb-bench-XXXXXX";
    char path[64];
    double empty, live, alone, opening;

    if (!mkdtemp(folder)) {
        exit(2);
    }
    last_claim = 0;
    open_lmdb(folder, power);
    empty = rate(CALLERS, CLAIMS);
    store->ops->close(store);
    open_lmdb(folder, false); /* to fill it is not what is measured */
    take(LIVE - last_claim, CALLERS);
    store->ops->close(store);
    opening = open_lmdb(folder, power);
    live = rate(CALLERS, CLAIMS);
    alone = rate(1, power ? ALONE / 10 : ALONE);
    store->ops->close(store);
    print_rates(name, empty, live, alone);
    printf("%-16s %9.2f s to open with 1,000,000\n", "", opening);
    snprintf(path, sizeof(path), "%s/data.mdb", folder);
    unlink(path);
    rmdir(folder);
}

static void measure_valkey(void)
{
    struct redis redis;
    struct store_valkey_settings settings = {.address = redis.address,
                                             .prefix = "bench:",
                                             .answer_within = 10000000,
                                             .capacity_proven = 2 * LIVE,
                                             .capacity_unproven = 1000};
    double empty, live, alone;

    if (!redis_make(&redis)) {
        return;
    }
    last_claim = 0;
    if (!redis_start(&redis, NULL) ||
        (store = store_valkey_open(&settings)) == NULL) {
        exit(2);
    }
    empty = rate(CALLERS, CLAIMS);
    take(LIVE - last_claim, CALLERS);
    live = rate(CALLERS, CLAIMS);
    alone = rate(1, ALONE);
    print_rates("valkey", empty, live, alone);
    store->ops->close(store);
    redis_remove(&redis);
}

int main(void)
{
    if (!hash_start()) {
        return 2;
    }
    measure_memory();
    if (store_lmdb_available()) {
        measure_lmdb("lmdb, process", false);
        measure_lmdb("lmdb, power", true);
    }
    if (store_valkey_available()) {
        measure_valkey();
    }
    return atomic_load(&refused) != 0;
}
