/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Address sets: the networks as ranges, sorted, overlaps merged, in blocks
 * of 16. Above them stand samples of the first ends, each level with every
 * 16th of the one below, so that a search reads a few bytes side by side on
 * each level, and all but the blocks stay in the cache:
 *
 *   level 1  [f0 . . . . f256 . . . . f512 ...]
 *   level 0  [f0 f16 f32 ... f240 | f256 ...]
 *   blocks   [f0 f1 ... f15, l0 l1 ... l15] [f16 ... l16 ...] ...
 *
 * A million networks take 32 MiB.
 */
#include <stdint.h>
#include <stdlib.h>

#include "request/address.h"

#define FAN 16
#define LEVELS_MAX 16 /* 16 ^ 16 ranges */

struct end {
    uint64_t high, low;
};

struct range {
    struct end first, last;
};

/* The last block's free places are never read. */
struct block {
    struct end firsts[FAN];
    struct end lasts[FAN];
};

struct level {
    struct end *ends;
    size_t size;
};

struct address_set {
    struct block *blocks;
    size_t size;                     /* ranges */
    struct level levels[LEVELS_MAX]; /* 0: the first end of each block */
    size_t level_count;
};

/* ::ffff:0:0 to ::ffff:ffff:ffff, where IPv4 lives. */
static const struct range v4 = {{0, UINT64_C(0xffff00000000)},
                                {0, UINT64_C(0xffffffffffff)}};

static uint64_t big_endian(const unsigned char *bytes)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < 8; i++) {
        n = n << 8 | bytes[i];
    }
    return n;
}

static struct end end_of(const struct address *a)
{
    return (struct end){big_endian(a->bytes), big_endian(a->bytes + 8)};
}

static bool at_most(struct end a, struct end b)
{
    return a.high < b.high || (a.high == b.high && a.low <= b.low);
}

static struct range range_of(const struct network *n)
{
    struct end first = end_of(&n->address);
    uint64_t high = n->bits >= 64 ? 0 : UINT64_MAX >> n->bits;
    uint64_t low = n->bits >= 128  ? 0
                   : n->bits <= 64 ? UINT64_MAX
                                   : UINT64_MAX >> (n->bits - 64);

    return (struct range){first, {first.high | high, first.low | low}};
}

/* Does the IPv6 network have all of IPv4 in its middle? */
static bool spans_v4(const struct network *n)
{
    struct range r = range_of(n);

    return n->bits < 96 && at_most(r.first, v4.first) &&
           at_most(v4.last, r.last);
}

/* Adds the range of `n`; if it spans IPv4, what is below and above. */
static size_t add_ranges(struct range *ranges, const struct network *n)
{
    struct range r = range_of(n);
    struct end below = {0, v4.first.low - 1};
    struct end above = {0, v4.last.low + 1};
    size_t added = 0;

    if (!spans_v4(n)) {
        ranges[0] = r;
        return 1;
    }
    if (at_most(r.first, below)) {
        ranges[added++] = (struct range){r.first, below};
    }
    if (at_most(above, r.last)) {
        ranges[added++] = (struct range){above, r.last};
    }
    return added;
}

static int by_first(const void *a, const void *b)
{
    const struct range *one = a;
    const struct range *two = b;

    if (!at_most(one->first, two->first)) {
        return 1;
    }
    return at_most(two->first, one->first) ? 0 : -1;
}

/* Is there no address between the range and `first`, which is not before? */
static bool touches(const struct range *r, struct end first)
{
    struct end next = {r->last.high + (r->last.low == UINT64_MAX),
                       r->last.low + 1};

    /* {0, 0}: r ends with the last address of all */
    return (next.high | next.low) == 0 || at_most(first, next);
}

/* Merges sorted ranges that overlap or touch; returns how many are left. */
static size_t merge(struct range *ranges, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && touches(&ranges[kept - 1], ranges[i].first)) {
            if (!at_most(ranges[i].last, ranges[kept - 1].last)) {
                ranges[kept - 1].last = ranges[i].last;
            }
        } else {
            ranges[kept++] = ranges[i];
        }
    }
    return kept;
}

/* The levels above level 0, until one is small enough to read whole. */
static bool add_samples(struct address_set *set, struct arena *arena)
{
    set->level_count = 1;
    while (set->levels[set->level_count - 1].size > FAN) {
        const struct level *below = &set->levels[set->level_count - 1];
        struct level *level = &set->levels[set->level_count++];

        level->size = (below->size + FAN - 1) / FAN;
        level->ends = arena_array(arena, level->size, sizeof(struct end));
        if (!level->ends) {
            return false;
        }
        for (size_t i = 0; i < level->size; i++) {
            level->ends[i] = below->ends[i * FAN];
        }
    }
    return true;
}

static struct address_set *freeze(struct arena *arena,
                                  const struct range *ranges, size_t n)
{
    struct address_set *set = arena_alloc(arena, sizeof(*set));
    size_t blocks = (n + FAN - 1) / FAN;
    struct level starts = {arena_array(arena, blocks, sizeof(struct end)),
                           blocks};

    if (!set || !starts.ends) {
        return NULL;
    }
    set->size = n;
    set->levels[0] = starts;
    set->blocks = arena_array(arena, blocks, sizeof(*set->blocks));
    if (!set->blocks) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        set->blocks[i / FAN].firsts[i % FAN] = ranges[i].first;
        set->blocks[i / FAN].lasts[i % FAN] = ranges[i].last;
        if (i % FAN == 0) {
            starts.ends[i / FAN] = ranges[i].first;
        }
    }
    return add_samples(set, arena) ? set : NULL;
}

struct address_set *address_set_new(struct arena *arena,
                                    const struct network *networks, size_t n)
{
    struct address_set *set = NULL;
    struct range *ranges;
    size_t room = n;
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        room += spans_v4(&networks[i]);
    }
    ranges = calloc(room + 1, sizeof(*ranges));
    if (!ranges) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        count += add_ranges(ranges + count, &networks[i]);
    }
    qsort(ranges, count, sizeof(*ranges), by_first);
    set = freeze(arena, ranges, merge(ranges, count));
    free(ranges);
    return set;
}

/* How many of the n sorted ends are at most `key`; no branch but the loop's,
 * which is what makes it fast. */
static size_t count_at_most(const struct end *ends, size_t n, struct end key)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        count +=
            (size_t)((ends[i].high < key.high) |
                     ((ends[i].high == key.high) & (ends[i].low <= key.low)));
    }
    return count;
}

bool address_set_holds(const struct address_set *set, const struct address *a)
{
    struct end key = end_of(a);
    const struct block *block;
    size_t at = 0; /* the last sample so far that is at most `key` */
    size_t n;

    for (size_t i = set->level_count; i-- > 0;) {
        const struct level *level = &set->levels[i];
        size_t from = at * FAN;
        size_t count;

        n = level->size - from < FAN ? level->size - from : FAN;
        count = count_at_most(level->ends + from, n, key);
        if (count == 0) {
            return false; /* before the first range */
        }
        at = from + count - 1;
    }
    block = &set->blocks[at];
    n = set->size - at * FAN < FAN ? set->size - at * FAN : FAN;
    return at_most(key, block->lasts[count_at_most(block->firsts, n, key) - 1]);
}

size_t address_set_size(const struct address_set *set)
{
    return set->size;
}
