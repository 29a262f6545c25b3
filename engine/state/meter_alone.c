/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The turn of a period where one node keeps the counts: the first request
 * after it works it out, under the meter's lock; who comes at the same moment
 * takes the value before. Requests add to a number of the meter's own, which
 * is told to the store when the period turns.
 */
#include "state/meter_parts.h"

#include "state/shared_table.h"

static void flush(struct meters *meters, struct meter *m,
                  const struct meter_rule *rule, int64_t now)
{
    uint64_t n = atomic_exchange(&m->pending, 0);
    uint64_t readings = atomic_exchange(&m->readings, 0);

    if (n > 0 || readings > 0) {
        meter_number_add(meters, m, rule, m->counting, n, now);
        m->counted = m->counting;
    }
    if (readings > 0) {
        meter_number_add(meters, m, rule, ~m->counting, readings, now);
    }
}

/* What was heard of that period; *gone: nothing, and for too long. */
static uint64_t signal_of(struct meters *meters, struct meter *m,
                          const struct meter_rule *rule, int64_t period,
                          int64_t now, bool *gone)
{
    bool here = period == m->counted;
    uint64_t sum = here ? meter_number_add(meters, m, rule, period, 0, now) : 0;
    uint64_t readings;

    *gone = false;
    if (!rule->mean) {
        return sum;
    }
    readings = here ? meter_number_add(meters, m, rule, ~period, 0, now) : 0;
    if (readings > 0) {
        m->held = sum / readings;
        m->age = 0;
    } else if (++m->age > rule->hold) {
        *gone = true;
    }
    return m->held;
}

static void begin(struct meter *m, const struct meter_rule *rule, int64_t now)
{
    struct meter_point *last = meter_newest(m);

    m->begun = true;
    m->counting = meter_number(now, rule->period);
    m->counted = m->counting - 1; /* by whoever counted before us */
    m->period = m->counting;
    m->age = rule->hold;
    if (last && last->since <= now) {
        m->period = meter_number(last->since, rule->period);
    }
    atomic_store(&m->value, last ? last->value : rule->rest);
}

/* The value of `period`, from what was counted until then. */
static uint64_t work_out(struct meters *meters, struct meter *m,
                         const struct meter_rule *rule, int64_t period,
                         int64_t now)
{
    uint64_t value = atomic_load(&m->value);

    while (m->period < period) {
        bool gone;
        uint64_t signal = signal_of(meters, m, rule, m->period, now, &gone);
        uint64_t next = rule->next(rule->context, value, signal, gone);

        m->period++;
        if (next == value && signal == 0 && m->period > m->counted + 1 &&
            (gone || !rule->mean)) {
            m->period = period; /* nothing changes any more */
        }
        if (next != value) {
            meter_add_point(m, m->period * rule->period, next);
        }
        value = next;
    }
    return value;
}

void meter_turn_alone(struct meters *meters, struct meter *m,
                      const struct meter_rule *rule, int64_t now)
{
    int64_t period = meter_number(now, rule->period);
    uint64_t before;
    uint64_t value;

    if (!m->begun) {
        begin(m, rule, now);
    }
    if (period > m->counting) {
        flush(meters, m, rule, now);
        m->counting = period;
    }
    before = atomic_load(&m->value);
    value = work_out(meters, m, rule, period, now);
    atomic_store(&m->value, value);
    if (value != before || value != rule->rest) {
        /* its own table has it, and keeps it by and by */
        struct meter_point point = {period * rule->period, value};
        meter_make_call(m, SHARED_PUT_NEW, SHARED_QUOTE, point.since, now,
                        point.since + rule->period + rule->keep);
        meter_write_record(m, &point, 1);
        shared_table_call(meters->store->ops->shared(meters->store), &m->call);
        if (m->call.result == SHARED_TAKEN && meter_read_record(m, &m->call)) {
            atomic_store(&m->value, meter_newest(m)->value);
        }
    }
    atomic_store(&m->due, (period + 1) * rule->period);
}
