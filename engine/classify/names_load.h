/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of loaded things, numbered in the order they came: labels, rule ids,
 * tests. A name is a view that lives as long as the table.
 */
#ifndef WB_CLASSIFY_NAMES_LOAD_H
#define WB_CLASSIFY_NAMES_LOAD_H

#include <stdint.h>

#include "base/arena.h"
#include "base/view.h"

struct names {
    struct arena *arena;
    struct view *items;
    size_t count;
    size_t room;
    uint32_t *table; /* number + 1, open addressing; a power of two */
    size_t table_size;
};

void names_start(struct names *names, struct arena *arena);
/* Its number, old or new; SIZE_MAX when out of memory. */
size_t names_add(struct names *names, struct view name);
size_t names_find(const struct names *names, struct view name);
/* The nearest name for "did you mean", which must be NUL-terminated, or
 * NULL. */
const char *names_nearest(const struct names *names, struct view found);

/* Room for one more of `count` items of `size` bytes: `items` or a larger
 * copy; NULL when out of memory. *room is kept up to date. */
void *list_room(struct arena *arena, void *items, size_t *room, size_t count,
                size_t size);

#endif
