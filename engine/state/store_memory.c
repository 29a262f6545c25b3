/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The claim store in memory: shards, each with a lock and four tables. A
 * claim with a payment-identifier holds the locks of both its shards while
 * it is decided, the lower one taken first, so that identity and identifier
 * are claimed as one act.
 *
 *             proven            unproven
 *   identity  never put out     quota per neighbourhood; when others have
 *   identifier  the same        filled the table, the oldest of all goes out
 *
 * A proven claim is refused by proven ones, and by an equal one that was
 * claimed when nothing could prove it; any other by all. What it stores lives
 * as long from the store's clock as the caller asked from his: where the
 * clock went back, longer, never shorter. A payment whose claim may have been
 * dropped before the clock went back is not taken.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "state/lockout.h"
#include "state/shared_table.h"
#include "state/store_memory_shards.h"

#define SHARDS_MAX 64
/* Below this much a shard, chance fills some much earlier than others. */
#define SHARD_CAPACITY_MIN 4096
/* A network may hold one part in so many of the unproven table. */
#define QUOTA_PARTS 16
/* Expired claims dropped per claim and table: more than come in. */
#define EXPIRE_MOST 4

static uint64_t hash_key(const struct store_memory *s, const void *key,
                         size_t size)
{
    return hash_sip(s->hash_key, view_of((const char *)key, size));
}

static struct shard *shard_of(struct store_memory *s, uint64_t hash)
{
    return &s->shards[(hash >> 32) & (s->shard_count - 1)];
}

struct claim_half store_memory_find(struct store_memory *s,
                                    const unsigned char key[CLAIM_KEY],
                                    bool identifier)
{
    struct claim_half half = {.key = key};

    half.hash = hash_key(s, key, CLAIM_KEY);
    half.shard = shard_of(s, half.hash);
    half.tables = identifier ? half.shard->identifiers : half.shard->identities;
    return half;
}

static void lock_shards(struct shard *a, struct shard *b)
{
    pthread_mutex_lock(a < b ? &a->lock : &b->lock);
    if (a != b) {
        pthread_mutex_lock(a < b ? &b->lock : &a->lock);
    }
}

static void unlock_shards(struct shard *a, struct shard *b)
{
    pthread_mutex_unlock(&a->lock);
    if (a != b) {
        pthread_mutex_unlock(&b->lock);
    }
}

static int64_t hold_clock(struct shard *shard, int64_t now)
{
    if (now > shard->latest) {
        shard->latest = now;
    }
    for (size_t i = 0; i < KINDS; i++) {
        claim_table_expire(&shard->identities[i], shard->latest, EXPIRE_MOST);
        claim_table_expire(&shard->identifiers[i], shard->latest, EXPIRE_MOST);
    }
    return shard->latest;
}

/* The same payload under the same signature? */
static bool is_equal(const struct claim_entry *entry, const struct claim *claim)
{
    return !memcmp(entry->content, claim->content, sizeof(claim->content));
}

/* The claim that stands in this one's way, or NULL. Only who holds a proven
 * payment can send its equal, and he could burn it anyhow. */
static const struct claim_entry *find_rival(const struct claim *claim,
                                            const struct claim_half *half,
                                            int64_t now)
{
    const struct claim_entry *rival =
        claim_table_find(&half->tables[PROVEN], half->hash, half->key, now);

    if (!rival) {
        rival = claim_table_find(&half->tables[UNPROVEN], half->hash, half->key,
                                 now);
        if (rival && claim->proven && !is_equal(rival, claim)) {
            rival = NULL;
        }
    }
    return rival;
}

static bool is_same_ask(const struct claim *claim,
                        const struct claim_half_kept *rival)
{
    return claim->has_ask && !memcmp(claim->ask, rival->ask, 16) &&
           !memcmp(claim->content, rival->content, 32) &&
           rival->claimed_at > claim->now - CLAIM_AGAIN_WITHIN &&
           rival->claimed_at < claim->now + CLAIM_AGAIN_WITHIN;
}

