/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts of payments by customer and window, in the store beside the claims.
 * Reading makes no entry where one node keeps its own: who only asks takes
 * no room.
 */
#include "pricing/volume.h"

#include "base/hash.h"
#include "state/shared_table.h"

__extension__ typedef unsigned __int128 u128;

#define TICKET 16
/* A release comes while the payment is valid, an hour at most. */
#define RELEASE_WITHIN INT64_C(7200000000)

static void make_key(const struct volume *volume, struct view who,
                     int64_t bucket, unsigned char key[SHARED_KEY_SIZE])
{
    uint64_t parts[2];

    parts[0] = hash_sip(volume->key, who);
    parts[1] = hash_sip(volume->key + 16,
                        view_of((const char *)&bucket, sizeof bucket));
    memset(key, 0, SHARED_KEY_SIZE);
    memcpy(key, parts, sizeof parts);
}

static uint64_t read_count(struct store *store,
                           const unsigned char key[SHARED_KEY_SIZE],
                           int64_t now, int64_t expires)
{
    struct shared_call call = {
        .op = SHARED_GET, .kind = SHARED_VOLUME, .now = now};

    memcpy(call.key, key, sizeof call.key);
    shared_table_call(store->ops->shared(store), &call);
    if (call.result == SHARED_ABSENT && shared_by_many(store)) {
        return shared_count(store, SHARED_VOLUME, key, 0, now, expires);
    }
    return call.result == SHARED_STANDS && call.number > 0
               ? (uint64_t)call.number
               : 0;
}

uint64_t volume_count(struct store *store, const struct volume *volume,
                      struct view who, int64_t now)
{
    unsigned char key[SHARED_KEY_SIZE];
    int64_t bucket = now / volume->window;
    uint64_t left = (uint64_t)(volume->window - now % volume->window);
    uint64_t current;
    uint64_t previous;

    make_key(volume, who, bucket, key);
    current = read_count(store, key, now, (bucket + 2) * volume->window);
    make_key(volume, who, bucket - 1, key);
    previous = read_count(store, key, now, (bucket + 1) * volume->window);
    return current +
           (uint64_t)((u128)previous * left / (uint64_t)volume->window);
}

/* By the decision: under which number its payment was counted. */
static struct shared_call ticket_of(const unsigned char decision[16],
                                    enum shared_op op, int64_t now)
{
    struct shared_call call = {
        .op = op, .kind = SHARED_VOLUME, .value_size = TICKET, .now = now};

    memcpy(call.key, decision, 16);
    memset(call.key + 16, 0xff, sizeof call.key - 16);
    return call;
}

void volume_add(struct store *store, const struct volume *volume,
                struct view who, const unsigned char decision[16], int64_t now)
{
    struct shared_call ticket = ticket_of(decision, SHARED_PUT, now);
    unsigned char key[SHARED_KEY_SIZE];
    int64_t bucket = now / volume->window;

    make_key(volume, who, bucket, key);
    shared_count(store, SHARED_VOLUME, key, 1, now,
                 (bucket + 2) * volume->window);
    memcpy(ticket.value, key, TICKET);
    ticket.expires = now + RELEASE_WITHIN;
    shared_table_call(store->ops->shared(store), &ticket);
}

void volume_release(struct store *store, const unsigned char decision[16],
                    int64_t now)
{
    struct shared_call ticket = ticket_of(decision, SHARED_GET, now);
    struct shared_call count = {
        .op = SHARED_GET, .kind = SHARED_VOLUME, .now = now};

    shared_table_call(store->ops->shared(store), &ticket);
    if (ticket.result != SHARED_STANDS || ticket.value_size != TICKET) {
        return;
    }
    memcpy(count.key, ticket.value, TICKET);
    ticket = ticket_of(decision, SHARED_DROP, now);
    shared_table_call(store->ops->shared(store), &ticket);
    shared_table_call(store->ops->shared(store), &count);
    if (count.result == SHARED_STANDS && count.number > 0) {
        /* n is added modulo 2^64: one less */
        shared_count(store, SHARED_VOLUME, count.key, UINT64_MAX, now,
                     count.expires);
    }
}
