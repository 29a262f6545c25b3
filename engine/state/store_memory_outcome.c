/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of claims in the store in memory. Where a claim lies follows
 * from its identity, which an outcome does not tell: each shard is asked for
 * the decision, one lock at a time. A claim with a payment-identifier is two
 * entries; the identity's says what may be done to both.
 */
#include <string.h>

#include "state/store_memory_shards.h"

enum { IDENTITY, IDENTIFIER };

static struct claim_table *tables_of(struct shard *shard, int half)
{
    return half == IDENTIFIER ? shard->identifiers : shard->identities;
}

static enum outcome_result judge(enum claim_fate now, enum claim_fate told)
{
    return now == told ? OUTCOME_REPEATED
           : now == FATE_SETTLED ||
                   (now == FATE_PENDING && told == FATE_RELEASED) ||
                   (now == FATE_FAILED && told == FATE_PENDING)
               ? OUTCOME_REFUSED
               : OUTCOME_DONE;
}

/* What the gate says was settled is proven: it is never put out any more.
 * Where the proven slot is taken, or all are, it stays where it is. */
static struct claim_entry *prove(struct claim_table tables[KINDS],
                                 struct claim_entry *entry, uint64_t hash,
                                 int64_t now)
{
    struct claim_half_kept half = store_memory_kept(entry, true, false);
    struct claim_entry *proven;

    if (claim_table_find(&tables[PROVEN], hash, half.key, now) ||
        !claim_table_has_room(&tables[PROVEN], now, NULL)) {
        return NULL;
    }
    claim_table_remove(&tables[UNPROVEN], entry);
    proven = claim_table_insert(&tables[PROVEN], hash, half.key, now,
                                half.expires, NULL);
    if (proven) { /* has_room said so */
        store_memory_fill(&tables[PROVEN], proven, &half);
    }
    return proven;
}

static void act(struct store_memory *s, struct claim_table tables[KINDS],
                int kind, struct claim_entry *entry, struct outcome_call *call,
                int half)
{
    struct outcome_half *told = &call->halves[half];
    struct claim_entry *moved = NULL;

    told->there = true;
    told->was_proven = kind == PROVEN;
    entry->fate = (uint8_t)call->fate;
    if (call->fate == FATE_RELEASED) {
        told->half =
            store_memory_kept(entry, kind == PROVEN, half == IDENTIFIER);
        claim_table_remove(&tables[kind], entry);
        return;
    }
    if (call->fate == FATE_SETTLED && kind == UNPROVEN) {
        uint64_t hash =
            store_memory_find(s, entry->key, half == IDENTIFIER).hash;

        moved = prove(tables, entry, hash, call->now);
    }
    told->half = store_memory_kept(moved ? moved : entry,
                                   moved || kind == PROVEN, half == IDENTIFIER);
}

/* Is the half in this shard? Then it is dealt with. */
static bool act_in(struct store_memory *s, struct shard *shard,
                   struct outcome_call *call, int half)
{
    struct claim_table *tables = tables_of(shard, half);
    struct claim_entry *entry = NULL;
    int64_t now = call->now > shard->latest ? call->now : shard->latest;
    int kind = KINDS;

    while (!entry && kind-- > 0) {
        entry = claim_table_of_decision(&tables[kind], call->decision, now);
    }
    if (!entry) {
        return false;
    }
    if (half == IDENTITY) {
        call->proven = kind == PROVEN;
        call->amount = entry->amount;
        memcpy(call->payer, entry->payer, sizeof(call->payer));
        call->result = judge((enum claim_fate)entry->fate, call->fate);
    }
    if (call->result == OUTCOME_DONE) {
        act(s, tables, kind, entry, call, half);
    }
    return true;
}

static void act_somewhere(struct store_memory *s, struct outcome_call *call,
                          int half)
{
    bool found = false;

    for (size_t i = 0; i < s->shard_count && !found; i++) {
        struct shard *shard = &s->shards[i];

        pthread_mutex_lock(&shard->lock);
        found = act_in(s, shard, call, half);
        pthread_mutex_unlock(&shard->lock);
    }
}

enum claim_status store_memory_outcome(struct store *store,
                                       struct outcome_call *call)
{
    struct store_memory *s = (struct store_memory *)store;

    call->result = OUTCOME_UNKNOWN;
    call->halves[IDENTITY].there = false;
    call->halves[IDENTIFIER].there = false;
    act_somewhere(s, call, IDENTITY);
    if (call->result == OUTCOME_DONE) {
        act_somewhere(s, call, IDENTIFIER);
    }
    return CLAIM_DONE;
}

/* Whatever its fate was here: this node may not have heard of a later one. */
static void drop_of(struct shard *shard, struct claim_table tables[KINDS],
                    const unsigned char decision[16], int64_t now)
{
    int64_t latest = now > shard->latest ? now : shard->latest;

    for (int kind = 0; kind < KINDS; kind++) {
        struct claim_entry *entry =
            claim_table_of_decision(&tables[kind], decision, latest);

        if (entry) {
            claim_table_remove(&tables[kind], entry);
        }
    }
}

void store_memory_drop(struct store *store, const unsigned char decision[16],
                       int64_t now)
{
    struct store_memory *s = (struct store_memory *)store;

    for (size_t i = 0; i < s->shard_count; i++) {
        struct shard *shard = &s->shards[i];

        pthread_mutex_lock(&shard->lock);
        drop_of(shard, shard->identities, decision, now);
        drop_of(shard, shard->identifiers, decision, now);
        pthread_mutex_unlock(&shard->lock);
    }
}
