/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of claims, in memory and in LMDB: an outcome acts only for the
 * decision that holds the claim, once; settled is final and proves; released
 * frees; all of it outlives the file's being closed.
 */
#include "state/state.h"

#include <stdlib.h>
#include <unistd.h>

#include "state/lockout.h"
#include "store_wait.h"
#include "tap.h"

#define SECOND INT64_C(1000000)
#define NOW (INT64_C(1767225600) * SECOND)

static const unsigned char hash_key[16] = "a fixed test key";
static char folder[] = "/tmp/wb-outcomes-XXXXXX";
static char path[64];
static struct store *store;
static bool durable;

static void open_store(size_t capacity)
{
    struct store_lmdb_settings settings = {.path = path,
                                           .capacity_proven = capacity,
                                           .capacity_unproven = capacity,
                                           .hash_key = hash_key};

    store = NULL;
    if (durable) {
        store_lmdb_open(&settings, NULL, &store);
    } else {
        store = store_memory_open(capacity, capacity, hash_key);
    }
    if (!store) {
        printf("Bail out! no store\n");
        exit(2);
    }
}

static void close_store(void)
{
    char data[80];

    store->ops->close(store);
    snprintf(data, sizeof data, "%s/data.mdb", path);
    unlink(data);
    rmdir(path);
}

/* Closed and opened, where that keeps anything. */
static void reopen(size_t capacity)
{
    if (durable) {
        store->ops->close(store);
        open_store(capacity);
    }
}

static struct claim_call call_of(unsigned payment, unsigned decision)
{
    struct claim_call call;

    memset(&call, 0, sizeof call);
    memcpy(call.claim.identity, &payment, sizeof payment);
    memcpy(call.claim.content, &payment, sizeof payment);
    memcpy(call.claim.decision, &decision, sizeof decision);
    call.claim.amount = 10000;
    call.claim.now = NOW;
    call.claim.expires = NOW + 300 * SECOND;
    return call;
}

static enum claim_result claim(unsigned payment, unsigned decision)
{
    struct claim_call call = call_of(payment, decision);

    return store_claim(store, &call);
}

static struct outcome_call told;

static enum outcome_result tell(unsigned decision, enum claim_fate fate)
{
    memset(&told, 0, sizeof told);
    memcpy(told.decision, &decision, sizeof decision);
    told.fate = fate;
    told.now = NOW + SECOND;
    return store_outcome(store, &told);
}

static const char *name(void)
{
    return durable ? "lmdb" : "memory";
}

static void released(void)
{
    open_store(1000);
    claim(1, 11);
    is_number(tell(12, FATE_RELEASED), OUTCOME_UNKNOWN,
              "%s: a foreign decision frees nothing", name());
    is_number(claim(1, 12), CLAIM_REPLAYED, "%s: it is held", name());
    is_number(tell(12, FATE_RELEASED), OUTCOME_UNKNOWN,
              "%s: nor does one that was refused", name());
    is_number(tell(11, FATE_RELEASED), OUTCOME_DONE, "%s: freed", name());
    is_number(told.amount, 10000, "%s: with its amount", name());
    is_number(tell(11, FATE_RELEASED), OUTCOME_UNKNOWN, "%s: twice is nothing",
              name());
    reopen(1000);
    is_number(claim(1, 13), CLAIM_TAKEN, "%s: it passes again", name());
    is_number(tell(11, FATE_RELEASED), OUTCOME_UNKNOWN,
              "%s: the old decision frees it no more", name());
    is_number(claim(1, 14), CLAIM_REPLAYED, "%s: it passes once", name());
    close_store();
}

static void settled(void)
{
    open_store(1000);
    claim(1, 11);
    is_number(tell(11, FATE_SETTLED), OUTCOME_DONE, "%s: settled", name());
    reopen(1000);
    is_number(tell(11, FATE_SETTLED), OUTCOME_REPEATED,
              "%s: a repetition changes nothing", name());
    is_number(tell(11, FATE_RELEASED), OUTCOME_REFUSED,
              "%s: what is settled is not freed", name());
    is_number(tell(11, FATE_FAILED), OUTCOME_REFUSED, "%s: nor failed", name());
    is_number(claim(1, 12), CLAIM_REPLAYED, "%s: it is held", name());
    close_store();
}

