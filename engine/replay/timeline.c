/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Buckets that widen as times spread; see timeline.h.
 */
#include "replay/timeline.h"

#include <stdlib.h>

/* Each divides the next. The last holds the years 0 to 9999. */
static const int64_t ladder[] = {
    1,     10,     60,         600,         3600,         21600,
    86400, 604800, 604800 * 4, 604800 * 52, 604800 * 520,
};
#define TIME_LEAST                                                             \
    (-INT64_C(62167219200) - INT64_C(604800) * 520) /* year 0                  \
                                                     */
#define TIME_MOST INT64_C(253402300799)             /* year 9999 */
#define RUNGS (sizeof ladder / sizeof *ladder)

void timeline_end(struct timeline *t)
{
    free(t->buckets);
    t->buckets = NULL;
}

int64_t timeline_width(const struct timeline *t)
{
    return ladder[t->rung];
}

int64_t timeline_start(const struct timeline *t, size_t i)
{
    return (t->first + (int64_t)i) * ladder[t->rung];
}

static int64_t divide_down(int64_t n, int64_t by)
{
    return n / by - (n % by < 0);
}

void bucket_add(struct bucket *bucket, const struct bucket *from)
{
    for (size_t i = 0; i < TIMELINE_CLASSES; i++) {
        bucket->classes[i] += from->classes[i];
    }
    bucket->charged += from->charged;
    amount_add(&bucket->amount, &from->amount);
    bucket->moved += from->moved;
    amount_add(&bucket->demand, &from->demand);
}

bool timeline_of_bucket(struct timeline *t, int64_t start, int64_t width,
                        struct bucket *bucket)
{
    for (unsigned rung = 0; rung < RUNGS; rung++) {
        if (ladder[rung] == width && start % width == 0) {
            *t = (struct timeline){rung, start / width, bucket, 1};
            return start >= TIME_LEAST && start <= TIME_MOST;
        }
    }
    return false;
}

/* Makes first..last of a rung the buckets, with all that there was; false:
 * out of memory. Room is for as many as there can be, so that time going on
 * costs nothing. */
static bool spread(struct timeline *t, unsigned rung, int64_t first,
                   int64_t last)
{
    size_t count = (size_t)(last - first) + 1;

    if (t->buckets && t->rung == rung && t->first == first) {
        t->count = count > t->count ? count : t->count;
        return true;
    }
    struct bucket *buckets = calloc(TIMELINE_MAX, sizeof *buckets);
    if (!buckets) {
        return false;
    }
    for (size_t i = 0; i < t->count; i++) {
        int64_t at = divide_down(timeline_start(t, i), ladder[rung]);
        bucket_add(&buckets[at - first], &t->buckets[i]);
    }
    free(t->buckets);
    *t = (struct timeline){rung, first, buckets, count};
    return true;
}

/* The least rung with which these seconds fit, from the one there is. */
static bool reach(struct timeline *t, int64_t low, int64_t high)
{
    unsigned rung = t->rung;

    if (t->count > 0) {
        int64_t end = timeline_start(t, t->count - 1);
        low = timeline_start(t, 0) < low ? timeline_start(t, 0) : low;
        high = end > high ? end : high;
    }
    while (rung + 1 < RUNGS &&
           divide_down(high, ladder[rung]) - divide_down(low, ladder[rung]) >=
               TIMELINE_MAX) {
        rung++;
    }
    return spread(t, rung, divide_down(low, ladder[rung]),
                  divide_down(high, ladder[rung]));
}

struct bucket *timeline_at(struct timeline *t, int64_t seconds)
{
    int64_t at = divide_down(seconds, ladder[t->rung]) - t->first;

    if (t->count == 0 || at < 0 || at >= (int64_t)t->count) {
        if (!reach(t, seconds, seconds)) {
            return NULL;
        }
        at = divide_down(seconds, ladder[t->rung]) - t->first;
    }
    return &t->buckets[at];
}

bool timeline_merge(struct timeline *t, const struct timeline *from)
{
    if (from->count == 0) {
        return true;
    }
    if (t->rung < from->rung) {
        /* No finer than what is added. */
        unsigned rung = from->rung;
        if (t->count == 0) {
            t->rung = rung;
        } else if (!spread(t, rung,
                           divide_down(timeline_start(t, 0), ladder[rung]),
                           divide_down(timeline_start(t, t->count - 1),
                                       ladder[rung]))) {
            return false;
        }
    }
    if (!reach(t, timeline_start(from, 0),
               timeline_start(from, from->count - 1))) {
        return false;
    }
    for (size_t i = 0; i < from->count; i++) {
        struct bucket *bucket = timeline_at(t, timeline_start(from, i));
        if (!bucket) {
            return false;
        }
        bucket_add(bucket, &from->buckets[i]);
    }
    return true;
}
