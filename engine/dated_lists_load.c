/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gathering the dated lists of a snapshot in its arena; an array that grows
 * leaves its former self there, which is small.
 */
#include "dated_lists.h"

/* Room for one more of `count` things. */
static bool make_room(struct arena *arena, void **items, size_t *room,
                      size_t count, size_t size)
{
    if (count < *room) {
        return true;
    }
    size_t wider = *room ? 2 * *room : 16;
    void *copy = arena_array(arena, wider, size);
    if (!copy) {
        return false;
    }
    if (count) {
        memcpy(copy, *items, count * size);
    }
    *items = copy;
    *room = wider;
    return true;
}

/* A name stands between quotes in metrics; a database's is its path. */
static struct view plain_copy(struct arena *arena, struct view name)
{
    struct view copy = arena_copy(arena, name);
    for (size_t i = 0; copy.at && i < copy.size; i++) {
        char c = copy.at[i];
        if (c == '"' || c == '\\' || (unsigned char)c < ' ') {
            ((char *)copy.at)[i] = '_';
        }
    }
    return copy;
}

bool dated_lists_add(struct dated_lists *lists, const char *kind,
                     struct view name, int64_t date, size_t entries)
{
    struct view copy = plain_copy(lists->arena, name);
    void *items = lists->items;
    if (!copy.at || !make_room(lists->arena, &items, &lists->room, lists->count,
                               sizeof *lists->items)) {
        return false;
    }
    lists->items = items;
    lists->items[lists->count++] =
        (struct dated_list){kind, copy.at, date, entries};
    return true;
}

bool dated_lists_file(struct dated_lists *lists, const char *path)
{
    void *files = lists->files;
    if (!make_room(lists->arena, &files, &lists->file_room, lists->file_count,
                   sizeof *lists->files)) {
        return false;
    }
    lists->files = files;
    lists->files[lists->file_count++] = path;
    return true;
}
