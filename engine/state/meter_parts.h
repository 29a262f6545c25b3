/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A meter from the inside: what its files share.
 *
 *   meter.c         finding and making, counting, what is set
 *   meter_alone.c   the turn of a period where one node keeps the counts
 *   meter_many.c    the turn where several nodes share a store
 *   meter_points.c  points, and how they and counts lie in the store
 *
 * In the store:
 *
 *   SHARED_DEMAND  (key, period)   what was counted in it
 *   SHARED_DEMAND  (key, ~period)  how many readings that were, for a mean
 *   SHARED_QUOTE   (key, since)    a point, and the two before it
 *   SHARED_QUOTE   (key, -1)       the three points that were set last
 *   SHARED_QUOTE   (key, -2)       the three points that were said last
 */
#ifndef WB_STATE_METER_PARTS_H
#define WB_STATE_METER_PARTS_H

#include "state/meter.h"

#include <pthread.h>
#include <stdatomic.h>

#define CACHE_LINE 64
#define METER_SET_LAST INT64_C(-1)
#define METER_SAID_LAST INT64_C(-2)
#define METER_RECORD (SHARED_VALUE_MAX / sizeof(struct meter_point))
/* Periods whose counts may live in the store still. */
#define METER_WINDOW 8

/* What a meter of many nodes waits for. */
enum meter_step {
    METER_IDLE,
    METER_LAST,    /* what was said last, by any node */
    METER_HISTORY, /* what was said before it */
    METER_SUMS,    /* what all counted, period by period */
    METER_READINGS,
    METER_READY, /* for the next request, which has the rule */
    METER_SAY,   /* is it the first to say what holds? */
    METER_SAY_LAST
};

struct meter {
    /* a cache line: what each price reads, and few write */
    _Alignas(CACHE_LINE) unsigned char key[METER_KEY];
    atomic_uint_least64_t value;
    atomic_int_least64_t due;               /* of the next turn */
    _Atomic(atomic_uint_least32_t *) cells; /* owned; stamp and count */
    atomic_bool replied;                    /* an answer is to be taken in */
    /* what each request writes */
    _Alignas(CACHE_LINE) atomic_uint_least64_t pending;
    atomic_uint_least64_t readings;
    pthread_mutex_t lock; /* for all below */
    bool begun;
    int64_t counting; /* number of the period that is counted in */
    int64_t counted;  /* of the last one that was counted in */
    int64_t period;   /* of the value */
    uint64_t held;    /* the last reading */
    unsigned age;     /* periods since it */
    size_t count, newest;
    struct meter_point points[METER_POINTS];
    struct shared_call call; /* one under way */
    bool calling;
    bool unsaid; /* what was set is to be told still */

    /* many nodes */
    struct meters *meters;
    enum meter_step step;
    bool mean, lost;
    int64_t goal; /* the period that the steps lead to */
    int64_t first, at;
    int64_t asked, length, keep; /* when; of a period; of a point */
    uint64_t sums[METER_WINDOW], counts[METER_WINDOW];
};

struct meters {
    struct store *store;
    int64_t lag;              /* 0: one node */
    atomic_int_least64_t ask; /* for all, when next */
    pthread_mutex_t lock;     /* for making */
    size_t count;
    _Atomic(struct meter *) slots[(size_t)2 * METERS_MAX];
};

static inline int64_t meter_number(int64_t now, int64_t period)
{
    return now / period - (now % period < 0);
}

/* ---- meter_points.c; under the meter's lock ---- */

/* NULL: it has none. */
struct meter_point *meter_newest(struct meter *m);
/* In its place by time; what is as old as another replaces it. */
void meter_add_point(struct meter *m, int64_t since, uint64_t value);
/* Takes in the points of a record; true: there were some. */
bool meter_read_record(struct meter *m, const struct shared_call *call);
/* Copies the newest points that are not younger than `until`, at most that
 * many; returns how many. */
size_t meter_last_points(struct meter *m, int64_t until, size_t most,
                         struct meter_point *points);
/* A call that is about to be made, and what it writes. */
void meter_make_call(struct meter *m, enum shared_op op, enum shared_kind kind,
                     int64_t number, int64_t now, int64_t expires);
void meter_write_record(struct meter *m, const struct meter_point *points,
                        size_t count);
/* Adds to the count of a period (0: reads it). */
uint64_t meter_number_add(struct meters *meters, const struct meter *m,
                          const struct meter_rule *rule, int64_t number,
                          uint64_t n, int64_t now);

/* ---- the turns; under the meter's lock ---- */

void meter_turn_alone(struct meters *meters, struct meter *m,
                      const struct meter_rule *rule, int64_t now);
void meter_turn_many(struct meters *meters, struct meter *m,
                     const struct meter_rule *rule, int64_t now);

#endif
