/* SPDX-License-Identifier: Apache-2.0 */
/* A store that is full: proven claims stay; no network gets more than its
 * quota, nor loses what it has by asking for more; when many networks have
 * filled the table, the oldest claim goes. */
#include "state/state.h"

#include <stdlib.h>

#include "tap.h"

#define SECOND INT64_C(1000000)
#define NOW (INT64_C(1767225600) * SECOND)
#define CAPACITY 160u
#define QUOTA (CAPACITY / 16)

static const unsigned char hash_key[16] = "a fixed test key";
static struct store *store;

/* A claim from 198.51.network.1, or from nowhere; unproven ones have another
 * signature. */
static enum claim_result claim(unsigned payment, int network, bool proven,
                               int64_t now)
{
    struct claim_call call;

    memset(&call, 0, sizeof(call));
    memcpy(call.claim.identity, &payment, sizeof(payment));
    call.claim.content[0] = proven;
    call.claim.proven = proven;
    call.claim.now = now;
    call.claim.expires = now + 60 * SECOND;
    call.claim.client_known = network >= 0;
    memcpy(call.claim.client.bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc6\x33\0\1",
           16);
    call.claim.client.bytes[14] = (unsigned char)network;
    store->ops->claim(store, &call);
    return call.answer.result;
}

static unsigned count(unsigned from, unsigned to, int network,
                      enum claim_result wanted)
{
    unsigned n = 0;

    for (unsigned i = from; i < to; i++) {
        n += claim(i, network, false, NOW) == wanted;
    }
    return n;
}

static void open_store(void)
{
    store = store_memory_open(CAPACITY, CAPACITY, hash_key);
    if (!store) {
        exit(2);
    }
}

static void proven(void)
{
    struct store_stats stats;
    unsigned taken = 0, full = 0;

    open_store();
    for (unsigned i = 0; i < CAPACITY; i++) {
        taken += claim(i, 1, true, NOW + i) == CLAIM_TAKEN;
    }
    is_number(taken, CAPACITY, "proven: as many as there is room for");
    for (unsigned i = 0; i < 10; i++) {
        full += claim(1000 + i, 2, true, NOW) == CLAIM_FULL;
    }
    is_number(full, 10, "proven: then full");
    is_number(claim(0, 1, true, NOW), CLAIM_REPLAYED, "proven: none was lost");
    is_number(claim(2000, 1, false, NOW), CLAIM_TAKEN,
              "an unproven one has its own room");
    is_number(claim(3000, 1, true, NOW + 60 * SECOND), CLAIM_TAKEN,
              "one expired: room for one");
    is_number(claim(3001, 1, true, NOW + 60 * SECOND), CLAIM_FULL,
              "for no more than one");
    is_number(claim(3001, 1, true, NOW + 60 * SECOND + 1), CLAIM_TAKEN,
              "a microsecond later, the next");
    store->ops->stats(store, &stats);
    is_number(stats.full, 11, "counted");
    is_number(stats.evicted, 0, "nothing was put out");
    is_number(stats.capacity_proven, CAPACITY, "capacity");
    store->ops->close(store);
}

static void quota(void)
{
    struct store_stats stats;

    open_store();
    is_number(count(0, QUOTA, 1, CLAIM_TAKEN), QUOTA, "a network's quota");
    is_number(count(0, QUOTA, 1, CLAIM_REPLAYED), QUOTA, "all are held");
    is_number(count(100, 110, 2, CLAIM_TAKEN), 10, "another network's");
    is_number(count(1000, 3000, 1, CLAIM_FULL), 2000, "a flood of one is full");
    is_number(count(100, 110, 2, CLAIM_REPLAYED), 10,
              "and moves nobody else's claims");
    is_number(count(0, QUOTA, 1, CLAIM_REPLAYED), QUOTA, "nor its own");
    store->ops->stats(store, &stats);
    is_number(stats.evicted, 0, "nothing was put out");
    is_number(claim(1000, 1, false, NOW + 60 * SECOND), CLAIM_TAKEN,
              "there is room when they have expired");
    is_number(claim(1001, 1, false, NOW + 60 * SECOND), CLAIM_TAKEN,
              "for all of the quota");
    store->ops->close(store);
}

