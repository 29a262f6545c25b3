/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A claim store that is slow on purpose, for tests: it asks another store
 * from a thread of its own after some milliseconds, then wakes the caller.
 * Claims are answered in the order in which they came.
 *
 *   struct store *store = store_slow_open(inner, 5);   inner: owned from then
 *   store->ops->claim(store, &call)                    always CLAIM_WAIT
 */
#ifndef WB_TEST_STORE_SLOW_H
#define WB_TEST_STORE_SLOW_H

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "state/state.h"

struct store_slow {
    struct store store; /* first */
    struct store *inner;
    unsigned milliseconds;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    struct claim_call *first, *last; /* under lock, linked by call->next */
    bool closing;                    /* under lock */
};

/* The oldest call, or NULL when the store is closed and none is left. */
static struct claim_call *store_slow_take(struct store_slow *s)
{
    struct claim_call *call;

    pthread_mutex_lock(&s->lock);
    while (!s->first && !s->closing) {
        pthread_cond_wait(&s->arrived, &s->lock);
    }
    call = s->first;
    if (call) {
        s->first = call->next;
    }
    pthread_mutex_unlock(&s->lock);
    return call;
}

static void *store_slow_run(void *arg)
{
    struct store_slow *s = arg;
    struct timespec pause = {.tv_sec = s->milliseconds / 1000,
                             .tv_nsec = s->milliseconds % 1000 * 1000000L};
    struct claim_call *call;

    while ((call = store_slow_take(s)) != NULL) {
        nanosleep(&pause, NULL);
        s->inner->ops->claim(s->inner, call);
        call->wake(call->arg); /* after it the call is the caller's again */
    }
    return NULL;
}

static enum claim_status store_slow_claim(struct store *store,
                                          struct claim_call *call)
{
    struct store_slow *s = (struct store_slow *)store;

    call->next = NULL;
    pthread_mutex_lock(&s->lock);
    if (s->first) {
        s->last->next = call;
    } else {
        s->first = call;
    }
    s->last = call;
    pthread_cond_signal(&s->arrived);
    pthread_mutex_unlock(&s->lock);
    return CLAIM_WAIT;
}

/* Answers what is under way first. */
static void store_slow_close(struct store *store)
{
    struct store_slow *s = (struct store_slow *)store;

    pthread_mutex_lock(&s->lock);
    s->closing = true;
    pthread_cond_signal(&s->arrived);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    pthread_cond_destroy(&s->arrived);
    pthread_mutex_destroy(&s->lock);
    s->inner->ops->close(s->inner);
    free(s);
}

static void store_slow_stats(struct store *store, struct store_stats *out)
{
    struct store_slow *s = (struct store_slow *)store;

    s->inner->ops->stats(s->inner, out);
}

static enum claim_status store_slow_outcome(struct store *store,
                                            struct outcome_call *call)
{
    struct store_slow *s = (struct store_slow *)store;

    return s->inner->ops->outcome(s->inner, call);
}

static enum claim_status store_slow_share(struct store *store,
                                          struct shared_call *call)
{
    struct store_slow *s = (struct store_slow *)store;

    return s->inner->ops->share(s->inner, call);
}

static struct shared_table *store_slow_shared(struct store *store)
{
    struct store_slow *s = (struct store_slow *)store;

    return s->inner->ops->shared(s->inner);
}

/* NULL, and `inner` closed, when there is no memory or no thread. */
static inline struct store *store_slow_open(struct store *inner,
                                            unsigned milliseconds)
{
    static const struct store_ops ops = {.name = "slow",
                                         .claim = store_slow_claim,
                                         .outcome = store_slow_outcome,
                                         .close = store_slow_close,
                                         .stats = store_slow_stats,
                                         .share = store_slow_share,
                                         .shared = store_slow_shared};
    struct store_slow *s = calloc(1, sizeof(*s));

    if (!s || !inner) {
        free(s);
        return NULL;
    }
    s->store.ops = &ops;
    s->inner = inner;
    s->milliseconds = milliseconds;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->arrived, NULL);
    if (pthread_create(&s->thread, NULL, store_slow_run, s) != 0) {
        inner->ops->close(inner);
        free(s);
        return NULL;
    }
    return &s->store;
}

#endif
