/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Meters over the store's shared values:
 *
 *   SHARED_DEMAND  (key, period)   what was counted in it
 *   SHARED_DEMAND  (key, ~period)  how many readings that were, for a mean
 *   SHARED_QUOTE   (key, since)    a point: since, value
 *   SHARED_QUOTE   (key, -1)       the three points that were set last
 *
 * Requests add to a number of the meter's own; it is told to the store when
 * the period turns. The turn is worked out by the first request after it, under
 * the meter's lock; who comes at the same moment takes the value before.
 */
#include "state/meter.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "state/shared_table.h"

#define SLOTS ((size_t)2 * METERS_MAX)
#define LINE 64                  /* bytes of a cache line */
#define FLUSH 32                 /* counts that other nodes wait for at most */
#define REFRESH INT64_C(1000000) /* of what was set elsewhere */

struct meter {
    /* a cache line: what each price reads, and few write */
    _Alignas(LINE) unsigned char key[METER_KEY];
    atomic_uint_least64_t value;
    atomic_int_least64_t due;               /* of the next turn */
    _Atomic(atomic_uint_least32_t *) cells; /* owned; stamp and count */
    atomic_bool replied;                    /* the call was answered */
    /* what each request writes */
    _Alignas(LINE) atomic_uint_least64_t pending;
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
};

struct meters {
    struct store *store;
    int64_t lag;
    pthread_mutex_t lock; /* for making */
    size_t count;
    _Atomic(struct meter *) slots[SLOTS];
};

/* ---- points ---- */

static struct meter_point *newest_point(struct meter *m)
{
    return m->count ? &m->points[m->newest] : NULL;
}

static struct meter_point *point_back(struct meter *m, size_t i)
{
    return &m->points[(m->newest + METER_POINTS - i) % METER_POINTS];
}

/* In its place by time; what is as old as another replaces it. */
static void add_point(struct meter *m, int64_t since, uint64_t value)
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

