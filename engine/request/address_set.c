/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Address sets: the networks as ranges, sorted, overlaps merged. Half of an
 * address tells most of them apart: the lower one all of IPv4, the upper one
 * IPv6 in whole /64s. Such halves stand in blocks of 16, and above them
 * samples of the first ends, each level with every 16th of the one below, so
 * that a search reads a few bytes side by side on each level, and all but the
 * blocks stay in the cache:
 *
 *   level 1  [f0 . . . . f256 . . . . f512 ...]
 *   level 0  [f0 f16 f32 ... f240 | f256 ...]
 *   blocks   [f0 f1 ... f15, l0 l1 ... l15] [f16 ... l16 ...] ...
 *
 * What is left (parts of a /64) is few in any list, and searched by halving.
 * A million networks take 17 MiB.
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

/* Free places hold the last of all numbers. */
struct block {
    uint64_t firsts[FAN];
    uint64_t lasts[FAN];
};

struct level {
    uint64_t *ends; /* in whole groups of FAN */
    size_t size;
};

/* Ranges of halves. */
struct halves {
    struct block *blocks;
    size_t size;                     /* ranges */
    struct level levels[LEVELS_MAX]; /* 0: the first end of each block */
    size_t level_count;
};

struct address_set {
    struct halves v4;  /* by the lower half */
    struct halves v6;  /* whole /64s, by the upper half */
    struct range *odd; /* the rest */
    size_t odd_count;
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

static bool is_v4(struct end end)
{
    return end.high == 0 && end.low >= v4.first.low && end.low <= v4.last.low;
}

/* Merges sorted ranges that overlap or touch; returns how many are left.
 * IPv4 stays apart: no range begins in it and ends outside. */
static size_t merge(struct range *ranges, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && touches(&ranges[kept - 1], ranges[i].first) &&
            is_v4(ranges[kept - 1].first) == is_v4(ranges[i].first)) {
            if (!at_most(ranges[i].last, ranges[kept - 1].last)) {
                ranges[kept - 1].last = ranges[i].last;
            }
        } else {
            ranges[kept++] = ranges[i];
        }
    }
    return kept;
}

/* ---- building ---- */

static size_t groups(size_t n)
{
    return (n + FAN - 1) / FAN;
}

static uint64_t *ends_new(struct arena *arena, size_t n)
{
    size_t room = groups(n) * FAN;
    uint64_t *ends = arena_array(arena, room, sizeof(*ends));

    for (size_t i = n; ends && i < room; i++) {
        ends[i] = UINT64_MAX;
    }
    return ends;
}

/* The levels above the blocks, until one is small enough to read whole. */
static bool add_samples(struct halves *halves, struct arena *arena)
{
    size_t size = groups(halves->size);

    do {
        struct level *level = &halves->levels[halves->level_count++];
        const struct level *below = level - 1; /* but for the first */

        level->size = size;
        level->ends = ends_new(arena, size);
        if (!level->ends) {
            return false;
        }
        for (size_t i = 0; i < size; i++) {
            level->ends[i] = halves->level_count == 1
                                 ? halves->blocks[i].firsts[0]
                                 : below->ends[i * FAN];
        }
        size = groups(size);
    } while (halves->levels[halves->level_count - 1].size > FAN);
    return true;
}

/* Room for n ranges. */
static bool halves_start(struct halves *halves, struct arena *arena, size_t n)
{
    if (n == 0) {
        return true;
    }
    halves->blocks = arena_array(arena, groups(n), sizeof(*halves->blocks));
    for (size_t i = 0; halves->blocks && i < groups(n); i++) {
        for (size_t k = 0; k < FAN; k++) {
            halves->blocks[i].firsts[k] = UINT64_MAX;
            halves->blocks[i].lasts[k] = UINT64_MAX;
        }
    }
    return halves->blocks != NULL;
}

static void halves_add(struct halves *halves, uint64_t first, uint64_t last)
{
    struct block *block = &halves->blocks[halves->size / FAN];

    block->firsts[halves->size % FAN] = first;
    block->lasts[halves->size % FAN] = last;
    halves->size++;
}

enum kind { KIND_V4, KIND_V6, KIND_ODD, KINDS };

static enum kind kind_of(const struct range *r)
{
    if (is_v4(r->first)) {
        return KIND_V4;
    }
    return r->first.low == 0 && r->last.low == UINT64_MAX ? KIND_V6 : KIND_ODD;
}

static struct address_set *freeze(struct arena *arena,
                                  const struct range *ranges, size_t n)
{
    struct address_set *set = arena_alloc(arena, sizeof(*set));
    size_t counts[KINDS] = {0};

    for (size_t i = 0; i < n; i++) {
        counts[kind_of(&ranges[i])]++;
    }
    if (!set || !halves_start(&set->v4, arena, counts[KIND_V4]) ||
        !halves_start(&set->v6, arena, counts[KIND_V6])) {
        return NULL;
    }
    set->odd = arena_array(arena, counts[KIND_ODD] + 1, sizeof(*set->odd));
    if (!set->odd) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        const struct range *r = &ranges[i];

        switch (kind_of(r)) {
        case KIND_V4:
            halves_add(&set->v4, r->first.low, r->last.low);
            break;
        case KIND_V6:
            halves_add(&set->v6, r->first.high, r->last.high);
            break;
        default:
            set->odd[set->odd_count++] = *r;
        }
    }
    return (set->v4.size == 0 || add_samples(&set->v4, arena)) &&
                   (set->v6.size == 0 || add_samples(&set->v6, arena))
               ? set
               : NULL;
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

/* ---- searching ---- */

/* How many of a group's sorted ends are at most `key`; no branch but the
 * loop's, which is what makes it fast. */
static size_t count_at_most(const uint64_t *ends, uint64_t key)
{
    size_t count = 0;

    for (size_t i = 0; i < FAN; i++) {
        count += (size_t)(ends[i] <= key);
    }
    return count;
}

/* The last of the group's first `n` ends that is at most `key`; n: none. */
static size_t last_at_most(const uint64_t *ends, size_t n, uint64_t key)
{
    size_t count = count_at_most(ends, key);

    return count == 0 ? n : (count < n ? count : n) - 1;
}

static size_t in_group(size_t size, size_t group)
{
    return size - group * FAN < FAN ? size - group * FAN : FAN;
}

static bool halves_hold(const struct halves *halves, uint64_t key)
{
    const struct block *block;
    size_t at = 0; /* the last sample so far that is at most `key` */
    size_t n, i;

    for (size_t k = halves->level_count; k-- > 0;) {
        const struct level *level = &halves->levels[k];

        n = in_group(level->size, at);
        i = last_at_most(level->ends + at * FAN, n, key);
        if (i == n) {
            return false; /* before the first range */
        }
        at = at * FAN + i;
    }
    block = &halves->blocks[at];
    n = in_group(halves->size, at);
    return key <= block->lasts[last_at_most(block->firsts, n, key)];
}

static bool odd_hold(const struct address_set *set, struct end key)
{
    size_t from = 0, to = set->odd_count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (at_most(set->odd[middle].first, key)) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from > 0 && at_most(key, set->odd[from - 1].last);
}

bool address_set_holds(const struct address_set *set, const struct address *a)
{
    struct end key = end_of(a);

    if (is_v4(key)) {
        return set->v4.size > 0 && halves_hold(&set->v4, key.low);
    }
    return (set->v6.size > 0 && halves_hold(&set->v6, key.high)) ||
           (set->odd_count > 0 && odd_hold(set, key));
}

size_t address_set_size(const struct address_set *set)
{
    return set->v4.size + set->v6.size + set->odd_count;
}
