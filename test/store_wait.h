/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of a store for tests that have nothing else to do: each returns once
 * it is answered, whether the store answers at once or wakes its caller.
 */
#ifndef WB_TEST_STORE_WAIT_H
#define WB_TEST_STORE_WAIT_H

#include <semaphore.h>

#include "state/shared.h"
#include "state/state.h"

static inline void store_woken(void *woken)
{
    sem_post(woken);
}

/* What a call that began so waits for. */
static inline void store_wait(enum claim_status status, sem_t *woken)
{
    if (status == CLAIM_WAIT) {
        sem_wait(woken);
    }
    sem_destroy(woken);
}

static inline enum claim_result store_claim(struct store *store,
                                            struct claim_call *call)
{
    sem_t woken;

    sem_init(&woken, 0, 0);
    call->wake = store_woken;
    call->arg = &woken;
    store_wait(store->ops->claim(store, call), &woken);
    return call->answer.result;
}

static inline enum outcome_result store_outcome(struct store *store,
                                                struct outcome_call *call)
{
    sem_t woken;

    sem_init(&woken, 0, 0);
    call->wake = store_woken;
    call->arg = &woken;
    store_wait(store->ops->outcome(store, call), &woken);
    return call->result;
}

static inline struct shared_call store_share(struct store *store,
                                             struct shared_call call)
{
    sem_t woken;

    sem_init(&woken, 0, 0);
    call.wake = store_woken;
    call.arg = &woken;
    store_wait(shared_act(store, &call), &woken);
    return call;
}

#endif
