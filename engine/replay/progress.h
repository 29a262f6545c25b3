/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a replay is, on a terminal: one line that is written over, a few
 * times a second, and wiped at the end.
 *
 *   [##########..........]  51%  12.4M lines  0.92M/s  12 s left
 */
#ifndef WB_REPLAY_PROGRESS_H
#define WB_REPLAY_PROGRESS_H

#include <stdio.h>

#include "replay/merge.h"

struct progress {
    FILE *out;
    int64_t started; /* of the monotonic clock, microseconds; 0: not yet */
    int64_t shown;
    bool drawn; /* there is a line to wipe */
};

/* Draws, if it is time to. */
void progress_show(struct progress *progress, const struct merge *merge,
                   uint64_t lines);
void progress_wipe(struct progress *progress);

#endif
