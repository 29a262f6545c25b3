/* SPDX-License-Identifier: Apache-2.0 */
/* 64 threads with 100 copies of each of 1,000 payments: each passes once. */
#include "state/state.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "tap.h"

#define SECOND INT64_C(1000000)
#define NOW (INT64_C(1767225600) * SECOND)
#define THREADS 64u
#define PAYMENTS 1000u
#define COPIES 100u

static struct store *store;
static atomic_uint next_copy;
static atomic_uint taken[PAYMENTS];
static atomic_uint answers[CLAIM_UNAVAILABLE + 1];
static pthread_barrier_t start;
static bool identified; /* each pair of payments shares an identifier */

static void claim(unsigned number)
{
    struct claim_call call;
    unsigned payment = number / COPIES;
    unsigned pair = payment / 2;

    memset(&call, 0, sizeof(call));
    memcpy(call.claim.identity, &payment, sizeof(payment));
    memcpy(call.claim.content, &payment, sizeof(payment));
    memcpy(call.claim.decision, &number, sizeof(number));
    memcpy(call.claim.identifier, &pair, sizeof(pair));
    call.claim.has_identifier = identified;
    call.claim.now = NOW + number;
    call.claim.expires = call.claim.now + 60 * SECOND;
    store->ops->claim(store, &call);
    atomic_fetch_add(&answers[call.answer.result], 1);
    if (call.answer.result == CLAIM_TAKEN) {
        atomic_fetch_add(&taken[payment], 1);
    }
}

static void *run(void *unused)
{
    unsigned i;

    (void)unused;
    pthread_barrier_wait(&start);
    /* neighbours in number are copies: they meet */
    while ((i = atomic_fetch_add(&next_copy, 1)) < PAYMENTS * COPIES) {
        claim(i);
    }
    return NULL;
}

static void race(const char *name, unsigned wanted)
{
    pthread_t threads[THREADS];
    unsigned many = 0;

    store = store_memory_open(50000, 50000, NULL);
    atomic_store(&next_copy, 0);
    for (unsigned i = 0; i < PAYMENTS; i++) {
        atomic_store(&taken[i], 0);
    }
    for (unsigned i = 0; i < 6; i++) {
        atomic_store(&answers[i], 0);
    }
    pthread_barrier_init(&start, NULL, THREADS);
    for (unsigned i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, run, NULL) != 0) {
            exit(2);
        }
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    pthread_barrier_destroy(&start);
    for (unsigned i = 0; i < PAYMENTS; i++) {
        many += atomic_load(&taken[i]) > 1;
    }
    is_number(many, 0, "%s: none passed twice", name);
    is_number(atomic_load(&answers[CLAIM_TAKEN]), wanted, "%s: taken", name);
    store->ops->close(store);
}

int main(void)
{
    race("identities", PAYMENTS);
    is_number(atomic_load(&answers[CLAIM_REPLAYED]), PAYMENTS * (COPIES - 1),
              "all copies were replays");
    identified = true;
    race("identifiers", PAYMENTS / 2);
    is_number(atomic_load(&answers[CLAIM_CONFLICTING]), PAYMENTS / 2 * COPIES,
              "of each pair one conflicts");
    is_number(atomic_load(&answers[CLAIM_REPEATED]),
              PAYMENTS / 2 * (COPIES - 1), "the other repeats");
    return tap_end();
}
