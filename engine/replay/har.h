/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HAR is one JSON document for a whole session, on one line or on thousands,
 * with the bodies of all answers in it. It is cut into its entries as it is
 * read: each becomes a line of what its request and its status were.
 *
 *   {"log":{...,"entries":[ {"startedDateTime":..,"request":{..},..}, ..]}}
 *                           '---------------- a line --------------'
 */
#ifndef WB_REPLAY_HAR_H
#define WB_REPLAY_HAR_H

#include <stdint.h>

#include "base/view.h"

#define HAR_KEY 24

struct har {
    char *room; /* the entry so far; of the caller */
    size_t size, limit;
    bool too_long; /* it did not fit */
    bool in_entry;
    /* private */
    bool in_entries, in_string, escaped, key_next, dropping;
    unsigned depth;
    uint64_t objects;      /* by depth: 1 is an object */
    char keys[6][HAR_KEY]; /* that lead to here; cut */
    size_t key_size;
};

void har_start(struct har *har, char *room, size_t limit);
/* Takes from *in, up to the end of the next entry: true. False: all of *in
 * was taken. */
bool har_cut(struct har *har, struct view *in);
/* Does a file that begins so look like HAR? */
bool har_looks(struct view window);

#endif