/* What a network's quota holds may have expired behind much else that has:
 * it is looked for before the network is refused. */
static void quota_expired(void)
{
    unsigned taken = 0;

    open_store();
    for (int network = 0; network < 14; network++) {
        unsigned from = 1000u * (unsigned)network;

        count(from, from + QUOTA, network, CLAIM_TAKEN);
    }
    for (unsigned i = 0; i < QUOTA; i++) {
        taken += claim(50000 + i, 13, false, NOW + 60 * SECOND) == CLAIM_TAKEN;
    }
    is_number(taken, QUOTA, "a quota of expired claims is no quota");
    store->ops->close(store);
}

/* Sixteen networks and more at their quotas: the oldest of all goes. */
static void oldest(void)
{
    struct store_stats stats;

    open_store();
    for (int network = 0; network < 32; network++) {
        unsigned from = 1000u * (unsigned)network;

        count(from, from + QUOTA, network, CLAIM_TAKEN);
    }
    store->ops->stats(store, &stats);
    ok(stats.claims_unproven <= CAPACITY &&
           stats.claims_unproven >= CAPACITY - QUOTA,
       "the table is full, and no more than full");
    is_number(stats.claims_unproven + stats.evicted + stats.full, 32 * QUOTA,
              "the rest was put out, or shared a quota");
    is_number(count(31000, 31000 + QUOTA, 31, CLAIM_REPLAYED), QUOTA,
              "the newest are held");
    is_number(claim(0, 0, false, NOW), CLAIM_TAKEN, "the oldest went");
    store->ops->close(store);
}

static void unknown_client(void)
{
    open_store();
    is_number(count(0, CAPACITY, -1, CLAIM_TAKEN), CAPACITY,
              "no quota where clients are not known");
    is_number(count(0, CAPACITY, -1, CLAIM_REPLAYED), CAPACITY, "all are held");
    is_number(claim(9999, -1, false, NOW), CLAIM_TAKEN, "one more");
    is_number(count(1, CAPACITY, -1, CLAIM_REPLAYED), CAPACITY - 1,
              "the oldest made room");
    store->ops->close(store);
}

/* Expired entries go before living ones do. */
static void expired_first(void)
{
    struct store_stats stats;

    open_store();
    count(0, CAPACITY, -1, CLAIM_TAKEN);
    for (unsigned i = 0; i < CAPACITY; i++) {
        claim(1000 + i, -1, false, NOW + 60 * SECOND);
    }
    store->ops->stats(store, &stats);
    is_number(stats.evicted, 0, "nothing that lived was put out");
    is_number(stats.claims_unproven, CAPACITY, "all new ones are held");
    store->ops->close(store);
}

/* Many inserts and expiries in a table of many shards. */
static void churn(void)
{
    struct store_stats stats;
    unsigned wrong = 0, most = 200000 / tap_slow();

    store = store_memory_open(20000, 20000, hash_key);
    for (unsigned i = 0; i < most; i++) {
        int64_t now = NOW + (int64_t)i * 6000; /* 10,000 live at a time */

        wrong += claim(i, -1, i % 3 == 0, now) != CLAIM_TAKEN;
        if (i >= 9000 && i % 7 == 0) {
            wrong += claim(i - 9000, -1, true, now) !=
                     ((i - 9000) % 3 == 0 ? CLAIM_REPLAYED : CLAIM_TAKEN);
        }
    }
    store->ops->stats(store, &stats);
    is_number(wrong, 0, "%u claims answered rightly", most);
    ok(stats.capacity_proven >= 20000, "shards hold at least what was asked");
    is_number(stats.evicted + stats.full, 0, "without loss");
    store->ops->close(store);
}

int main(void)
{
    proven();
    quota();
    quota_expired();
    oldest();
    unknown_client();
    expired_first();
    churn();
    return tap_end();
}
