/* SPDX-License-Identifier: Apache-2.0 */
/* Claims in memory: who wins, for how long, and what an identifier adds. */
#include "state/state.h"

#include <stdlib.h>

#include "tap.h"

#define SECOND INT64_C(1000000)
#define NOW (INT64_C(1767225600) * SECOND)

static const unsigned char hash_key[16] = "a fixed test key";
static struct store *store;

static struct claim_call call_of(unsigned payment, unsigned decision)
{
    struct claim_call call;

    memset(&call, 0, sizeof(call));
    memcpy(call.claim.identity, &payment, sizeof(payment));
    memcpy(call.claim.content, &payment, sizeof(payment));
    memcpy(call.claim.decision, &decision, sizeof(decision));
    call.claim.now = NOW;
    call.claim.expires = NOW + 60 * SECOND;
    return call;
}

static void identify(struct claim_call *call, unsigned identifier)
{
    call->claim.has_identifier = true;
    memcpy(call->claim.identifier, &identifier, sizeof(identifier));
}

static void is_claim(struct claim_call *call, enum claim_result wanted,
                     const char *name)
{
    memset(&call->answer, 0xff, sizeof(call->answer));
    is_number(store->ops->claim(store, call), CLAIM_DONE, "%s: at once", name);
    is_number(call->answer.result, wanted, "%s", name);
}

static void open_store(size_t capacity)
{
    store = store_memory_open(capacity, capacity, hash_key);
    if (!store) {
        exit(2);
    }
}

static void once(void)
{
    struct claim_call first = call_of(1, 11), second = call_of(1, 22);
    struct store_stats stats;

    open_store(100);
    is_claim(&first, CLAIM_TAKEN, "first");
    ok(!memcmp(first.answer.decision, first.claim.decision, 16) &&
           first.answer.claimed_at == NOW &&
           first.answer.expires == NOW + 60 * SECOND,
       "its own claim stands");
    second.claim.now += SECOND;
    second.claim.expires += SECOND;
    is_claim(&second, CLAIM_REPLAYED, "a copy");
    ok(!memcmp(second.answer.decision, first.claim.decision, 16) &&
           second.answer.claimed_at == NOW &&
           second.answer.expires == NOW + 60 * SECOND,
       "the first one's claim stands");
    second = call_of(2, 22);
    is_claim(&second, CLAIM_TAKEN, "another payment");
    store->ops->stats(store, &stats);
    ok(stats.taken == 2 && stats.refused == 1 && stats.claims_unproven == 2 &&
           stats.claims_proven == 0 && stats.full == 0 && stats.evicted == 0,
       "counted");
    store->ops->close(store);
}

static void slots(void)
{
    struct claim_call junk = call_of(1, 1), real = call_of(1, 2);

    junk.claim.content[31] = 1; /* another signature */
    real.claim.proven = true;
    open_store(100);
    is_claim(&junk, CLAIM_TAKEN, "junk comes first");
    is_claim(&real, CLAIM_TAKEN, "the proven payment is not burnt");
    is_claim(&real, CLAIM_REPLAYED, "it passes once");
    is_claim(&junk, CLAIM_REPLAYED, "so does the junk");
    store->ops->close(store);
    open_store(100);
    is_claim(&real, CLAIM_TAKEN, "the proven one comes first");
    is_claim(&junk, CLAIM_REPLAYED, "junk after it");
    ok(!memcmp(junk.answer.decision, real.claim.decision, 16),
       "the proven claim is told");
    store->ops->close(store);
}

/* Claimed while nothing could prove it (the check was off), then again when
 * something can. */
static void became_proven(void)
{
    struct claim_call before = call_of(1, 1), after = call_of(1, 2);
    struct claim_call told = call_of(2, 3), again = call_of(2, 4);

    after.claim.proven = true;
    open_store(100);
    is_claim(&before, CLAIM_TAKEN, "unproven");
    is_claim(&after, CLAIM_REPLAYED, "the same, proven");
    ok(!memcmp(after.answer.decision, before.claim.decision, 16),
       "the claim that stands is told");
    identify(&told, 7);
    identify(&again, 7);
    again.claim.proven = true;
    is_claim(&told, CLAIM_TAKEN, "unproven, with an identifier");
    is_claim(&again, CLAIM_REPEATED, "the same, proven");
    store->ops->close(store);
}