void claim_answer_rival(struct claim_answer *answer, const struct claim *claim,
                        const struct claim_half_kept *rival)
{
    *answer = (struct claim_answer){.result = CLAIM_REPLAYED,
                                    .claimed_at = rival->claimed_at,
                                    .expires = rival->expires};
    if (is_same_ask(claim, rival)) {
        answer->result = CLAIM_AGAIN;
    } else if (rival->identifier) {
        answer->result = !memcmp(claim->content, rival->content, 32)
                             ? CLAIM_REPEATED
                             : CLAIM_CONFLICTING;
    }
    memcpy(answer->decision, rival->decision, sizeof(answer->decision));
}

/* Is the claim refused for what stands already? */
static bool refuse(const struct claim *claim, const struct claim_half *identity,
                   const struct claim_half *identifier, int64_t now,
                   struct claim_answer *answer)
{
    const struct claim_entry *rival = NULL;
    struct claim_half_kept half;
    bool named = false;

    if (claim->has_identifier) {
        rival = find_rival(claim, identifier, now);
        named = rival != NULL;
    }
    rival = rival ? rival : find_rival(claim, identity, now);
    if (rival) {
        half = store_memory_kept(rival, false, named);
        claim_answer_rival(answer, claim, &half);
    }
    return rival != NULL;
}

/* A claim that ends no later than one that was dropped already may have been
 * dropped itself: the caller's clock is behind. */
static bool may_be_forgotten(const struct claim *claim,
                             const struct claim_half *identity)
{
    return claim->expires <= identity->tables[PROVEN].forgotten ||
           (!claim->proven &&
            claim->expires <= identity->tables[UNPROVEN].forgotten);
}

static void entry_to_evicted(const struct claim_entry *entry,
                             struct claim_evicted *evicted)
{
    memcpy(evicted->key, entry->key, sizeof(evicted->key));
    memcpy(evicted->decision, entry->decision, sizeof(evicted->decision));
    evicted->expires = entry->expires;
}

static void insert(const struct claim *claim, const struct claim_half *half,
                   int64_t now, int64_t expires, const uint64_t *neighbourhood,
                   struct claim_evicted *evicted)
{
    struct claim_table *table =
        &half->tables[claim->proven ? PROVEN : UNPROVEN];
    uint64_t before = table->evicted;
    struct claim_entry *entry = claim_table_insert(table, half->hash, half->key,
                                                   now, expires, neighbourhood);

    evicted->there = table->evicted != before;
    if (evicted->there) {
        entry_to_evicted(&table->latest_evicted, evicted);
    }
    if (entry) { /* has_room said so */
        memcpy(entry->content, claim->content, sizeof(entry->content));
        memcpy(entry->ask, claim->ask, sizeof(entry->ask));
        entry->amount = claim->amount;
        if (claim->has_payer) {
            memcpy(entry->payer, claim->payer, sizeof(entry->payer));
        }
        claim_table_name(table, entry, claim->decision);
    }
}

/* `now` plus as long as the claim asked for, at least a microsecond. */
static int64_t expiry_of(const struct claim *claim, int64_t now)
{
    int64_t expires = claim->expires;

    if (now > claim->now) {
        int64_t ahead = now - claim->now;

        expires = expires > INT64_MAX - ahead ? INT64_MAX : expires + ahead;
    }
    return expires > now ? expires : now + 1;
}

static uint64_t hash_neighbourhood(const struct store_memory *s,
                                   const struct claim *claim)
{
    struct address network = address_neighbourhood(&claim->client);

    return hash_key(s, &network, sizeof(network));
}

