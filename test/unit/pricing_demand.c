/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The controller and the curve as functions: what follows from a multiplier
 * and a signal, within floor and ceiling, without sticking or overflowing.
 */
#include "pricing/demand.h"
#include "pricing/policy.h"
#include "tap.h"

static const struct curve_point points[] = {
    {50000, 1000000}, {100000, 2000000}, {200000, 1500000}};

static struct demand controller(void)
{
    return (struct demand){.signal = SIGNAL_REQUESTS,
                           .target = 250000,
                           .step = 125000,
                           .floor = 500000,
                           .ceiling = 8000000};
}

static void steps(void)
{
    struct demand d = controller();

    is_number(demand_next(&d, 1000000, 250, false), 1000000,
              "on target it stays");
    is_number(demand_next(&d, 1000000, 500, false), 1125000,
              "at twice the target a whole step up");
    is_number(demand_next(&d, 1000000, 5000000, false), 1125000,
              "and no more beyond");
    is_number(demand_next(&d, 1000000, UINT64_MAX, false), 1125000,
              "whatever is counted");
    is_number(demand_next(&d, 1000000, 0, false), 875000,
              "without any a whole step down");
    is_number(demand_next(&d, 1000000, 300, false), 1025000,
              "in between in proportion");
    is_number(demand_next(&d, 7900000, 500, false), 8000000,
              "not above the ceiling");
    is_number(demand_next(&d, 510000, 0, false), 500000, "not below the floor");
    d.target = 4000000;
    is_number(demand_next(&d, 500000, 4001, false), 500015,
              "one more than the target moves it by little");
    is_number(demand_next(&d, 500000, 4001, false) > 500000, 1, "but it moves");
}

static void gone(void)
{
    struct demand d = controller();
    uint64_t m = 8000000;
    int periods = 0;

    while (m != 1000000 && periods++ < 100) {
        uint64_t next = demand_next(&d, m, 999, true);
        if (next >= m || next < 1000000) {
            break;
        }
        m = next;
    }
    is_number(m, 1000000, "without a signal it decays to 1x, never below");
    m = 500000;
    while (m < 1000000 && periods++ < 200) {
        m = demand_next(&d, m, 0, true);
    }
    is_number(m, 1000000, "and comes up to it from below");
    is_number(demand_next(&d, 1000000, 0, true), 1000000, "where it stays");
}

static void curve(void)
{
    struct demand d = controller();

    d.curve = points;
    d.curve_count = 3;
    is_number(demand_next(&d, 1, 0, false), 1000000, "before the first point");
    is_number(demand_next(&d, 1, 50, false), 1000000, "at it");
    is_number(demand_next(&d, 1, 75, false), 1500000, "half way up");
    is_number(demand_next(&d, 1, 100, false), 2000000, "at the second");
    is_number(demand_next(&d, 1, 150, false), 1750000, "half way down");
    is_number(demand_next(&d, 1, 99999, false), 1500000, "after the last");
    d.ceiling = 1200000;
    is_number(demand_next(&d, 1, 100, false), 1200000, "not above the ceiling");
}

/* From anywhere, under any signal, within the bounds and never stuck. */
static void anywhere(void)
{
    struct demand d = controller();
    uint64_t state = 1;
    size_t wrong = 0;

    for (int i = 0; i < 100000; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        uint64_t m = 500000 + (state >> 33) % 7500001;
        uint64_t signal = (state >> 20) % 1000;
        uint64_t next = demand_next(&d, m, signal, false);
        wrong += next < 500000 || next > 8000000 ||
                 (signal > 250 && next <= m && m < 8000000) ||
                 (signal < 250 && next >= m && m > 500000);
    }
    is_number(wrong, 0, "it always moves the right way");
}

int main(void)
{
    steps();
    gone();
    curve();
    anywhere();
    return tap_end();
}
