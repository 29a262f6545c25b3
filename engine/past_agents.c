/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records lie one behind the other in one block; an open table of hashes
 * finds them. There are two of both: the one that is read, and the one that
 * was left, or was never used. A record is whole before its place tells of
 * it, and a pair of numbers is one word: a reader sees all of either or
 * nothing.
 */
#include "past_agents.h"

#include <stdlib.h>
#include <sys/mman.h>

#define LINE 64  /* bytes that are fetched at once */
#define PAIRS 15 /* fill one, before the text */
#define RECORDS 131072
#define PLACES (2 * RECORDS) /* a power of two */
#define PROBES 16 /* who makes hashes collide finds nothing, and fast */
#define ROOM ((size_t)32 << 20)
#define HUGE_PAGE ((size_t)2 << 20)
#define AROUND_BITS 16

/* A user agent; its text stands behind. */
struct record {
    uint32_t size;
    atomic_uint_least32_t pairs[PAIRS]; /* finished, surroundings; 0: none */
};

/* Where records are. */
struct generation {
    atomic_uint_least64_t *places; /* upper half of a hash, first line + 1 */
    char *room;
    size_t used, records;
};

struct past_agents {
    struct turns *turns;
    struct generation generations[2];
    _Atomic(struct generation *) current;
    uint64_t left; /* the turn at which the other one was */
};

