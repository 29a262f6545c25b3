/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which routes can match a path: by the literal segments that their patterns
 * begin with, so that a thousand routes cost what ten do.
 *
 *   /api/v1/items/x   "api/v1/items/x" ──► routes 3, 7, ...
 *   /a*b              ""               ──► routes 12, ...
 *
 * A path is looked up under each of its own beginnings; the routes found come
 * in their order. It is a superset: matching is decided elsewhere.
 */
#ifndef WB_PRICING_ROUTE_INDEX_H
#define WB_PRICING_ROUTE_INDEX_H

#include <stdint.h>

#include "request/path.h"

#define INDEX_DEPTH 8 /* segments of a path that are looked at */
#define INDEX_LISTS ((size_t)2 * INDEX_DEPTH + 1)

/* One route stands in its bucket, several in a row of their own. */
struct index_bucket {
    uint32_t hash;  /* of the beginning, in lower case */
    uint32_t count; /* 0: an empty bucket */
    uint32_t route; /* or, of several, where in `rows` they begin */
};

struct route_index {
    struct index_bucket *buckets; /* a power of two, open addressing */
    size_t mask;
    const uint32_t *rows; /* routes, each row ascending */
    size_t depth;         /* segments of the longest beginning */
    size_t route_count;
};

struct route_walk {
    struct {
        const uint32_t *next, *end;
    } lists[INDEX_LISTS];
    size_t list_count;
    size_t at, count; /* without lists: each route in turn */
};

/* Calls `visit` with the hash of each beginning of whole segments, from the
 * empty one to `most` of them; `path` is without its leading '/'. */
typedef void index_visit(void *context, uint32_t hash, size_t depth);
void index_prefixes(struct view path, size_t most, index_visit *visit,
                    void *context);

/* All routes where the path may be read in several ways, or is unknown:
 * NULL. */
void route_walk_start(struct route_walk *walk, const struct route_index *index,
                      const struct path *path);
/* The next route's number, SIZE_MAX at the end. */
size_t route_walk_next(struct route_walk *walk);

#endif
