/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rates: how often a key was counted in its last window. Sets of eight
 * entries; a key's set is chosen by a keyed hash; the stalest entry of a full
 * set goes, and a network with its share of the set loses its own stalest.
 *
 *   window:   |<-- previous -->|<-- current ..|
 *   count:    current + previous * (part of previous still in the window)
 *
 * Integers only; under a fixed key the same calls give the same counts.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "state/state.h"

#define WAYS 8
#define SHARE 2 /* entries of a set that one network may hold */
#define LOCKS 64

__extension__ typedef unsigned __int128 u128;

struct rate_entry {
    uint64_t key;
    uint64_t network;  /* of the client; 0: none */
    int64_t touched;   /* 0: empty */
    int64_t bucket;    /* number of the current window: time / window */
    uint32_t current;  /* events in it */
    uint32_t previous; /* events in the one before */
};

struct rate_set {
    struct rate_entry entries[WAYS];
};

struct rate_lock {
    _Alignas(64) pthread_mutex_t lock;
    int64_t latest; /* time */
};

struct rates {
    uint64_t salt;
    size_t set_count;
    struct rate_set *sets; /* owned */
    struct rate_lock locks[LOCKS];
};

struct rates *rates_new(size_t entries, const unsigned char hash_key[16])
{
    struct rates *rates;

    if (!hash_start()) {
        return NULL;
    }
    rates = aligned_alloc(64, (sizeof(*rates) + 63) / 64 * 64);
    if (!rates) {
        return NULL;
    }
    memset(rates, 0, sizeof(*rates));
    rates->salt = hash_sip(hash_key, VIEW("sets"));
    rates->set_count = entries / WAYS + (entries % WAYS != 0);
    rates->set_count += rates->set_count == 0;
    rates->sets = calloc(rates->set_count, sizeof(*rates->sets));
    if (!rates->sets) {
        free(rates);
        return NULL;
    }
    for (size_t i = 0; i < LOCKS; i++) {
        pthread_mutex_init(&rates->locks[i].lock, NULL);
    }
    return rates;
}

void rates_free(struct rates *rates)
{
    if (!rates) {
        return;
    }
    for (size_t i = 0; i < LOCKS; i++) {
        pthread_mutex_destroy(&rates->locks[i].lock);
    }
    free(rates->sets);
    free(rates);
}

/* The network of a client, of which a set holds a share: all of its bits; 0:
 * the client is not known. */
static uint64_t network_of(const struct address *client)
{
    struct address network;
    uint64_t bits;

    if (!client) {
        return 0;
    }
    network = address_neighbourhood(client);
    network.bytes[7] = 1; /* behind a /48: not 0 */
    memcpy(&bits, network.bytes + (address_is_v4(client) ? 8 : 0),
           sizeof(bits));
    return bits;
}

/* Which entry goes for a new key of this network. */
static struct rate_entry *choose_entry(struct rate_set *set, uint64_t network)
{
    struct rate_entry *stalest = &set->entries[0];
    struct rate_entry *own = NULL;
    unsigned held = 0;

    for (size_t i = 0; i < WAYS; i++) {
        struct rate_entry *entry = &set->entries[i];

        if (entry->touched < stalest->touched) {
            stalest = entry;
        }
        if (network != 0 && entry->network == network) {
            held++;
            if (!own || entry->touched < own->touched) {
                own = entry;
            }
        }
    }
    return held >= SHARE ? own : stalest;
}

static struct rate_entry *find_entry(struct rate_set *set, uint64_t key,
                                     const struct address *client)
{
    struct rate_entry *entry;
    uint64_t network;

    for (size_t i = 0; i < WAYS; i++) {
        entry = &set->entries[i];
        if (entry->key == key && entry->touched != 0) {
            return entry;
        }
    }
    network = network_of(client);
    entry = choose_entry(set, network);
    *entry = (struct rate_entry){.key = key, .network = network};
    return entry;
}

/* Counts n events, one or none, at `now` (above 0) and weighs. */
static uint64_t count(struct rate_entry *entry, uint32_t n, int64_t window,
                      int64_t now)
{
    int64_t bucket = now / window;
    uint64_t left = (uint64_t)(window - now % window);

    if (entry->touched == 0 || bucket != entry->bucket) {
        entry->previous = entry->touched != 0 && bucket - 1 == entry->bucket
                              ? entry->current
                              : 0;
        entry->current = 0;
        entry->bucket = bucket;
    }
    entry->touched = now;
    entry->current += entry->current < UINT32_MAX ? n : 0;
    if (entry->previous == 0) {
        return entry->current;
    }
    return entry->current +
           (uint64_t)((u128)entry->previous * left / (uint64_t)window);
}

/* The key is a keyed hash already; this spreads what was added to it. */
static size_t set_of(const struct rates *rates, uint64_t key)
{
    key *= UINT64_C(0x9E3779B97F4A7C15);
    key ^= key >> 32;
    return (size_t)((u128)(key ^ rates->salt) * rates->set_count >> 64);
}

uint64_t rates_count(struct rates *rates, uint64_t key, uint32_t n,
                     const struct address *client, int64_t window, int64_t now)
{
    size_t at = set_of(rates, key);
    struct rate_lock *lock = &rates->locks[at % LOCKS];
    uint64_t result;

    pthread_mutex_lock(&lock->lock);
    if (now > lock->latest) {
        lock->latest = now;
    }
    lock->latest += lock->latest <= 0;
    result = count(find_entry(&rates->sets[at], key, client), n,
                   window > 0 ? window : 1, lock->latest);
    pthread_mutex_unlock(&lock->lock);
    return result;
}
