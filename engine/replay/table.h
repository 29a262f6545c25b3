/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of counts by name: agents, routes, sites, payment states. A row's
 * key is one name or two (a route and the asset that it costs).
 */
#ifndef WB_REPLAY_TABLE_H
#define WB_REPLAY_TABLE_H

#include "base/amount.h"
#include "base/arena.h"

struct row {
    struct view name;
    struct view asset; /* NONE: a name alone, or nothing was charged */
    uint32_t hash;
    uint64_t requests;
    uint64_t charged;     /* of these */
    struct amount amount; /* that these cost, atomic units */
    bool overflow;        /* the sum is too large for an amount */
};

struct table {
    struct row *rows; /* in the order of their first requests */
    size_t count;
    size_t room;
    uint32_t *slots; /* row number + 1 by hash; 0: free */
    size_t slot_mask;
    size_t last;         /* the row last asked for: mostly the next one too */
    struct arena *names; /* owned by the caller */
};

void table_start(struct table *table, struct arena *names);
void table_end(struct table *table);
/* The row of that key, a new one (all zero) if there is none; NULL when out
 * of memory. Names are copied. Valid until the next call. */
struct row *table_row(struct table *table, struct view name, struct view asset);
/* Adds all of `from`; false when out of memory. */
bool table_merge(struct table *table, const struct table *from);
/* Orders the rows: most requests first, then by name and asset. No row can
 * be added afterwards. */
void table_sort(struct table *table);

#endif