/* In large pages where there are any: it is read here and there. */
static void *large(size_t size)
{
    void *at = aligned_alloc(HUGE_PAGE,
                             (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);

    if (at) {
        madvise(at, size, MADV_HUGEPAGE);
    }
    return at;
}

/* Makes it empty, with memory of its own. */
static bool clear(struct generation *g)
{
    g->places = g->places ? g->places : large(PLACES * sizeof *g->places);
    g->room = g->room ? g->room : large(ROOM);
    g->used = g->records = 0;
    for (size_t i = 0; g->places && i < PLACES; i++) {
        atomic_store_explicit(&g->places[i], 0, memory_order_relaxed);
    }
    return g->places && g->room;
}

struct past_agents *past_agents_new(struct turns *turns)
{
    struct past_agents *agents = calloc(1, sizeof *agents);

    if (!agents || !clear(&agents->generations[0])) {
        past_agents_free(agents);
        return NULL;
    }
    agents->turns = turns;
    atomic_store(&agents->current, &agents->generations[0]);
    return agents;
}

void past_agents_free(struct past_agents *agents)
{
    for (size_t i = 0; agents && i < 2; i++) {
        free(agents->generations[i].places);
        free(agents->generations[i].room);
    }
    free(agents);
}

/* ---- looking up ---- */

static const struct generation *current(const struct past_agents *agents)
{
    return atomic_load_explicit(&agents->current, memory_order_acquire);
}

static uint32_t half_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

static struct record *record_at(const struct generation *g, uint64_t place)
{
    return (struct record *)(void *)(g->room +
                                     LINE * ((size_t)(uint32_t)place - 1));
}

static uint64_t place_of(const struct generation *g, uint64_t i)
{
    return atomic_load_explicit(&g->places[i & (PLACES - 1)],
                                memory_order_acquire);
}

/* Its record; or NULL, and where it would be: NULL if nowhere. */
static struct record *find_record(const struct generation *g, uint64_t hash,
                                  struct view agent,
                                  atomic_uint_least64_t **free_place)
{
    *free_place = NULL;
    for (size_t i = 0; i < PROBES; i++) {
        uint64_t place = place_of(g, hash + i);
        if (place == 0) {
            *free_place = &g->places[(hash + i) & (PLACES - 1)];
            return NULL;
        }
        if (half_of(place) == half_of(hash)) {
            struct record *record = record_at(g, place);
            if (view_equal(view_of((const char *)(record + 1), record->size),
                           agent)) {
                return record;
            }
        }
    }
    return NULL;
}

void past_agents_fetch_place(const struct past_agents *agents, uint64_t hash)
{
    __builtin_prefetch(&current(agents)->places[hash & (PLACES - 1)]);
}

/* Its pairs, and as much text as most have. */
void past_agents_fetch_record(const struct past_agents *agents, uint64_t hash)
{
    const struct generation *g = current(agents);
    uint64_t place = place_of(g, hash);

    if (place != 0) {
        const char *record = (const char *)record_at(g, place);
        __builtin_prefetch(record);
        __builtin_prefetch(record + LINE);
        __builtin_prefetch(record + (size_t)2 * LINE);
    }
}

unsigned past_agents_find(const struct past_agents *agents, uint64_t hash,
                          struct view agent, unsigned around)
{
    atomic_uint_least64_t *place;
    struct record *record = find_record(current(agents), hash, agent, &place);

    for (size_t i = 0; record && i < PAIRS; i++) {
        uint32_t pair =
            atomic_load_explicit(&record->pairs[i], memory_order_acquire);
        if (pair >> AROUND_BITS == around) {
            return pair & ((1U << AROUND_BITS) - 1);
        }
    }
    return 0;
}

/* ---- adding ---- */

static bool is_read_no_more(const struct turns *turns, uint64_t turn)
{
    for (struct reader_mark *r = turns->readers; r; r = r->next) {
        if (atomic_load_explicit(&r->seen, memory_order_acquire) < turn) {
            return false;
        }
    }
    return true;
}

/* Goes on in the other generation; NULL: it may still be read. */
static struct generation *forget(struct past_agents *agents)
{
    struct generation *other = current(agents) == &agents->generations[0]
                                   ? &agents->generations[1]
                                   : &agents->generations[0];

    if (!is_read_no_more(agents->turns, agents->left) || !clear(other)) {
        return NULL;
    }
    atomic_store_explicit(&agents->current, other, memory_order_release);
    agents->left = atomic_fetch_add_explicit(&agents->turns->now, 1,
                                             memory_order_release) +
                   1;
    return other;
}

static struct record *add_record(struct generation *g, uint64_t hash,
                                 struct view agent,
                                 atomic_uint_least64_t *place)
{
    size_t size = (sizeof(struct record) + agent.size + LINE - 1) / LINE * LINE;
    uint64_t told = (uint64_t)half_of(hash) << 32 | (g->used / LINE + 1);
    struct record *record = record_at(g, told);

    memset(record, 0, sizeof *record);
    record->size = (uint32_t)agent.size;
    if (agent.size > 0) {
        memcpy(record + 1, agent.at, agent.size);
    }
    g->used += size;
    g->records++;
    atomic_store_explicit(place, told, memory_order_release);
    return record;
}

/* The first pair that is free; of a full record any. */
static void add_pair(struct record *record, uint32_t pair)
{
    size_t i = 0;

    while (i < PAIRS &&
           atomic_load_explicit(&record->pairs[i], memory_order_relaxed) != 0) {
        i++;
    }
    atomic_store_explicit(&record->pairs[i < PAIRS ? i : pair % PAIRS], pair,
                          memory_order_release);
}

bool past_agents_add(struct past_agents *agents, uint64_t hash,
                     struct view agent, unsigned around, unsigned finished)
{
    struct generation *g =
        atomic_load_explicit(&agents->current, memory_order_relaxed);
    size_t most = sizeof(struct record) + agent.size + LINE;
    atomic_uint_least64_t *place;

    if (past_agents_find(agents, hash, agent, around) == finished) {
        return true; /* another thread was faster */
    }
    if (g->used + most > ROOM || g->records == RECORDS) {
        g = forget(agents);
    }
    struct record *record = g ? find_record(g, hash, agent, &place) : NULL;
    if (g && !record && place) {
        record = add_record(g, hash, agent, place);
    }
    if (record) {
        add_pair(record, (uint32_t)around << AROUND_BITS | finished);
    }
    return record != NULL;
}
