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

void volume_add(struct store *store, const struct volume *volume,
                struct view who, int64_t now, struct volume_ticket *ticket)
{
    unsigned char key[SHARED_KEY_SIZE];
    int64_t bucket = now / volume->window;

    make_key(volume, who, bucket, key);
    shared_count(store, SHARED_VOLUME, key, 1, now,
                 (bucket + 2) * volume->window);
    ticket->held = true;
    memcpy(ticket->key, key, TICKET);
}

void volume_release(struct store *store, const struct volume_ticket *ticket,
                    int64_t now)
{
    struct shared_call call = {
        .op = SHARED_GET, .kind = SHARED_VOLUME, .now = now};

    if (!ticket->held) {
        return;
    }
    memcpy(call.key, ticket->key, TICKET);
    shared_table_call(store->ops->shared(store), &call);
    if (call.result == SHARED_STANDS && call.number > 0) {
        /* n is added modulo 2^64: one less */
        shared_count(store, SHARED_VOLUME, call.key, UINT64_MAX, now,
                     call.expires);
    }
}
