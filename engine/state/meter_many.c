/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The turn of a period where several nodes share a store. What all counted is
 * asked for METER_LAG after the period's end, when all have told it, so that
 * each node works out the same; who says it first is right.
 *
 *   a request after the turn        sums of the period, from the store
 *   the next one, which has them    the value; is it the first to say it?
 *   the store's answer              adopted, if another was first
 *
 * A node that did not follow (it was started just now, nobody asked it for
 * anything, the store was lost) asks what was said last before that, and
 * what before that, as far back as a price told holds. Without the store the
 * signal is gone: the value goes back to rest on every node alike.
 */
#include "state/meter_parts.h"

#include <string.h>

#define PATIENCE INT64_C(1000000)    /* for an answer */
#define LATEST INT64_C(172800000000) /* how long the last point is kept */
#define UNKNOWN INT64_MIN            /* period */

static int64_t since_of(const struct meter *m, int64_t period)
{
    return period * m->length + m->meters->lag;
}

static int64_t period_of(const struct meter *m, int64_t since)
{
    return meter_number(since - m->meters->lag, m->length);
}

/* ---- asking, step by step, under the lock ---- */

static void answered(void *arg);

static void make_say(struct meter *m, enum shared_op op, int64_t number,
                     int64_t expires)
{
    struct meter_point points[METER_RECORD];
    int64_t since = since_of(m, m->goal);

    meter_make_call(m, op, SHARED_QUOTE, number, m->asked, expires);
    points[0] = (struct meter_point){since, atomic_load(&m->value)};
    meter_write_record(
        m, points,
        1 + meter_last_points(m, since - 1, METER_RECORD - 1, points + 1));
}

/* The call of the step. */
static void make_step(struct meter *m)
{
    int64_t now = m->asked;
    int64_t counted = now + 4 * m->length + METER_LAG;

    switch (m->step) {
    case METER_LAST:
        meter_make_call(m, SHARED_GET, SHARED_QUOTE, METER_SAID_LAST, now, now);
        break;
    case METER_HISTORY:
        meter_make_call(m, SHARED_GET, SHARED_QUOTE, since_of(m, m->at), now,
                        now);
        break;
    case METER_SUMS:
        meter_make_call(m, SHARED_ADD, SHARED_DEMAND, m->at, now, counted);
        break;
    case METER_READINGS:
        meter_make_call(m, SHARED_ADD, SHARED_DEMAND, ~m->at, now, counted);
        break;
    case METER_SAY:
        make_say(m, SHARED_PUT_NEW, since_of(m, m->goal),
                 since_of(m, m->goal + 1) + m->keep);
        break;
    case METER_SAY_LAST:
        make_say(m, SHARED_PUT, METER_SAID_LAST, now + m->keep + LATEST);
        break;
    case METER_IDLE:
    case METER_READY:
        return;
    }
    m->call.wake = answered;
}

static bool is_saying(const struct meter *m)
{
    return m->step == METER_SAY || m->step == METER_SAY_LAST;
}

static void give_up(struct meter *m)
{
    m->lost = true;
    m->step = is_saying(m) ? METER_IDLE : METER_READY;
}

/* What was said last is where to go on from. */
static void take_last(struct meter *m)
{
    int64_t known = m->period;
    int64_t oldest;

    m->step = METER_SUMS;
    m->lost = false;
    if (m->call.result == SHARED_STANDS && meter_read_record(m, &m->call)) {
        struct meter_point point;
        memcpy(&point, m->call.value, sizeof point);
        int64_t said = period_of(m, point.since);
        if (known == UNKNOWN || said >= known) {
            m->period = said;
            atomic_store(&m->value, point.value);
        }
        oldest = period_of(m, point.since - m->keep);
        m->first = known == UNKNOWN || known < oldest ? oldest : known;
        m->at = said - (int64_t)METER_RECORD;
        m->step = m->at > m->first ? METER_HISTORY : METER_SUMS;
    }
}

static void start_sums(struct meter *m)
{
    m->first = m->goal - METER_WINDOW;
    if (m->period != UNKNOWN && m->period > m->first) {
        m->first = m->period;
    }
    m->at = m->first;
    memset(m->sums, 0, sizeof m->sums);
    memset(m->counts, 0, sizeof m->counts);
    m->step = m->first < m->goal ? METER_SUMS : METER_IDLE;
}

static void take_count(struct meter *m)
{
    uint64_t number = m->call.number > 0 ? (uint64_t)m->call.number : 0;

    if (m->step == METER_READINGS) {
        m->counts[m->at - m->first] = number;
    } else {
        m->sums[m->at - m->first] = number;
        if (m->mean) {
            m->step = METER_READINGS;
            return;
        }
    }
    m->step = ++m->at < m->goal ? METER_SUMS : METER_READY;
}

