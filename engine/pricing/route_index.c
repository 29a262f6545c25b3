/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking up routes. Beginnings of the same hash share a bucket: a route that
 * does not belong there does no harm.
 */
#include "pricing/route_index.h"

#define SEED UINT64_C(0xcbf29ce484222325)
#define PRIME UINT64_C(0x100000001b3)

static uint32_t finish(uint64_t hash)
{
    hash ^= hash >> 32;
    hash *= UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(hash >> 32);
}

void index_prefixes(struct view path, size_t most, index_visit *visit,
                    void *context)
{
    uint64_t hash = SEED;
    size_t depth = 1;

    visit(context, 0, 0);
    for (size_t i = 0; path.at && i <= path.size && depth <= most; i++) {
        if (i == path.size || path.at[i] == '/') {
            visit(context, finish(hash), depth++);
        }
        if (i < path.size) {
            hash = (hash ^ (unsigned char)ascii_lower(path.at[i])) * PRIME;
        }
    }
}

static const struct index_bucket *find(const struct route_index *index,
                                       uint32_t hash)
{
    size_t i = hash & index->mask;

    while (index->buckets[i].count && index->buckets[i].hash != hash) {
        i = (i + 1) & index->mask;
    }
    return index->buckets[i].count ? &index->buckets[i] : NULL;
}

struct lookup {
    struct route_walk *walk;
    const struct route_index *index;
};

static void add_list(void *context, uint32_t hash, size_t depth)
{
    struct lookup *lookup = context;
    struct route_walk *walk = lookup->walk;
    const struct index_bucket *bucket = find(lookup->index, hash);

    (void)depth;
    if (bucket && walk->list_count < INDEX_LISTS) {
        const uint32_t *routes = bucket->count == 1
                                     ? &bucket->route
                                     : lookup->index->rows + bucket->route;
        walk->lists[walk->list_count].next = routes;
        walk->lists[walk->list_count].end = routes + bucket->count;
        walk->list_count++;
    }
}

static struct view without_lead(struct view path)
{
    return path.size > 0 && path.at[0] == '/'
               ? view_of(path.at + 1, path.size - 1)
               : path;
}

void route_walk_start(struct route_walk *walk, const struct route_index *index,
                      const struct path *path)
{
    struct lookup lookup = {walk, index};

    walk->list_count = 0;
    walk->at = 0;
    walk->count = 0;
    if (!index->buckets || !path || path->ambiguous || path->crowded ||
        path->reading_count == 0 || path->reading_count > 2) {
        walk->count = index->route_count;
        return;
    }
    for (size_t i = 0; i < path->reading_count; i++) {
        index_prefixes(without_lead(path->readings[i]), index->depth, add_list,
                       &lookup);
    }
}

size_t route_walk_next(struct route_walk *walk)
{
    uint32_t least = UINT32_MAX;

    if (walk->at < walk->count) {
        return walk->at++;
    }
    for (size_t i = 0; i < walk->list_count; i++) {
        if (walk->lists[i].next < walk->lists[i].end &&
            *walk->lists[i].next < least) {
            least = *walk->lists[i].next;
        }
    }
    for (size_t i = 0; i < walk->list_count; i++) {
        if (walk->lists[i].next < walk->lists[i].end &&
            *walk->lists[i].next == least) {
            walk->lists[i].next++;
        }
    }
    return least == UINT32_MAX ? SIZE_MAX : least;
}
