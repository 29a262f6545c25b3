/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Demand: a multiplier of a route's or a group's prices that follows from
 * what was asked for, paid or loaded in the period before. Pure functions
 * here; the meters of the state hold the values.
 *
 *   controller  each period it moves by at most `step` towards `target`
 *   curve       points of signal and multiplier, straight lines between
 */
#ifndef WB_PRICING_DEMAND_H
#define WB_PRICING_DEMAND_H

#include "base/view.h"
#include "state/meter.h"

enum demand_signal { SIGNAL_REQUESTS, SIGNAL_PAID, SIGNAL_LOAD };
extern const char *const demand_signals[]; /* NULL-terminated */

#define CURVE_MAX 32
struct curve_point {
    uint64_t at;     /* signal, as the target is */
    uint64_t factor; /* parts per million */
};

struct demand {
    struct meter_rule rule; /* first: what each price asks for */
    struct view name;       /* of the group, or the route's id */
    enum demand_signal signal;
    uint64_t target; /* thousandths of an event in a period; load: parts per
                        million */
    uint64_t step;   /* parts per million */
    uint64_t floor, ceiling;         /* parts per million */
    const struct curve_point *curve; /* NULL: the controller */
    size_t curve_count;
    unsigned per_client; /* requests of one client that count, a period */
};

/* The multiplier that follows. Gone: one step towards 1x. */
uint64_t demand_next(const struct demand *demand, uint64_t multiplier,
                     uint64_t signal, bool gone);

#endif