/* Another was first, perhaps. */
static void take_said(struct meter *m)
{
    m->step = METER_SAY_LAST;
    if (m->call.result == SHARED_TAKEN && meter_read_record(m, &m->call)) {
        struct meter_point point;
        memcpy(&point, m->call.value, sizeof point);
        atomic_store(&m->value, point.value);
        m->step = METER_IDLE;
    }
}

/* From an answer to the next step. */
static void advance(struct meter *m)
{
    if (m->call.result == SHARED_UNAVAILABLE) {
        give_up(m);
        return;
    }
    switch (m->step) {
    case METER_LAST:
        take_last(m);
        break;
    case METER_HISTORY:
        m->at -=
            m->call.result == SHARED_STANDS && meter_read_record(m, &m->call)
                ? (int64_t)METER_RECORD
                : 1;
        if (m->at > m->first) {
            return;
        }
        m->step = METER_SUMS;
        break;
    case METER_SUMS:
    case METER_READINGS:
        take_count(m);
        return;
    case METER_SAY:
        take_said(m);
        return;
    case METER_SAY_LAST:
    case METER_IDLE:
    case METER_READY:
        m->step = METER_IDLE;
        return;
    }
    if (m->step == METER_SUMS) {
        start_sums(m);
    }
}

static void go_on(struct meter *m)
{
    make_step(m);
    atomic_store(&m->due, m->step == METER_IDLE ? since_of(m, m->period + 1)
                                                : m->asked + PATIENCE);
    if (m->step == METER_READY) {
        atomic_store_explicit(&m->replied, true, memory_order_release);
    } else if (m->step != METER_IDLE &&
               shared_act(m->meters->store, &m->call) == CLAIM_DONE) {
        give_up(m); /* it would have waited for a store that is there */
        go_on(m);
    }
}

/* From the store's thread. */
static void answered(void *arg)
{
    struct meter *m = arg;

    pthread_mutex_lock(&m->lock);
    advance(m);
    go_on(m);
    pthread_mutex_unlock(&m->lock);
}

/* ---- the value, with the rule ---- */

/* The first period that anybody counted in. */
static int64_t first_counted(const struct meter *m)
{
    int64_t period = m->first;

    while (period < m->goal && m->sums[period - m->first] == 0 &&
           m->counts[period - m->first] == 0) {
        period++;
    }
    return period;
}

static uint64_t signal_of(struct meter *m, const struct meter_rule *rule,
                          bool *gone)
{
    bool asked = !m->lost && m->period >= m->first;
    uint64_t sum = asked ? m->sums[m->period - m->first] : 0;
    uint64_t count = asked ? m->counts[m->period - m->first] : 0;

    *gone = m->lost;
    if (!rule->mean || m->lost) {
        return sum;
    }
    if (count > 0) {
        m->held = sum / count;
        m->age = 0;
    } else if (++m->age > rule->hold) {
        *gone = true;
    }
    return m->held;
}

static void work_out(struct meter *m, const struct meter_rule *rule)
{
    uint64_t value = atomic_load(&m->value);
    int64_t counted = m->lost ? m->goal : m->first;

    if (m->period == UNKNOWN) {
        m->period = m->lost ? m->goal : first_counted(m);
    }
    while (m->period < m->goal) {
        bool gone;
        uint64_t signal = signal_of(m, rule, &gone);
        uint64_t next = rule->next(rule->context, value, signal, gone);

        m->period++;
        if (next != value) {
            meter_add_point(m, since_of(m, m->period), next);
        } else if (m->period < counted && (gone || !rule->mean)) {
            m->period = counted; /* until then nothing changes any more */
        }
        value = next;
    }
    atomic_store(&m->value, value);
}

static void begin(struct meter *m, const struct meter_rule *rule)
{
    m->begun = true;
    m->lost = true; /* until the store was asked */
    m->period = UNKNOWN;
    m->age = rule->hold;
    m->length = rule->period;
    m->mean = rule->mean;
    atomic_store(&m->value, rule->rest);
}

void meter_turn_many(struct meters *meters, struct meter *m,
                     const struct meter_rule *rule, int64_t now)
{
    int64_t goal = meter_number(now - meters->lag, rule->period);

    if (!m->begun) {
        begin(m, rule);
    }
    m->keep = rule->keep; /* a reload may change it */
    if (atomic_exchange_explicit(&m->replied, false, memory_order_acquire)) {
        uint64_t before = atomic_load(&m->value);
        work_out(m, rule);
        m->step = m->lost || (before == rule->rest &&
                              atomic_load(&m->value) == rule->rest)
                      ? METER_IDLE
                      : METER_SAY;
        m->asked = now;
        go_on(m);
    }
    if (m->step == METER_IDLE && (m->period == UNKNOWN || m->period < goal)) {
        m->goal = goal;
        m->asked = now;
        m->step = METER_LAST;
        if (!m->lost && m->period == goal - 1) {
            start_sums(m);
        }
        go_on(m);
    }
}
