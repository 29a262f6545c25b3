/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of counts by name: agents, routes, rules, sites. A row's key is up
 * to three names (an agent, a route and the asset that it costs).
 *
 * Names come from the configuration: their bytes stay where they are while
 * the table lives, so that a row is mostly found by the names' addresses.
 */
#ifndef WB_REPLAY_TABLE_H
#define WB_REPLAY_TABLE_H

#include "base/amount.h"
#include "base/arena.h"

struct row {
    struct view name;
    struct view other; /* NONE: the key has no such part */
    struct view asset; /* NONE: none, or nothing was charged */
    uint32_t hash;
    uint64_t requests;
    uint64_t charged;     /* of these */
    struct amount amount; /* that these cost, atomic units */
    bool overflow;        /* the sum is too large for an amount */
};

#define TABLE_NEAR 32 /* a power of two */

struct table {
    struct row *rows; /* in the order of their first requests */
    size_t count;
    size_t room;
    uint32_t *slots; /* row number + 1 by hash; 0: free */
    size_t slot_mask;
    struct { /* rows by the addresses of their names */
        const char *name, *other, *asset;
        uint32_t row; /* number + 1; 0: none */
    } near[TABLE_NEAR];
    struct arena *names; /* owned by the caller */
};

void table_start(struct table *table, struct arena *names);
void table_end(struct table *table);
/* The row of that key, a new one (all zero) if there is none; NULL when out
 * of memory. Valid until the next call. */
struct row *table_row(struct table *table, struct view name, struct view other,
                      struct view asset);
/* The same for names whose bytes may change. */
struct row *table_row_of_copies(struct table *table, struct view name,
                                struct view other, struct view asset);
/* The row of that key, or NULL. */
const struct row *table_find(const struct table *table, struct view name,
                             struct view other, struct view asset);
/* Adds all of `from`; false when out of memory. */
bool table_merge(struct table *table, const struct table *from);
void row_add(struct row *row, const struct row *from);
/* Orders the rows: most requests first, then by their names. No row can be
 * added afterwards. */
void table_sort(struct table *table);

#endif
