/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Meters: a number that holds from period to period and follows from what was
 * counted in the period before (a multiplier of demand), or that is set from
 * outside (a rate of exchange), with the history of what it was.
 *
 *   count    |  37  |  81  |  50  |   one number a period, shared by all nodes
 *   value    | 1.00 | 1.00 | 1.08 |   value(n) = next(value(n-1), count(n-1))
 *   points   (since, value), ... newest last; at most METER_POINTS
 *
 * Counts and points lie in the store beside the claims, so that they outlive
 * what it outlives and all nodes over it have the same. Where several nodes
 * share one, the first to say what holds in a period is right, and a period's
 * value follows METER_LAG later, when the counts of all have been heard.
 *
 * Thread-safe. A meter is made on first use; then nothing allocates.
 */
#ifndef WB_STATE_METER_H
#define WB_STATE_METER_H

#include "state/shared.h"

#define METER_POINTS 256
#define METER_LAG INT64_C(2000000) /* microseconds */
#define METER_KEY 24               /* bytes of a key that count */
#define METERS_MAX 4096

struct meter_point {
    int64_t since; /* microseconds since the epoch */
    uint64_t value;
};

/* What a meter does, all of it the caller's; must not change for a key. */
struct meter_rule {
    unsigned char key[SHARED_KEY_SIZE]; /* the first METER_KEY bytes count */
    size_t cells;   /* for counting by client, a power of two; 0: none */
    uint64_t rest;  /* value before anything was counted */
    int64_t period; /* microseconds */
    int64_t keep;   /* how long a point is kept after it ended */
    unsigned hold;  /* periods that a reading holds for without another */
    bool mean;      /* readings are averaged, not summed up */
    /* The value of the next period; `gone`: nothing was heard. */
    uint64_t (*next)(const void *context, uint64_t value, uint64_t signal,
                     bool gone);
    const void *context;
};

struct meters;
struct meter;

/* Takes in the points that the store knows. NULL: out of memory. */
struct meters *meters_open(struct store *store);
void meters_close(struct meters *meters); /* NULL is fine */
/* Makes it if need be; NULL: out of memory, or there are too many. */
struct meter *meters_get(struct meters *meters, const struct meter_rule *rule);

/* True once a second at most, where several nodes share the store: then it is
 * time to ask for all values, so that a node follows whoever it serves. */
bool meters_to_ask(struct meters *meters, int64_t now);

/* The value at `now`; the first call in a period works it out. */
uint64_t meter_value(struct meters *meters, struct meter *meter,
                     const struct meter_rule *rule, int64_t now);
/* Counts n, or takes in a reading. */
void meter_count(struct meters *meters, struct meter *meter,
                 const struct meter_rule *rule, uint64_t n, int64_t now);
/* False when that client was counted `most` times in this period. */
bool meter_admits(struct meter *meter, const struct meter_rule *rule,
                  uint64_t client, unsigned most, int64_t now);

/* Sets it from outside, from `now` on. False: the store is lost, so that only
 * this node knows; the others are told as soon as it is there again. */
bool meter_set(struct meters *meters, struct meter *meter,
               const struct meter_rule *rule, uint64_t value, int64_t now);
/* What was set last, also by another node; since INT64_MIN: nothing was. */
struct meter_point meter_last_set(struct meters *meters, struct meter *meter,
                                  const struct meter_rule *rule, int64_t now);

/* Copies the points that held at any time from `from` on, oldest first;
 * returns how many. */
size_t meter_points(struct meter *meter, int64_t from,
                    struct meter_point points[METER_POINTS]);

#endif
