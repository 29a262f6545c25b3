/* SPDX-License-Identifier: Apache-2.0 */
/*
 * User agents of requests past, and the evaluations that they led to:
 *
 *   hash of the user agent -> record: {surroundings, evaluation} x 15, its text
 *
 * Any number of threads look up while one adds. When there is no more room
 * all are forgotten: records are made in other memory, and what was left is
 * used again only when no reader can be looking at it any more.
 */
#ifndef WB_PAST_AGENTS_H
#define WB_PAST_AGENTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/view.h"

/* Who reads, each thread its own; the list is its owner's to guard. */
struct reader_mark {
    atomic_uint_least64_t seen; /* the turn at which it began to look */
    struct reader_mark *next;
};

/* Turns: each time that memory is left for other there is a new one. */
struct turns {
    atomic_uint_least64_t now;
    struct reader_mark *readers;
};

/* Before a reader looks up: nothing that it found before is looked at any
 * more. */
static inline void turns_see(const struct turns *turns,
                             struct reader_mark *mark)
{
    uint64_t now = atomic_load_explicit(&turns->now, memory_order_acquire);

    atomic_store_explicit(&mark->seen, now, memory_order_release);
}

struct past_agents;

struct past_agents *past_agents_new(struct turns *turns); /* NULL: no memory */
void past_agents_free(struct past_agents *agents);
/* Fetches what is looked at: first the place of a record, then the record. */
void past_agents_fetch_place(const struct past_agents *agents, uint64_t hash);
void past_agents_fetch_record(const struct past_agents *agents, uint64_t hash);
/* What was added; 0: nothing was. */
unsigned past_agents_find(const struct past_agents *agents, uint64_t hash,
                          struct view agent, unsigned around);
/* One at a time; `finished` is not 0. False: there is no room yet. */
bool past_agents_add(struct past_agents *agents, uint64_t hash,
                     struct view agent, unsigned around, unsigned finished);

#endif