/* Under the locks. */
static void decide(struct store_memory *s, struct claim_call *call,
                   const struct claim_half *identity,
                   const struct claim_half *identifier)
{
    const struct claim *claim = &call->claim;
    struct claim_answer *answer = &call->answer;
    int kind = claim->proven ? PROVEN : UNPROVEN;
    struct shard *shard = identity->shard;
    int64_t now = hold_clock(shard, claim->now);
    uint64_t neighbourhood = hash_neighbourhood(s, claim);
    const uint64_t *known = claim->client_known ? &neighbourhood : NULL;
    int64_t expires;

    if (identifier->shard != shard) {
        int64_t other = hold_clock(identifier->shard, now);

        now = other > now ? other : now;
    }
    if (refuse(claim, identity, identifier, now, answer)) {
        shard->refused++;
        return;
    }
    expires = expiry_of(claim, now);
    *answer = (struct claim_answer){
        .result = CLAIM_FULL, .claimed_at = now, .expires = expires};
    memcpy(answer->decision, claim->decision, sizeof(answer->decision));
    if (may_be_forgotten(claim, identity)) {
        answer->result = CLAIM_UNAVAILABLE;
        shard->refused++;
        return;
    }
    if (!claim_table_has_room(&identity->tables[kind], now, known) ||
        (claim->has_identifier &&
         !claim_table_has_room(&identifier->tables[kind], now, known))) {
        shard->full++;
        return;
    }
    insert(claim, identity, now, expires, known, &call->evicted_identity);
    if (claim->has_identifier) {
        insert(claim, identifier, now, expires, known,
               &call->evicted_identifier);
    }
    shard->taken++;
    answer->result = CLAIM_TAKEN;
}

static bool is_locked_out(const struct store_memory *s, struct claim_call *call)
{
    struct shared_call found = lockout_ask(call->claim.payer, call->claim.now);

    shared_table_call(s->shared, &found);
    call->answer = (struct claim_answer){.result = CLAIM_LOCKED_OUT,
                                         .expires = lockout_until(&found)};
    return call->answer.expires > call->claim.now;
}

void store_memory_decide(struct store *store, struct claim_call *call)
{
    struct store_memory *s = (struct store_memory *)store;
    const struct claim *claim = &call->claim;
    struct claim_half identity = store_memory_find(s, claim->identity, false);
    struct claim_half identifier = {.shard = identity.shard};

    if (claim->has_identifier) {
        identifier = store_memory_find(s, claim->identifier, true);
    }
    call->evicted_identity.there = false;
    call->evicted_identifier.there = false;
    lock_shards(identity.shard, identifier.shard);
    decide(s, call, &identity, &identifier);
    unlock_shards(identity.shard, identifier.shard);
}

static enum claim_status memory_claim(struct store *store,
                                      struct claim_call *call)
{
    struct store_memory *s = (struct store_memory *)store;

    if (!call->claim.has_payer || !is_locked_out(s, call)) {
        store_memory_decide(store, call);
    }
    return CLAIM_DONE;
}

/* ---- for a durable store ---- */

struct claim_half_kept store_memory_kept(const struct claim_entry *entry,
                                         bool proven, bool identifier)
{
    struct claim_half_kept half = {.proven = proven,
                                   .identifier = identifier,
                                   .fate = entry->fate,
                                   .amount = entry->amount,
                                   .claimed_at = entry->claimed_at,
                                   .expires = entry->expires};

    memcpy(half.key, entry->key, sizeof(half.key));
    memcpy(half.content, entry->content, sizeof(half.content));
    memcpy(half.decision, entry->decision, sizeof(half.decision));
    memcpy(half.ask, entry->ask, sizeof(half.ask));
    memcpy(half.payer, entry->payer, sizeof(half.payer));
    return half;
}

void store_memory_fill(struct claim_table *table, struct claim_entry *entry,
                       const struct claim_half_kept *half)
{
    entry->claimed_at = half->claimed_at;
    entry->fate = half->fate;
    entry->amount = half->amount;
    memcpy(entry->content, half->content, sizeof(entry->content));
    memcpy(entry->ask, half->ask, sizeof(entry->ask));
    memcpy(entry->payer, half->payer, sizeof(entry->payer));
    claim_table_name(table, entry, half->decision);
}

