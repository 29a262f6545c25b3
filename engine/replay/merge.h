/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several logs as one, by time: files, folders (all their files), stdin. Of
 * two lines of one time that of the file named first comes first; lines of
 * one file stay in their order.
 *
 *   access.log.1   09:00 ........ 09:59
 *   host-a.log            09:30 .............. 10:40
 *   host-b.log                     10:00 ........... 11:00
 *
 * A file is opened when its first time has come, so that a year of rotated
 * logs needs no more memory than a day. What has no time of its own stands
 * where its file is.
 */
#ifndef WB_REPLAY_MERGE_H
#define WB_REPLAY_MERGE_H

#include "replay/format.h"
#include "replay/reader.h"

/* Where a line came from; lives as long as the merge. */
struct origin {
    const char *path; /* "stdin" */
    const struct format *format;
};

struct merged {
    struct view text; /* of READING_LINE; READING_BROKEN: why */
    const struct origin *origin;
    uint64_t number; /* in its file, from 1 */
};

struct merge;

/* format NULL: the first lines of each file tell. The paths must live as long
 * as the merge. NULL: out of memory. */
struct merge *merge_new(const char *const *paths, size_t count,
                        const struct format *format);
void merge_free(struct merge *merge);
/* READING_LINE, _TOO_LONG, _BROKEN, _END, or _FAILED: see merge_error(). The
 * text lives until the next call. */
enum reading merge_next(struct merge *merge, struct merged *out);
/* For people. */
const char *merge_error(const struct merge *merge);
/* Bytes read so far, and all of them; *all 0: nobody knows. */
void merge_progress(const struct merge *merge, uint64_t *done, uint64_t *all);

#endif