static void expiry(void)
{
    struct claim_call call = call_of(1, 1);

    open_store(100);
    is_claim(&call, CLAIM_TAKEN, "taken");
    call.claim.now = NOW + 60 * SECOND - 1;
    is_claim(&call, CLAIM_REPLAYED, "a microsecond before it expires");
    call.claim.now = NOW + 60 * SECOND;
    call.claim.expires = NOW + 120 * SECOND;
    is_claim(&call, CLAIM_TAKEN, "expired");
    call.claim.now = NOW - 3600 * SECOND;
    call.claim.expires = NOW - 3540 * SECOND;
    is_claim(&call, CLAIM_REPLAYED, "a clock that goes back frees nothing");
    call = call_of(2, 1);
    call.claim.now = NOW - 3600 * SECOND;
    call.claim.expires = NOW + 60 * SECOND + 1;
    is_claim(&call, CLAIM_TAKEN, "an hour back, another payment");
    is_claim(&call, CLAIM_REPLAYED, "lives as long as it asked for");
    call = call_of(3, 1);
    call.claim.expires = INT64_MAX;
    is_claim(&call, CLAIM_TAKEN, "for ever");
    call.claim.now = INT64_MAX - 1;
    is_claim(&call, CLAIM_REPLAYED, "for ever is long");
    store->ops->close(store);
}

/* A claim is dropped when it expires; then the clock goes back to where its
 * payment is valid. */
static void clock_back(void)
{
    struct claim_call call = call_of(1, 1), other = call_of(2, 2);
    struct claim_call third = call_of(3, 3);

    open_store(100);
    is_claim(&call, CLAIM_TAKEN, "before the clock jumps");
    other.claim.now = NOW + 3600 * SECOND;
    other.claim.expires = NOW + 3660 * SECOND;
    is_claim(&other, CLAIM_TAKEN, "an hour ahead, another");
    call.claim.now = NOW + 10 * SECOND;
    is_claim(&call, CLAIM_UNAVAILABLE, "back again, the first does not pass");
    third.claim.now = NOW + 10 * SECOND;
    is_claim(&third, CLAIM_UNAVAILABLE, "nor does one that ended with it");
    third.claim.expires = NOW + 60 * SECOND + 1;
    is_claim(&third, CLAIM_TAKEN, "one that ends later does");
    is_claim(&third, CLAIM_REPLAYED, "once");
    store->ops->close(store);
}

static void identifiers(void)
{
    struct claim_call first = call_of(1, 1), again = call_of(1, 2);
    struct claim_call other = call_of(2, 3), plain = call_of(1, 4);

    identify(&first, 7);
    identify(&again, 7);
    identify(&other, 7);
    open_store(100);
    is_claim(&first, CLAIM_TAKEN, "an identifier");
    is_claim(&again, CLAIM_REPEATED, "same identifier, same content");
    is_claim(&other, CLAIM_CONFLICTING, "same identifier, other content");
    ok(!memcmp(other.answer.decision, first.claim.decision, 16),
       "the claim that stands is told");
    is_claim(&plain, CLAIM_REPLAYED, "same payment without identifier");
    identify(&plain, 8);
    is_claim(&plain, CLAIM_REPLAYED, "same payment, other identifier");
    identify(&other, 8);
    is_claim(&other, CLAIM_TAKEN, "a refused claim left nothing behind");
    store->ops->close(store);
}

/* Nobody can take a guessed identifier from one who proves his payment. */
static void identifier_slots(void)
{
    struct claim_call junk = call_of(1, 1), real = call_of(2, 2);

    identify(&junk, 7);
    identify(&real, 7);
    real.claim.proven = true;
    open_store(100);
    is_claim(&junk, CLAIM_TAKEN, "junk under an identifier");
    is_claim(&real, CLAIM_TAKEN, "a proven payment under the same");
    is_claim(&real, CLAIM_REPEATED, "again");
    is_claim(&junk, CLAIM_CONFLICTING, "junk again");
    store->ops->close(store);
}

int main(void)
{
    once();
    slots();
    became_proven();
    expiry();
    clock_back();
    identifiers();
    identifier_slots();
    return tap_end();
}