bool store_memory_restore(struct store *store,
                          const struct claim_half_kept *half)
{
    struct store_memory *s = (struct store_memory *)store;
    struct claim_half at = store_memory_find(s, half->key, half->identifier);
    struct claim_table *table = &at.tables[half->proven ? PROVEN : UNPROVEN];
    struct claim_entry *entry =
        claim_table_find(table, at.hash, half->key, INT64_MIN);

    if (entry && entry->expires >= half->expires) {
        return true;
    }
    if (entry) { /* twice: it expired and was claimed anew */
        claim_table_remove(table, entry);
    }
    if (table->used == table->capacity) {
        return false;
    }
    entry = claim_table_insert(table, at.hash, half->key, INT64_MIN,
                               half->expires, NULL);
    if (!entry) {
        return false;
    }
    store_memory_fill(table, entry, half);
    return true;
}

void store_memory_forget(struct store *store, int64_t until)
{
    struct store_memory *s = (struct store_memory *)store;

    for (size_t i = 0; i < s->shard_count; i++) {
        for (size_t kind = 0; kind < KINDS; kind++) {
            s->shards[i].identities[kind].forgotten = until;
            s->shards[i].identifiers[kind].forgotten = until;
        }
    }
}

static bool visit_table(const struct claim_table *table, bool identifier,
                        bool proven, claim_visitor *visit, void *context)
{
    struct claim_half_kept half;

    for (uint32_t i = 0; i < table->used; i++) {
        half = store_memory_kept(&table->entries[table->heap[i]], proven,
                                 identifier);
        if (!visit(context, &half)) {
            return false;
        }
    }
    return true;
}

bool store_memory_visit(struct store *store, size_t number,
                        claim_visitor *visit, void *context)
{
    struct store_memory *s = (struct store_memory *)store;
    struct shard *shard = &s->shards[number];
    bool go_on = true;

    if (number >= s->shard_count) {
        return false;
    }
    pthread_mutex_lock(&shard->lock);
    for (int kind = 0; kind < KINDS && go_on; kind++) {
        bool proven = kind == PROVEN;

        go_on = visit_table(&shard->identities[kind], false, proven, visit,
                            context) &&
                visit_table(&shard->identifiers[kind], true, proven, visit,
                            context);
    }
    pthread_mutex_unlock(&shard->lock);
    return true;
}

static void withdraw_half(const struct claim *claim,
                          const struct claim_half *half)
{
    struct claim_table *table =
        &half->tables[claim->proven ? PROVEN : UNPROVEN];
    struct claim_entry *entry =
        claim_table_find(table, half->hash, half->key, INT64_MIN);

    if (entry && is_equal(entry, claim) &&
        !memcmp(entry->decision, claim->decision, sizeof(claim->decision))) {
        claim_table_remove(table, entry);
    }
}

void store_memory_withdraw(struct store *store, const struct claim *claim)
{
    struct store_memory *s = (struct store_memory *)store;
    struct claim_half identity = store_memory_find(s, claim->identity, false);
    struct claim_half identifier = {.shard = identity.shard};

    if (claim->has_identifier) {
        identifier = store_memory_find(s, claim->identifier, true);
    }
    lock_shards(identity.shard, identifier.shard);
    withdraw_half(claim, &identity);
    if (claim->has_identifier) {
        withdraw_half(claim, &identifier);
    }
    identity.shard->taken--;
    identity.shard->refused++;
    unlock_shards(identity.shard, identifier.shard);
}

static void close_shard(struct shard *shard)
{
    for (size_t i = 0; i < KINDS; i++) {
        claim_table_close(&shard->identities[i]);
        claim_table_close(&shard->identifiers[i]);
    }
    pthread_mutex_destroy(&shard->lock);
}

static void memory_close(struct store *store)
{
    struct store_memory *s = (struct store_memory *)store;

    for (size_t i = 0; i < s->shard_count; i++) {
        close_shard(&s->shards[i]);
    }
    shared_table_close(s->shared);
    free(s);
}

