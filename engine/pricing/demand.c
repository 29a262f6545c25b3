/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The controller is that of EIP-1559's base fee: a signal of twice the target
 * or more is a whole step up, none a whole step down, in between in
 * proportion. It moves by at least a millionth, so that it never sticks.
 */
#include "pricing/demand.h"

#include "pricing/policy.h"

__extension__ typedef unsigned __int128 u128;

const char *const demand_signals[] = {"requests", "paid", "load", NULL};

static uint64_t clamp(uint64_t n, uint64_t least, uint64_t most)
{
    return n < least ? least : n > most ? most : n;
}

static uint64_t on_curve(const struct demand *demand, uint64_t signal)
{
    const struct curve_point *point = demand->curve;
    const struct curve_point *last = point + demand->curve_count - 1;

    if (signal <= point->at) {
        return point->factor;
    }
    while (point < last && point[1].at <= signal) {
        point++;
    }
    if (point == last) {
        return point->factor;
    }
    u128 part = signal - point->at;
    u128 whole = point[1].at - point->at;
    return point[1].factor >= point->factor
               ? point->factor + (uint64_t)((point[1].factor - point->factor) *
                                            part / whole)
               : point->factor - (uint64_t)((point->factor - point[1].factor) *
                                            part / whole);
}

/* multiplier * step * part / whole, at least 1 of what is not 0 */
static uint64_t move(const struct demand *demand, uint64_t multiplier,
                     uint64_t part, uint64_t whole)
{
    uint64_t most = (uint64_t)((u128)multiplier * demand->step / FACTOR_ONE);
    uint64_t by = (uint64_t)((u128)most * part / whole);
    return by == 0 && part > 0 ? 1 : by;
}

static uint64_t to_rest(const struct demand *demand, uint64_t multiplier)
{
    uint64_t by = move(demand, multiplier, 1, 1);
    if (multiplier > FACTOR_ONE) {
        return multiplier - FACTOR_ONE > by ? multiplier - by : FACTOR_ONE;
    }
    return FACTOR_ONE - multiplier > by ? multiplier + by : FACTOR_ONE;
}

uint64_t demand_next(const struct demand *demand, uint64_t multiplier,
                     uint64_t signal, bool gone)
{
    uint64_t target = demand->target;
    uint64_t next;

    /* events are whole, the target is in thousandths of them */
    if (demand->signal != SIGNAL_LOAD) {
        signal = signal > UINT64_MAX / 1000 ? UINT64_MAX : signal * 1000;
    }
    if (gone) {
        next = to_rest(demand, multiplier);
    } else if (demand->curve) {
        next = on_curve(demand, signal);
    } else if (signal >= target) {
        uint64_t above = clamp(signal - target, 0, target);
        next = multiplier + move(demand, multiplier, above, target);
    } else {
        next = multiplier - move(demand, multiplier, target - signal, target);
    }
    return clamp(next, demand->floor, demand->ceiling);
}
