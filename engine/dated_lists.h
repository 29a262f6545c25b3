/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lists of others that a snapshot stands on (address sets, key
 * directories, databases), with their dates, for whoever watches their age.
 */
#ifndef WB_DATED_LISTS_H
#define WB_DATED_LISTS_H

#include <stdint.h>

#include "base/arena.h"

struct dated_list {
    const char *kind; /* a literal: "set", "keys", "country", "asn" */
    const char *name;
    int64_t date; /* microseconds since the epoch; INT64_MIN: missing */
    size_t entries;
};

struct dated_lists {
    struct arena *arena;
    struct dated_list *items;
    size_t count, room;
    const char **files; /* all that were opened, or were not there */
    size_t file_count, file_room;
};

/* False when out of memory. */
bool dated_lists_add(struct dated_lists *lists, const char *kind,
                     struct view name, int64_t date, size_t entries);
/* `path` lives as long as the arena. */
bool dated_lists_file(struct dated_lists *lists, const char *path);

#endif
