/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all files of a meter stand on: its points in their order by time, and
 * how points and counts lie in the store. meter_parts.h says where.
 */
#include <string.h>

#include "state/meter_parts.h"

/* ---- points ---- */

struct meter_point *meter_newest(struct meter *m)
{
    return m->count ? &m->points[m->newest] : NULL;
}

static struct meter_point *point_back(struct meter *m, size_t i)
{
    return &m->points[(m->newest + METER_POINTS - i) % METER_POINTS];
}

void meter_add_point(struct meter *m, int64_t since, uint64_t value)
{
    size_t back = 0;

    while (back < m->count && point_back(m, back)->since > since) {
        back++;
    }
    if (back < m->count && point_back(m, back)->since == since) {
        point_back(m, back)->value = value;
        return;
    }
    if (back == METER_POINTS) {
        return; /* older than all */
    }
    m->newest = m->count ? (m->newest + 1) % METER_POINTS : 0;
    m->count += m->count < METER_POINTS;
    for (size_t i = 0; i < back; i++) {
        *point_back(m, i) = *point_back(m, i + 1);
    }
    *point_back(m, back) = (struct meter_point){since, value};
}

bool meter_read_record(struct meter *m, const struct shared_call *call)
{
    struct meter_point point;
    size_t at = 0;

    for (; at + sizeof point <= call->value_size; at += sizeof point) {
        memcpy(&point, call->value + at, sizeof point);
        meter_add_point(m, point.since, point.value);
    }
    return at > 0;
}

size_t meter_last_points(struct meter *m, int64_t until, size_t most,
                         struct meter_point *points)
{
    size_t n = 0;

    for (size_t i = 0; i < m->count && n < most; i++) {
        if (point_back(m, i)->since <= until) {
            points[n++] = *point_back(m, i);
        }
    }
    return n;
}

size_t meter_points(struct meter *m, int64_t from,
                    struct meter_point points[METER_POINTS])
{
    size_t n = 0;

    pthread_mutex_lock(&m->lock);
    while (n < m->count) { /* one that began before may hold still */
        n++;
        if (point_back(m, n - 1)->since <= from) {
            break;
        }
    }
    for (size_t i = 0; i < n; i++) {
        points[i] = *point_back(m, n - 1 - i);
    }
    pthread_mutex_unlock(&m->lock);
    return n;
}

/* ---- the store ---- */

static void make_key(const struct meter *m, int64_t number,
                     unsigned char key[SHARED_KEY_SIZE])
{
    memcpy(key, m->key, METER_KEY);
    memcpy(key + METER_KEY, &number, sizeof number);
}

uint64_t meter_number_add(struct meters *meters, const struct meter *m,
                          const struct meter_rule *rule, int64_t number,
                          uint64_t n, int64_t now)
{
    unsigned char key[SHARED_KEY_SIZE];

    make_key(m, number, key);
    return shared_count(meters->store, SHARED_DEMAND, key, n, now,
                        now + 4 * rule->period + METER_LAG);
}

void meter_make_call(struct meter *m, enum shared_op op, enum shared_kind kind,
                     int64_t number, int64_t now, int64_t expires)
{
    m->call = (struct shared_call){
        .op = op, .kind = kind, .now = now, .expires = expires, .arg = m};
    make_key(m, number, m->call.key);
}

void meter_write_record(struct meter *m, const struct meter_point *points,
                        size_t count)
{
    memcpy(m->call.value, points, count * sizeof *points);
    m->call.value_size = count * sizeof *points;
}
