/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of small numbers, taken out in ascending order while larger ones are
 * still put in. Two levels of bits: emptying it costs by what is in it.
 *
 *   groups  bit w: words[w] is not empty
 *   words   bit r: r is in the set
 */
#ifndef WB_CLASSIFY_RANK_SET_H
#define WB_CLASSIFY_RANK_SET_H

#include <stdint.h>

#include "base/arena.h"

struct rank_set {
    uint64_t *groups;
    uint64_t *words;
    uint32_t group_count;
    uint32_t at; /* no word before it has a bit */
};

static inline bool rank_set_make(struct rank_set *set, struct arena *arena,
                                 uint32_t numbers)
{
    set->group_count = numbers / (64 * 64) + 1;
    set->groups = arena_array(arena, set->group_count, sizeof(uint64_t));
    set->words =
        arena_array(arena, (size_t)set->group_count * 64, sizeof(uint64_t));
    return set->groups && set->words;
}

static inline void rank_set_add(struct rank_set *set, uint32_t number)
{
    uint32_t w = number / 64;

    set->words[w] |= UINT64_C(1) << (number % 64);
    set->groups[w / 64] |= UINT64_C(1) << (w % 64);
    set->at = w < set->at ? w : set->at;
}

/* Moves on to the first word that has a bit; false if none has. */
static inline bool rank_set_seek(struct rank_set *set)
{
    for (uint32_t g = set->at / 64; g < set->group_count; g++) {
        while (set->groups[g]) {
            set->at = g * 64 + (uint32_t)__builtin_ctzll(set->groups[g]);
            if (set->words[set->at]) {
                return true;
            }
            set->groups[g] &= set->groups[g] - 1;
        }
    }
    return false;
}

/* Takes out the lowest number below `limit`; UINT32_MAX if there is none. */
static inline uint32_t rank_set_take(struct rank_set *set, uint32_t limit)
{
    uint64_t word = set->words[set->at];
    uint32_t number;

    if (!word) {
        if (!rank_set_seek(set)) {
            return UINT32_MAX;
        }
        word = set->words[set->at];
    }
    number = set->at * 64 + (uint32_t)__builtin_ctzll(word);
    if (number >= limit) {
        return UINT32_MAX;
    }
    set->words[set->at] = word & (word - 1);
    return number;
}

static inline void rank_set_empty(struct rank_set *set)
{
    while (rank_set_take(set, UINT32_MAX) != UINT32_MAX) {
    }
}

#endif
