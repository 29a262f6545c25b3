/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gathering the dated lists of a snapshot in its arena; an array that grows
 * leaves its former self there, which is small.
 */
#include "dated_lists.h"

bool dated_lists_add(struct dated_lists *lists, const char *kind,
                     struct view name, int64_t date, size_t entries)
{
    struct view copy = arena_copy(lists->arena, name);
    if (!copy.at) {
        return false;
    }
    if (lists->count == lists->room) {
        size_t room = lists->room ? 2 * lists->room : 16;
        struct dated_list *items =
            arena_array(lists->arena, room, sizeof *items);
        if (!items) {
            return false;
        }
        if (lists->count) {
            memcpy(items, lists->items, lists->count * sizeof *items);
        }
        lists->items = items;
        lists->room = room;
    }
    lists->items[lists->count++] =
        (struct dated_list){kind, copy.at, date, entries};
    return true;
}
