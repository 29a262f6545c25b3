/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash table of views with linear probing, at most half full. It grows by
 * copying within the arena, which is loading's and freed as a whole.
 */
#include "classify/names_load.h"

#include "base/hash.h"
#include "base/problems.h"

#define FIRST_ROOM 16

void *list_room(struct arena *arena, void *items, size_t *room, size_t count,
                size_t size)
{
    size_t larger;
    void *more;

    if (count < *room) {
        return items;
    }
    larger = *room ? *room * 2 : FIRST_ROOM;
    more = arena_array(arena, larger, size);
    if (!more) {
        return NULL;
    }
    if (count) {
        memcpy(more, items, count * size);
    }
    *room = larger;
    return more;
}

void names_start(struct names *names, struct arena *arena)
{
    *names = (struct names){.arena = arena};
}

/* The place of `name`, or the free one where it belongs. */
static size_t probe(const struct names *names, struct view name)
{
    size_t mask = names->table_size - 1;
    size_t at = (size_t)hash_table(name) & mask;

    while (names->table[at] &&
           !view_equal(names->items[names->table[at] - 1], name)) {
        at = (at + 1) & mask;
    }
    return at;
}

static bool grow(struct names *names)
{
    size_t size = names->table_size ? names->table_size * 2 : 4 * FIRST_ROOM;
    uint32_t *table = arena_array(names->arena, size, sizeof(*table));

    if (!table || names->count >= UINT32_MAX / 2) {
        return false;
    }
    names->table = table;
    names->table_size = size;
    for (size_t i = 0; i < names->count; i++) {
        table[probe(names, names->items[i])] = (uint32_t)i + 1;
    }
    return true;
}

size_t names_find(const struct names *names, struct view name)
{
    size_t at;

    if (!names->count) {
        return SIZE_MAX;
    }
    at = probe(names, name);
    return names->table[at] ? names->table[at] - 1 : SIZE_MAX;
}

size_t names_add(struct names *names, struct view name)
{
    size_t found = names_find(names, name);
    struct view *items;

    if (found != SIZE_MAX) {
        return found;
    }
    if (names->count * 2 >= names->table_size && !grow(names)) {
        return SIZE_MAX;
    }
    items = list_room(names->arena, names->items, &names->room, names->count,
                      sizeof(*items));
    if (!items) {
        return SIZE_MAX;
    }
    names->items = items;
    items[names->count] = name;
    names->table[probe(names, name)] = (uint32_t)names->count + 1;
    return names->count++;
}

const char *names_nearest(const struct names *names, struct view found)
{
    const char *best = NULL;

    /* Two at a time: the best so far and the next. */
    for (size_t i = 0; i < names->count; i++) {
        const char *pair[2] = {names->items[i].at, best};
        const char *nearest = problems_nearest(found, pair, best ? 2 : 1);

        best = nearest ? nearest : best;
    }
    return best;
}