static void pending(void)
{
    open_store(1000);
    claim(1, 11);
    is_number(tell(11, FATE_PENDING), OUTCOME_DONE, "%s: pending", name());
    is_number(tell(11, FATE_RELEASED), OUTCOME_REFUSED,
              "%s: what is pending is not freed", name());
    is_number(tell(11, FATE_SETTLED), OUTCOME_DONE, "%s: then settled", name());
    claim(2, 22);
    is_number(tell(22, FATE_FAILED), OUTCOME_DONE, "%s: failed", name());
    is_number(claim(2, 23), CLAIM_REPLAYED, "%s: what failed is held", name());
    reopen(1000);
    is_number(tell(22, FATE_FAILED), OUTCOME_REPEATED, "%s: fails once",
              name());
    is_number(tell(22, FATE_RELEASED), OUTCOME_DONE, "%s: then freed", name());
    is_number(claim(2, 24), CLAIM_TAKEN, "%s: and passes again", name());
    close_store();
}

/* What was settled is never put out, however many come. */
static void proves(void)
{
    struct store_stats stats;

    open_store(1000);
    claim(1, 11);
    claim(2, 22);
    tell(11, FATE_SETTLED);
    store->ops->stats(store, &stats);
    ok(stats.claims_proven == 1 && stats.claims_unproven == 1,
       "%s: the settled one is proven", name());
    reopen(1000);
    for (unsigned i = 0; i < 5000; i++) {
        claim(1000 + i, 1000 + i);
    }
    is_number(claim(1, 12), CLAIM_REPLAYED, "%s: settled stays", name());
    is_number(claim(2, 23), CLAIM_TAKEN, "%s: unproven was put out", name());
    is_number(tell(22, FATE_SETTLED), OUTCOME_UNKNOWN,
              "%s: and its decision holds nothing", name());
    close_store();
}

static void identified(void)
{
    struct claim_call first = call_of(1, 11), second = call_of(2, 22);

    open_store(1000);
    first.claim.has_identifier = second.claim.has_identifier = true;
    memcpy(first.claim.identifier, "order 1", 7);
    memcpy(second.claim.identifier, "order 1", 7);
    is_number(store_claim(store, &first), CLAIM_TAKEN, "%s: an order", name());
    is_number(store_claim(store, &second), CLAIM_CONFLICTING,
              "%s: paid otherwise", name());
    is_number(tell(11, FATE_RELEASED), OUTCOME_DONE, "%s: freed", name());
    reopen(1000);
    is_number(store_claim(store, &second), CLAIM_TAKEN,
              "%s: both its keys are free", name());
    close_store();
}

static void payer_of(struct claim_call *call, unsigned payer)
{
    call->claim.proven = call->claim.has_payer = true;
    memcpy(call->claim.payer, &payer, sizeof payer);
}

static int64_t fail(const struct claim_call *call, int64_t now)
{
    struct shared_call found =
        store_share(store, lockout_ask(call->claim.payer, now));
    struct shared_call put = store_share(store, lockout_count(&found, now));

    return lockout_until(&put) ? (lockout_until(&put) - now) / SECOND : 0;
}

static void locks_out(void)
{
    struct claim_call first = call_of(1, 11), second = call_of(2, 22);
    int64_t now = NOW;

    open_store(1000);
    payer_of(&first, 7);
    payer_of(&second, 7);
    is_number(store_claim(store, &first), CLAIM_TAKEN, "%s: a payer pays",
              name());
    tell(11, FATE_FAILED);
    ok(told.proven && !memcmp(told.payer, first.claim.payer, CLAIM_PAYER),
       "%s: who failed is told", name());
    is_number(fail(&first, now), 0, "%s: once is nothing", name());
    is_number(fail(&first, now), 60, "%s: the second locks out", name());
    is_number(store_claim(store, &second), CLAIM_LOCKED_OUT,
              "%s: and is refused", name());
    ok(second.answer.expires == now + 60 * SECOND, "%s: until then", name());
    payer_of(&second, 8);
    is_number(store_claim(store, &second), CLAIM_TAKEN, "%s: others pay",
              name());
    is_number(fail(&first, now + 60 * SECOND), 120, "%s: doubled", name());
    for (int i = 0; i < 20; i++) {
        now += 60 * SECOND;
        now += fail(&first, now) * SECOND;
    }
    is_number(fail(&first, now), 86400, "%s: at most a day", name());
    now += (86400 + 601) * SECOND;
    is_number(fail(&first, now), 0, "%s: forgotten after it", name());
    is_number(fail(&first, now + 601 * SECOND), 0,
              "%s: and ten minutes after a failure", name());
    close_store();
}

static void all(void)
{
    released();
    settled();
    pending();
    proves();
    identified();
    locks_out();
}

int main(void)
{
    if (!mkdtemp(folder)) {
        return 2;
    }
    snprintf(path, sizeof path, "%s/claims", folder);
    all();
    if (store_lmdb_available()) {
        durable = true;
        all();
    } else {
        ok(true, "lmdb # SKIP not built in");
    }
    rmdir(folder);
    return tap_end();
}
