/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts over time: buckets of equal width that begin at multiples of it.
 * The width is the least of a ladder (a second, 10 seconds, a minute, ... a
 * day, ...) with which all times fit into TIMELINE_MAX buckets, so memory is
 * bounded whatever a log holds, and the same for every order of additions.
 */
#ifndef WB_REPLAY_TIMELINE_H
#define WB_REPLAY_TIMELINE_H

#include "base/amount.h"

#define TIMELINE_MAX 1024
#define TIMELINE_CLASSES 4

struct bucket {
    uint64_t classes[TIMELINE_CLASSES]; /* requests */
    uint64_t charged;
    struct amount amount; /* asked for */
    uint64_t moved;       /* of these: by demand ... */
    struct amount demand; /* ... whose multipliers add up to that, parts per
                           * million */
};

struct timeline {
    unsigned rung;          /* of the ladder */
    int64_t first;          /* number of the first bucket: its start / width */
    struct bucket *buckets; /* NULL: no time yet */
    size_t count;
};

/* A timeline that is all zero is empty. */
void timeline_end(struct timeline *timeline);
/* Seconds that a bucket is wide, and when bucket i begins (seconds since the
 * epoch). */
int64_t timeline_width(const struct timeline *timeline);
int64_t timeline_start(const struct timeline *timeline, size_t i);
/* The bucket of a time in seconds; NULL: out of memory. Valid until the next
 * call. */
struct bucket *timeline_at(struct timeline *timeline, int64_t seconds);
/* A timeline of this bucket alone, which must outlive it and is not freed with
 * it; false: no rung is so wide. */
bool timeline_of_bucket(struct timeline *timeline, int64_t start, int64_t width,
                        struct bucket *bucket);
void bucket_add(struct bucket *bucket, const struct bucket *from);
/* Adds all of `from`; false: out of memory. */
bool timeline_merge(struct timeline *timeline, const struct timeline *from);

#endif