/* A value of the store holds up to three. */
static void read_points(struct meter *m, const struct shared_call *call)
{
    struct meter_point point;

    for (size_t at = 0; at + sizeof point <= call->value_size;
         at += sizeof point) {
        memcpy(&point, call->value + at, sizeof point);
        add_point(m, point.since, point.value);
    }
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

/* ---- finding and making ---- */

static size_t slot_of(const unsigned char *key)
{
    uint64_t hash;
    memcpy(&hash, key, sizeof hash); /* keys are hashes */
    return (size_t)(hash % SLOTS);
}

static struct meter *find_meter(struct meters *meters, const unsigned char *key,
                                size_t *slot)
{
    size_t i = slot_of(key);
    struct meter *m;

    while (
        (m = atomic_load_explicit(&meters->slots[i], memory_order_acquire)) &&
        memcmp(m->key, key, METER_KEY) != 0) {
        i = (i + 1) % SLOTS;
    }
    *slot = i;
    return m;
}

/* Under the lock of all. */
static struct meter *make_meter(struct meters *meters, const unsigned char *key)
{
    size_t slot;
    struct meter *m = find_meter(meters, key, &slot);

    if (m || meters->count == METERS_MAX) {
        return m;
    }
    m = aligned_alloc(LINE, sizeof *m);
    if (!m) {
        return NULL;
    }
    memset(m, 0, sizeof *m);
    memcpy(m->key, key, METER_KEY);
    pthread_mutex_init(&m->lock, NULL);
    atomic_init(&m->due, INT64_MIN);
    meters->count++;
    atomic_store_explicit(&meters->slots[slot], m, memory_order_release);
    return m;
}

static bool take_point(void *context, const struct shared_call *found)
{
    struct meters *meters = context;
    struct meter *m = make_meter(meters, found->key);

    if (m) {
        read_points(m, found);
    }
    return true;
}

struct meters *meters_open(struct store *store)
{
    struct meters *meters = calloc(1, sizeof *meters);

    if (!meters) {
        return NULL;
    }
    meters->store = store;
    meters->lag = shared_by_many(store) ? METER_LAG : 0;
    pthread_mutex_init(&meters->lock, NULL);
    shared_visit(store, SHARED_QUOTE, 0, take_point, meters);
    return meters;
}

void meters_close(struct meters *meters)
{
    for (size_t i = 0; meters && i < SLOTS; i++) {
        struct meter *m = atomic_load(&meters->slots[i]);
        if (m) {
            pthread_mutex_destroy(&m->lock);
            free(atomic_load(&m->cells));
            free(m);
        }
    }
    if (meters) {
        pthread_mutex_destroy(&meters->lock);
    }
    free(meters);
}

struct meter *meters_get(struct meters *meters, const struct meter_rule *rule)
{
    size_t slot;
    struct meter *m = find_meter(meters, rule->key, &slot);

    if (m && (rule->cells == 0 || atomic_load(&m->cells))) {
        return m;
    }
    pthread_mutex_lock(&meters->lock);
    m = make_meter(meters, rule->key);
    if (m && rule->cells > 0 && !atomic_load(&m->cells)) {
        atomic_uint_least32_t *cells = calloc(rule->cells, sizeof *cells);
        atomic_store(&m->cells, cells);
        m = cells ? m : NULL;
    }
    pthread_mutex_unlock(&meters->lock);
    return m;
}

/* ---- the store ---- */

static void make_key(const struct meter *m, int64_t number,
                     unsigned char key[SHARED_KEY_SIZE])
{
    memcpy(key, m->key, METER_KEY);
    memcpy(key + METER_KEY, &number, sizeof number);
}

/* Adds to the count of a period (0: reads it). */
static uint64_t shared_number(struct meters *meters, const struct meter *m,
                              const struct meter_rule *rule, int64_t number,
                              uint64_t n, int64_t now)
{
    unsigned char key[SHARED_KEY_SIZE];

    make_key(m, number, key);
    return shared_count(meters->store, SHARED_DEMAND, key, n, now,
                        now + 4 * rule->period + METER_LAG);
}

/* Another node was first, or the store has one that was set later. */
static void heard(struct meter *m)
{
    if (m->call.result == SHARED_TAKEN ||
        (m->call.op == SHARED_GET && m->call.result == SHARED_STANDS)) {
        read_points(m, &m->call);
        atomic_store(&m->value, newest_point(m)->value);
    }
    m->calling = false;
}

/* From the store's thread: what it says is taken in by the next request. */
static void answered(void *arg)
{
    struct meter *m = arg;
    atomic_store_explicit(&m->replied, true, memory_order_release);
}

/* Under the meter's lock. */
static void hear(struct meter *m)
{
    if (atomic_exchange_explicit(&m->replied, false, memory_order_acquire)) {
        heard(m);
    }
}

/* Under the meter's lock; none while one is under way. */
static void call_store(struct meters *meters, struct meter *m,
                       enum shared_op op, int64_t number,
                       const struct meter_point *points, size_t count,
                       int64_t now, int64_t expires)
{
    hear(m);
    if (m->calling) {
        return;
    }
    m->calling = true;
    m->call = (struct shared_call){.op = op,
                                   .kind = SHARED_QUOTE,
                                   .now = now,
                                   .expires = expires,
                                   .wake = answered,
                                   .arg = m};
    make_key(m, number, m->call.key);
    for (size_t i = 0; i < count; i++) {
        memcpy(m->call.value + i * sizeof *points, &points[i], sizeof *points);
    }
    m->call.value_size = count * sizeof *points;
    if (!meters->lag) { /* its own table decides, and is kept by and by */
        shared_table_call(meters->store->ops->shared(meters->store), &m->call);
        heard(m);
    } else if (shared_act(meters->store, &m->call) == CLAIM_DONE) {
        heard(m);
    }
}

/* ---- the turn of a period ---- */

static int64_t number_of(int64_t now, int64_t period)
{
    return now / period - (now % period < 0);
}

static void flush(struct meters *meters, struct meter *m,
                  const struct meter_rule *rule, int64_t now)
{
    uint64_t n = atomic_exchange(&m->pending, 0);
    uint64_t readings = atomic_exchange(&m->readings, 0);

    if (n > 0 || readings > 0) {
        shared_number(meters, m, rule, m->counting, n, now);
        m->counted = m->counting;
    }
    if (readings > 0) {
        shared_number(meters, m, rule, ~m->counting, readings, now);
    }
}

/* What was heard of that period; *gone: nothing, and for too long. */
static uint64_t signal_of(struct meters *meters, struct meter *m,
                          const struct meter_rule *rule, int64_t period,
                          int64_t now, bool *gone)
{
    bool here = period == m->counted || meters->lag;
    uint64_t sum = here ? shared_number(meters, m, rule, period, 0, now) : 0;
    uint64_t readings;

    *gone = false;
    if (!rule->mean) {
        return sum;
    }
    readings = here ? shared_number(meters, m, rule, ~period, 0, now) : 0;
    if (readings > 0) {
        m->held = sum / readings;
        m->age = 0;
    } else if (++m->age > rule->hold) {
        *gone = true;
    }
    return m->held;
}

static void begin(struct meters *meters, struct meter *m,
                  const struct meter_rule *rule, int64_t now)
{
    struct meter_point *last = newest_point(m);

    m->begun = true;
    m->counting = number_of(now, rule->period);
    m->counted = m->counting - 1; /* by whoever counted before us */
    m->period = number_of(now - meters->lag, rule->period);
    m->age = rule->hold;
    if (last && last->since <= now) {
        m->period = number_of(last->since - meters->lag, rule->period);
    }
    atomic_store(&m->value, last ? last->value : rule->rest);
}

static void turn(struct meters *meters, struct meter *m,
                 const struct meter_rule *rule, int64_t now)
{
    int64_t counting = number_of(now, rule->period);
    int64_t period = number_of(now - meters->lag, rule->period);
    uint64_t value;
    uint64_t before;

    if (!m->begun) {
        begin(meters, m, rule, now);
    }
    if (counting > m->counting) {
        flush(meters, m, rule, now);
        m->counting = counting;
    }
    value = before = atomic_load(&m->value);
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
            add_point(m, m->period * rule->period + meters->lag, next);
        }
        value = next;
    }
    atomic_store(&m->value, value);
    if (value != before || value != rule->rest) {
        struct meter_point point = {period * rule->period + meters->lag, value};
        call_store(meters, m, SHARED_PUT_NEW, point.since, &point, 1, now,
                   point.since + rule->period + rule->keep);
    }
    int64_t next_count = (counting + 1) * rule->period;
    int64_t next_value = (period + 1) * rule->period + meters->lag;
    atomic_store(&m->due, next_count < next_value ? next_count : next_value);
}

