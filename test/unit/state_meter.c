/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Meters: periods, gaps, history, clients, what is set from outside, and a
 * second meter over the same store.
 */
#include <stdlib.h>

#include "state/meter.h"
#include "tap.h"

#define SECOND INT64_C(1000000)
#define START (INT64_C(1767225600) * SECOND)

static struct store *store;
static struct meters *meters;

/* One more for each one counted above ten, down to a half without any. */
static uint64_t next_value(const void *context, uint64_t value, uint64_t signal,
                           bool gone)
{
    (void)context;
    if (gone) {
        return 1000;
    }
    if (signal == 0) {
        return value > 500 ? value - 100 : 500;
    }
    return value + (signal > 10 ? signal - 10 : 0);
}

static const struct meter_rule rule = {.key = {7, 1},
                                       .rest = 1000,
                                       .period = 5 * SECOND,
                                       .keep = 300 * SECOND,
                                       .hold = 2,
                                       .cells = 256,
                                       .next = next_value};

static uint64_t value_at(int64_t seconds)
{
    return meter_value(meters, meters_get(meters, &rule), &rule,
                       START + seconds * SECOND);
}

static void count_at(int64_t seconds, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        meter_count(meters, meters_get(meters, &rule), &rule, 1,
                    START + seconds * SECOND);
    }
}

static void periods(void)
{
    is_number(value_at(0), 1000, "at rest");
    count_at(1, 30);
    is_number(value_at(4), 1000, "a period's value stays for its whole");
    is_number(value_at(5), 1020, "the next one follows from its count");
    is_number(value_at(2), 1020, "the clock does not go back");
    count_at(6, 15);
    is_number(value_at(10), 1025, "and the next");
    is_number(value_at(16), 925, "nothing counted in one");
    is_number(value_at(1000), 500, "nor in many");
    is_number(value_at(1000000), 500, "nor in very many");
    count_at(1000001, 20);
    is_number(value_at(1000005), 510, "counted again after a gap");
}

static void history(void)
{
    static struct meter_point points[METER_POINTS];
    struct meter *meter = meters_get(meters, &rule);
    size_t n;

    n = meter_points(meter, START, points);
    ok(n >= 9 && points[0].value == 1020 &&
           points[0].since == START + 5 * SECOND,
       "all points are there, with the moment from which they held");
    n = meter_points(meter, START + 1000004 * SECOND, points);
    is_number(n, 2, "a point that began before may hold still");
    is_number(points[0].value, 500, "it is told too");
    is_number(points[1].value, 510, "and the one after");
    for (int i = 0; i < 400; i++) {
        count_at(1000006 + 5 * i, 11);
    }
    value_at(1000006 + 5 * 400);
    n = meter_points(meter, START, points);
    is_number(n, METER_POINTS, "no more than there is room for");
    ok(points[0].since < points[METER_POINTS - 1].since &&
           points[METER_POINTS - 1].value == value_at(1000006 + 5 * 400),
       "the newest stay");
}

static void clients(void)
{
    struct meter *meter = meters_get(meters, &rule);
    unsigned one = 0;
    unsigned others = 0;

    for (int i = 0; i < 1000; i++) {
        one +=
            meter_admits(meter, &rule, UINT64_C(0x123456789abcdef), 10, START);
    }
    is_number(one, 10, "one client counts so often in a period");
    is_number(meter_admits(meter, &rule, UINT64_C(0x123456789abcdef), 10,
                           START + 5 * SECOND),
              1, "and again in the next");
    for (uint64_t i = 1; i <= 40; i++) {
        others += meter_admits(meter, &rule, i * UINT64_C(0x9E3779B97F4A7C15),
                               10, START + 10 * SECOND);
    }
    is_number(others, 40, "others are not held back by it");
}

static void outside(void)
{
    static const struct meter_rule set = {
        .key = {9, 9}, .period = 1, .keep = 3600 * SECOND};
    struct meter *meter = meters_get(meters, &set);
    struct meters *second;

    ok(meter_last_set(meters, meter, &set, START).since == INT64_MIN,
       "nothing was set");
    meter_set(meters, meter, &set, 42, START + SECOND);
    meter_set(meters, meter, &set, 43, START + 3 * SECOND);
    is_number(meter_last_set(meters, meter, &set, START + 2 * SECOND).value, 42,
              "what was set holds from then");
    is_number(meter_last_set(meters, meter, &set, START + 4 * SECOND).value, 43,
              "until it is set again");
    second = meters_open(store);
    meter = meters_get(second, &set);
    is_number(meter_last_set(second, meter, &set, START + 4 * SECOND).value, 43,
              "another over the same store has it");
    is_number(meter_last_set(second, meter, &set, START + 2 * SECOND).value, 42,
              "with what was before");
    meters_close(second);
}

static void again(void)
{
    static struct meter_point one[METER_POINTS];
    static struct meter_point two[METER_POINTS];
    struct meters *second = meters_open(store);
    int64_t at = START + (1000006 + 5 * 400) * SECOND;
    struct meter *meter = meters_get(second, &rule);

    is_number(meter_value(second, meter, &rule, at),
              value_at(1000006 + 5 * 400),
              "a new one over the same store goes on");
    size_t n = meter_points(meters_get(meters, &rule), at - 200 * SECOND, one);
    size_t m = meter_points(meter, at - 200 * SECOND, two);
    ok(n > 30 && m >= n && two[m - 1].value == one[n - 1].value &&
           two[0].value == one[0].value,
       "with the points of before");
    meters_close(second);
}

int main(void)
{
    store = store_memory_open(64, 64, NULL);
    meters = meters_open(store);
    periods();
    history();
    clients();
    outside();
    again();
    store->ops->close(store);
    meters_close(meters);
    return tap_end();
}