static void memory_stats(struct store *store, struct store_stats *out)
{
    struct store_memory *s = (struct store_memory *)store;

    *out = (struct store_stats){0};
    for (size_t i = 0; i < s->shard_count; i++) {
        struct shard *shard = &s->shards[i];

        pthread_mutex_lock(&shard->lock);
        out->claims_proven += shard->identities[PROVEN].used;
        out->claims_unproven += shard->identities[UNPROVEN].used;
        out->capacity_proven += shard->identities[PROVEN].capacity;
        out->capacity_unproven += shard->identities[UNPROVEN].capacity;
        out->taken += shard->taken;
        out->refused += shard->refused;
        out->full += shard->full;
        out->evicted += shard->identities[UNPROVEN].evicted;
        pthread_mutex_unlock(&shard->lock);
    }
}

static enum claim_status memory_share(struct store *store,
                                      struct shared_call *call)
{
    shared_table_call(((struct store_memory *)store)->shared, call);
    return CLAIM_DONE;
}

static struct shared_table *memory_shared(struct store *store)
{
    return ((struct store_memory *)store)->shared;
}

static const struct store_ops memory_ops = {.name = "memory",
                                            .claim = memory_claim,
                                            .outcome = store_memory_outcome,
                                            .close = memory_close,
                                            .stats = memory_stats,
                                            .share = memory_share,
                                            .shared = memory_shared};

static size_t count_shards(size_t capacity)
{
    size_t count = 1;

    while (count < SHARDS_MAX && capacity / (2 * count) >= SHARD_CAPACITY_MIN) {
        count *= 2;
    }
    return count;
}

/* A shard's part, with an eighth more where there are many: chance does not
 * fill them evenly. */
static uint32_t share(size_t capacity, size_t shards)
{
    size_t part = capacity / shards + (capacity % shards != 0);

    part += shards > 1 ? part / 8 : 0;
    return part == 0                ? 1
           : part > CLAIM_TABLE_MAX ? CLAIM_TABLE_MAX
                                    : (uint32_t)part;
}

static bool open_table(struct claim_table *table, uint32_t capacity,
                       uint32_t quota)
{
    return claim_table_open(table, capacity, quota) &&
           claim_table_index_decisions(table);
}

static bool open_shard(struct shard *shard, const uint32_t capacity[KINDS])
{
    bool made = true;

    for (size_t i = 0; i < KINDS; i++) {
        uint32_t quota = i == PROVEN ? 0 : capacity[i] / QUOTA_PARTS;

        if (i == UNPROVEN && quota == 0) {
            quota = 1;
        }
        made = open_table(&shard->identities[i], capacity[i], quota) &&
               open_table(&shard->identifiers[i], capacity[i], quota) && made;
    }
    return made;
}

struct store *store_memory_open(size_t capacity_proven,
                                size_t capacity_unproven,
                                const unsigned char *key)
{
    size_t larger = capacity_proven > capacity_unproven ? capacity_proven
                                                        : capacity_unproven;
    size_t count = count_shards(larger);
    uint32_t capacity[KINDS] = {[UNPROVEN] = share(capacity_unproven, count),
                                [PROVEN] = share(capacity_proven, count)};
    struct store_memory *s;

    s = aligned_alloc(64, sizeof(*s) + count * sizeof(struct shard));
    if (!s || !hash_start()) {
        free(s);
        return NULL;
    }
    memset(s, 0, sizeof(*s) + count * sizeof(struct shard));
    s->store.ops = &memory_ops;
    if (key) {
        memcpy(s->hash_key, key, sizeof(s->hash_key));
    } else {
        hash_random(s->hash_key, sizeof(s->hash_key));
    }
    s->shared = shared_table_open(s->hash_key);
    if (!s->shared) {
        memory_close(&s->store);
        return NULL;
    }
    for (; s->shard_count < count; s->shard_count++) {
        struct shard *shard = &s->shards[s->shard_count];
        bool made = open_shard(shard, capacity);

        pthread_mutex_init(&shard->lock, NULL);
        if (!made) {
            close_shard(shard);
            memory_close(&s->store);
            return NULL;
        }
    }
    return &s->store;
}