uint64_t meter_value(struct meters *meters, struct meter *m,
                     const struct meter_rule *rule, int64_t now)
{
    if ((now >= atomic_load_explicit(&m->due, memory_order_acquire) ||
         atomic_load_explicit(&m->replied, memory_order_relaxed)) &&
        pthread_mutex_trylock(&m->lock) == 0) {
        hear(m);
        turn(meters, m, rule, now);
        pthread_mutex_unlock(&m->lock);
    }
    return atomic_load_explicit(&m->value, memory_order_relaxed);
}

void meter_count(struct meters *meters, struct meter *m,
                 const struct meter_rule *rule, uint64_t n, int64_t now)
{
    uint64_t before;

    meter_value(meters, m, rule, now);
    before = atomic_fetch_add_explicit(&m->pending, n, memory_order_relaxed);
    if (meters->lag && before % FLUSH + n >= FLUSH &&
        pthread_mutex_trylock(&m->lock) == 0) {
        flush(meters, m, rule, now);
        pthread_mutex_unlock(&m->lock);
    }
    if (rule->mean) {
        atomic_fetch_add_explicit(&m->readings, 1, memory_order_relaxed);
    }
}

/* ---- by client ---- */

/* A cell is the low half of the period's number, and a count. */
static bool cell_below(atomic_uint_least32_t *cell, uint32_t stamp,
                       unsigned most)
{
    uint32_t was = atomic_load_explicit(cell, memory_order_relaxed);
    return was >> 16 != stamp || (was & 0xffff) < most;
}

static void cell_add(atomic_uint_least32_t *cell, uint32_t stamp)
{
    uint32_t was = atomic_load_explicit(cell, memory_order_relaxed);
    uint32_t is;

    do {
        is = was >> 16 != stamp         ? stamp << 16 | 1
             : (was & 0xffff) == 0xffff ? was
                                        : was + 1;
    } while (!atomic_compare_exchange_weak_explicit(
        cell, &was, is, memory_order_relaxed, memory_order_relaxed));
}

/* Two cells each, so that clients who share one seldom share both. */
bool meter_admits(struct meter *m, const struct meter_rule *rule,
                  uint64_t client, unsigned most, int64_t now)
{
    atomic_uint_least32_t *cells = atomic_load(&m->cells);
    uint32_t stamp = (uint32_t)number_of(now, rule->period) & 0xffff;
    size_t mask = rule->cells / 2 - 1;
    atomic_uint_least32_t *one = &cells[client & mask];
    atomic_uint_least32_t *other = &cells[mask + 1 + (client >> 32 & mask)];

    if (!cell_below(one, stamp, most) && !cell_below(other, stamp, most)) {
        return false;
    }
    cell_add(one, stamp);
    cell_add(other, stamp);
    return true;
}

/* ---- set from outside ---- */

void meter_set(struct meters *meters, struct meter *m,
               const struct meter_rule *rule, uint64_t value, int64_t now)
{
    struct meter_point last[SHARED_VALUE_MAX / sizeof(struct meter_point)];
    size_t n = 0;

    pthread_mutex_lock(&m->lock);
    add_point(m, now, value);
    for (; n < m->count && n < sizeof last / sizeof *last; n++) {
        last[n] = *point_back(m, n);
    }
    call_store(meters, m, SHARED_PUT, -1, last, n, now, now + rule->keep);
    pthread_mutex_unlock(&m->lock);
}

struct meter_point meter_last_set(struct meters *meters, struct meter *m,
                                  const struct meter_rule *rule, int64_t now)
{
    struct meter_point point = {INT64_MIN, rule->rest};

    pthread_mutex_lock(&m->lock);
    if (meters->lag && now >= atomic_load(&m->due)) {
        atomic_store(&m->due, now + REFRESH);
        call_store(meters, m, SHARED_GET, -1, NULL, 0, now, now);
    } else {
        hear(m);
    }
    for (size_t i = 0; i < m->count; i++) {
        if (point_back(m, i)->since <= now) {
            point = *point_back(m, i);
            break;
        }
    }
    pthread_mutex_unlock(&m->lock);
    return point;
}
