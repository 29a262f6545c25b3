/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Meters over the store's shared values: finding and making, counting, what
 * is set from outside. meter_parts.h says what lies where.
 */
#include "state/meter_parts.h"

#include <stdlib.h>
#include <string.h>

#include "state/shared_table.h"

#define SLOTS ((size_t)2 * METERS_MAX)
#define REFRESH INT64_C(1000000) /* of what was set elsewhere */

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
    m = aligned_alloc(CACHE_LINE, sizeof *m);
    if (!m) {
        return NULL;
    }
    memset(m, 0, sizeof *m);
    memcpy(m->key, key, METER_KEY);
    m->meters = meters;
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
        meter_read_record(m, found);
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

/* ---- values and counts ---- */

bool meters_to_ask(struct meters *meters, int64_t now)
{
    int64_t due = atomic_load_explicit(&meters->ask, memory_order_relaxed);

    return meters->lag && now >= due &&
           atomic_compare_exchange_strong(&meters->ask, &due, now + REFRESH);
}

uint64_t meter_value(struct meters *meters, struct meter *m,
                     const struct meter_rule *rule, int64_t now)
{
    if ((now >= atomic_load_explicit(&m->due, memory_order_acquire) ||
         atomic_load_explicit(&m->replied, memory_order_relaxed)) &&
        pthread_mutex_trylock(&m->lock) == 0) {
        if (meters->lag) {
            meter_turn_many(meters, m, rule, now);
        } else {
            meter_turn_alone(meters, m, rule, now);
        }
        pthread_mutex_unlock(&m->lock);
    }
    return atomic_load_explicit(&m->value, memory_order_relaxed);
}

/* Many nodes tell at once: who has no request later could not then. */
void meter_count(struct meters *meters, struct meter *m,
                 const struct meter_rule *rule, uint64_t n, int64_t now)
{
    int64_t period = meter_number(now, rule->period);

    meter_value(meters, m, rule, now);
    if (meters->lag) {
        meter_number_add(meters, m, rule, period, n, now);
        if (rule->mean) {
            meter_number_add(meters, m, rule, ~period, 1, now);
        }
        return;
    }
    atomic_fetch_add_explicit(&m->pending, n, memory_order_relaxed);
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
    uint32_t stamp = (uint32_t)meter_number(now, rule->period) & 0xffff;
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

/* Takes in what the store answered. */
static void hear_set(struct meter *m)
{
    if (!atomic_exchange_explicit(&m->replied, false, memory_order_acquire)) {
        return;
    }
    m->calling = false;
    if (m->call.op == SHARED_GET && m->call.result == SHARED_STANDS) {
        meter_read_record(m, &m->call);
    } else if (m->call.op == SHARED_PUT && m->call.result != SHARED_STANDS) {
        m->unsaid = true;
    }
}

/* From the store's thread: what it says is taken in by the next request. */
static void answered_set(void *arg)
{
    struct meter *m = arg;
    atomic_store_explicit(&m->replied, true, memory_order_release);
}

/* None while one is under way. */
static void set_call(struct meters *meters, struct meter *m, enum shared_op op,
                     int64_t now, int64_t expires)
{
    struct meter_point last[METER_RECORD];

    meter_make_call(m, op, SHARED_QUOTE, METER_SET_LAST, now, expires);
    m->call.wake = answered_set;
    if (op == SHARED_PUT) {
        meter_write_record(m, last,
                           meter_last_points(m, INT64_MAX, METER_RECORD, last));
        m->unsaid = false;
    }
    m->calling = true;
    if (!meters->lag) { /* its own table decides, and is kept by and by */
        shared_table_call(meters->store->ops->shared(meters->store), &m->call);
        answered_set(m);
    } else if (shared_act(meters->store, &m->call) == CLAIM_DONE) {
        answered_set(m);
    }
}

bool meter_set(struct meters *meters, struct meter *m,
               const struct meter_rule *rule, uint64_t value, int64_t now)
{
    bool told;

    pthread_mutex_lock(&m->lock);
    hear_set(m);
    meter_add_point(m, now, value);
    m->unsaid = true;
    if (!m->calling) {
        set_call(meters, m, SHARED_PUT, now, now + rule->keep);
        hear_set(m);
    }
    told = m->calling || !m->unsaid;
    pthread_mutex_unlock(&m->lock);
    return told;
}

struct meter_point meter_last_set(struct meters *meters, struct meter *m,
                                  const struct meter_rule *rule, int64_t now)
{
    struct meter_point point = {INT64_MIN, rule->rest};

    pthread_mutex_lock(&m->lock);
    hear_set(m);
    if (meters->lag && !m->calling && now >= atomic_load(&m->due)) {
        atomic_store(&m->due, now + REFRESH);
        set_call(meters, m, m->unsaid ? SHARED_PUT : SHARED_GET, now,
                 now + rule->keep);
        hear_set(m);
    }
    meter_last_points(m, now, 1, &point);
    pthread_mutex_unlock(&m->lock);
    return point;
}
