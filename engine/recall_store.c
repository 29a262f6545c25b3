/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lock guards whatever is added; readers see what is whole.
 */
#include "recall_store.h"

#include <pthread.h>
#include <stdlib.h>

#define NUMBER_BITS 14
#define NUMBERS (1U << NUMBER_BITS) /* half of them are given */

struct number {
    atomic_uint_least64_t key; /* 0: none */
    unsigned number;
};

struct recall_store {
    struct wb_engine *engine;
    pthread_mutex_t keeping;
    unsigned readers;
    struct turns turns;
    _Atomic(struct past *) *pasts; /* one a ruleset; NULL: not made */
    bool *pastless;                /* it has none, and will have none */
    unsigned count;                /* of numbers */
    struct number numbers[NUMBERS];
};

struct recall_store *recall_store_new(struct wb_engine *engine)
{
    struct recall_store *store = calloc(1, sizeof *store);

    if (!store) {
        return NULL;
    }
    store->engine = wb_engine_ref(engine);
    store->pasts = calloc(engine->ruleset_count, sizeof *store->pasts);
    store->pastless = calloc(engine->ruleset_count, sizeof *store->pastless);
    if (!store->pasts || !store->pastless ||
        pthread_mutex_init(&store->keeping, NULL) != 0) {
        free(store->pasts);
        free(store->pastless);
        free(store);
        wb_engine_unref(engine);
        return NULL;
    }
    return store;
}

static void destroy(struct recall_store *store)
{
    for (size_t i = 0; i < store->engine->ruleset_count; i++) {
        past_free(atomic_load(&store->pasts[i]));
    }
    free(store->pasts);
    free(store->pastless);
    wb_engine_unref(store->engine);
    pthread_mutex_destroy(&store->keeping);
    free(store);
}

void recall_store_join(struct recall_store *store, struct reader_mark *mark)
{
    pthread_mutex_lock(&store->keeping);
    turns_see(&store->turns, mark);
    mark->next = store->turns.readers;
    store->turns.readers = mark;
    store->readers++;
    pthread_mutex_unlock(&store->keeping);
}

void recall_store_leave(struct recall_store *store, struct reader_mark *mark)
{
    pthread_mutex_lock(&store->keeping);
    struct reader_mark **place = &store->turns.readers;
    while (*place != mark) {
        place = &(*place)->next;
    }
    *place = mark->next;
    bool last = --store->readers == 0;
    pthread_mutex_unlock(&store->keeping);
    if (last) {
        destroy(store);
    }
}

struct wb_engine *recall_store_engine(const struct recall_store *store)
{
    return store->engine;
}

void recall_store_see(const struct recall_store *store,
                      struct reader_mark *mark)
{
    turns_see(&store->turns, mark);
}

/* ---- evaluations ---- */

static struct past *make_past(struct recall_store *store, size_t i)
{
    pthread_mutex_lock(&store->keeping);
    struct past *past = atomic_load(&store->pasts[i]);
    if (!past && !store->pastless[i]) {
        past =
            past_new(store->engine, &store->engine->rulesets[i], &store->turns);
        store->pastless[i] = !past;
        atomic_store(&store->pasts[i], past);
    }
    pthread_mutex_unlock(&store->keeping);
    return past;
}

struct past *recall_store_past(struct recall_store *store, size_t ruleset)
{
    struct past *past =
        atomic_load_explicit(&store->pasts[ruleset], memory_order_acquire);

    return past ? past : make_past(store, ruleset);
}

unsigned recall_store_keep(struct recall_store *store, struct past *past,
                           struct wb_request *request)
{
    unsigned number = 0;

    if (past_may_keep(past, request)) {
        pthread_mutex_lock(&store->keeping);
        number = past_keep(past, request);
        pthread_mutex_unlock(&store->keeping);
    }
    return number;
}

/* ---- numbers ---- */

/* Where it is, or would be. */
static size_t place_of(const struct recall_store *store, uint64_t key)
{
    size_t i =
        (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> (64 - NUMBER_BITS));
    uint64_t there;

    while ((there = atomic_load_explicit(&store->numbers[i].key,
                                         memory_order_acquire)) != 0 &&
           there != key) {
        i = (i + 1) & (NUMBERS - 1);
    }
    return i;
}

unsigned recall_store_number(const struct recall_store *store, uint64_t key)
{
    const struct number *place = &store->numbers[place_of(store, key)];

    return atomic_load_explicit(&place->key, memory_order_acquire) == key
               ? place->number
               : 0;
}

unsigned recall_store_add_number(struct recall_store *store, uint64_t key)
{
    unsigned number = recall_store_number(store, key);

    if (number != 0) {
        return number;
    }
    pthread_mutex_lock(&store->keeping);
    number = recall_store_number(store, key);
    if (number == 0 && store->count < NUMBERS / 2) {
        struct number *place = &store->numbers[place_of(store, key)];
        number = place->number = ++store->count;
        atomic_store_explicit(&place->key, key, memory_order_release);
    }
    pthread_mutex_unlock(&store->keeping);
    return number;
}
