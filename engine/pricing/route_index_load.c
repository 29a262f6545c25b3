/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the index of routes: each pattern's literal beginning, by whole
 * segments, is one entry; entries are sorted, and each run of equal ones
 * becomes a bucket.
 */
#include <stdlib.h>

#include "pricing/parts_load.h"

struct entry {
    uint32_t hash;
    uint32_t route;
};

struct entries {
    struct entry *at;
    size_t count;
};

struct deepest {
    uint32_t hash;
    size_t depth, most;
};

static void keep_deepest(void *context, uint32_t hash, size_t depth)
{
    struct deepest *deepest = context;
    if (depth <= deepest->most) {
        deepest->hash = hash;
        deepest->depth = depth;
    }
}

/* Whole segments before the first that holds a '*'. */
static size_t literal_segments(struct view pattern)
{
    size_t n = 0;
    while (pattern.at) {
        struct view segment = view_cut(&pattern, '/');
        if (view_find(segment, '*') < segment.size) {
            break;
        }
        n++;
    }
    return n;
}

static void add_entry(struct route_index *index, struct entries *entries,
                      struct view pattern, uint32_t route)
{
    struct deepest deepest = {.most = literal_segments(pattern)};

    index_prefixes(pattern, INDEX_DEPTH, keep_deepest, &deepest);
    if (deepest.depth > index->depth) {
        index->depth = deepest.depth;
    }
    entries->at[entries->count++] = (struct entry){deepest.hash, route};
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;

    if (x->hash != y->hash) {
        return x->hash < y->hash ? -1 : 1;
    }
    return x->route < y->route ? -1 : x->route > y->route;
}

static void add_bucket(struct route_index *index, uint32_t hash,
                       const uint32_t *row, size_t count)
{
    size_t i = hash & index->mask;

    while (index->buckets[i].count) {
        i = (i + 1) & index->mask;
    }
    index->buckets[i] = (struct index_bucket){
        hash, (uint32_t)count,
        count == 1 ? *row : (uint32_t)(row - index->rows)};
}

static void fill(struct route_index *index, const struct entries *entries,
                 uint32_t *rows)
{
    size_t used = 0;

    for (size_t i = 0; i < entries->count;) {
        uint32_t hash = entries->at[i].hash;
        size_t from = used;
        for (; i < entries->count && entries->at[i].hash == hash; i++) {
            if (used == from || rows[used - 1] != entries->at[i].route) {
                rows[used++] = entries->at[i].route;
            }
        }
        add_bucket(index, hash, rows + from, used - from);
    }
}

/* Each pattern's beginning; its widest reading may have another. */
static bool list_entries(struct policy *policy, struct entries *entries)
{
    size_t most = 1;

    for (size_t i = 0; i < policy->route_count; i++) {
        most += 2 * (size_t)policy->routes[i].path_count;
    }
    entries->at = calloc(most, sizeof *entries->at);
    for (size_t i = 0; entries->at && i < policy->route_count; i++) {
        const struct route *route = &policy->routes[i];
        for (size_t k = 0; k < route->path_count; k++) {
            const struct pattern *pattern = &route->paths[k];
            add_entry(&policy->index, entries, pattern->folded, (uint32_t)i);
            if (pattern->widest.at) {
                add_entry(&policy->index, entries, pattern->widest,
                          (uint32_t)i);
            }
        }
    }
    return entries->at != NULL;
}

/* Fewer are gone through one by one. */
#define INDEXED_LEAST 4

bool route_index_make(struct loader *loader, const struct node *node)
{
    struct policy *policy = loader->policy;
    struct route_index *index = &policy->index;
    struct entries entries = {NULL, 0};
    uint32_t *rows;
    size_t size = 4;

    index->route_count = policy->route_count;
    if (policy->route_count < INDEXED_LEAST) {
        return true;
    }
    if (!list_entries(policy, &entries)) {
        return load_memory(loader, node);
    }
    while (size < 2 * entries.count) {
        size *= 2;
    }
    rows = load_array(loader, node, entries.count, sizeof *rows);
    index->buckets = load_lines(loader, node, size, sizeof *index->buckets);
    if (rows && index->buckets) {
        index->mask = size - 1;
        index->rows = rows;
        qsort(entries.at, entries.count, sizeof *entries.at, compare_entries);
        fill(index, &entries, rows);
    }
    free(entries.at);
    return rows && index->buckets;
}
