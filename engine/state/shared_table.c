/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared values in memory. Per kind some shards, each with a lock; keys and
 * expiry are a claim table's, the values lie beside it under its numbers.
 * Changed entries are chained until they are taken. An entry that is dropped
 * stays until then, or until it expires, so that it can be told.
 */
#include "state/shared_table.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "state/claim_table.h"

#define SHARDS 16
#define EXPIRE_MOST 4

struct slot {
    unsigned char value[SHARED_VALUE_MAX];
    uint8_t value_size;
    bool dropped, counted;
    bool chained;
    uint32_t next_changed; /* 0: none, else the number plus 1 */
    int64_t number, unpushed, changed;
};

struct shard {
    _Alignas(64) pthread_mutex_t lock;
    struct claim_table keys;
    struct slot *slots; /* owned; one per entry of keys */
    uint32_t first_changed, last_changed;
    int64_t latest; /* time */
};

struct shared_table {
    unsigned char hash_key[16];
    struct shard shards[SHARED_KINDS][SHARDS];
};

static const uint32_t capacities[SHARED_KINDS] = {
#define SHARED_CAPACITY(kind, name, most) [SHARED_##kind] = (most),
    SHARED_KIND_LIST(SHARED_CAPACITY)
#undef SHARED_CAPACITY
};

/* ---- making ---- */

static void close_shard(struct shard *shard)
{
    claim_table_close(&shard->keys);
    free(shard->slots);
    shard->slots = NULL;
}

/* A shard's part, with an eighth more: chance does not fill them evenly.
 * Under its lock; when it is first needed, for most kinds never are. */
static bool open_shard(struct shard *shard, enum shared_kind kind)
{
    uint32_t part = capacities[kind] / SHARDS + capacities[kind] / SHARDS / 8;

    if (shard->slots) {
        return true;
    }
    shard->slots = calloc(part, sizeof(*shard->slots));
    if (!claim_table_open(&shard->keys, part, 0) || !shard->slots) {
        close_shard(shard);
        return false;
    }
    return true;
}

struct shared_table *shared_table_open(const unsigned char hash_key[16])
{
    struct shared_table *t = aligned_alloc(64, (sizeof(*t) + 63) / 64 * 64);

    if (!t) {
        return NULL;
    }
    memset(t, 0, sizeof(*t));
    memcpy(t->hash_key, hash_key, sizeof(t->hash_key));
    for (size_t k = 0; k < SHARED_KINDS; k++) {
        for (size_t i = 0; i < SHARDS; i++) {
            pthread_mutex_init(&t->shards[k][i].lock, NULL);
            t->shards[k][i].latest = INT64_MIN;
        }
    }
    return t;
}

void shared_table_close(struct shared_table *t)
{
    for (size_t k = 0; t && k < SHARED_KINDS; k++) {
        for (size_t i = 0; i < SHARDS; i++) {
            close_shard(&t->shards[k][i]);
            pthread_mutex_destroy(&t->shards[k][i].lock);
        }
    }
    free(t);
}

/* ---- one entry, under its shard's lock ---- */

struct place {
    struct shard *shard;
    enum shared_kind kind;
    const unsigned char *key;
    uint64_t hash;
};

static struct place place_of(struct shared_table *t, enum shared_kind kind,
                             const unsigned char key[SHARED_KEY_SIZE])
{
    struct place at = {.kind = kind, .key = key};

    at.hash =
        hash_sip(t->hash_key, view_of((const char *)key, SHARED_KEY_SIZE));
    at.shard = &t->shards[kind][(at.hash >> 32) % SHARDS];
    return at;
}

static struct slot *slot_of(const struct shard *shard,
                            const struct claim_entry *entry)
{
    return &shard->slots[entry - shard->keys.entries];
}

static int64_t hold_clock(struct shard *shard, int64_t now)
{
    if (now > shard->latest) {
        shard->latest = now;
    }
    claim_table_expire(&shard->keys, shard->latest, EXPIRE_MOST);
    return shard->latest;
}

static struct claim_entry *find_entry(const struct place *at, int64_t now)
{
    return at->shard->slots
               ? claim_table_find(&at->shard->keys, at->hash, at->key, now)
               : NULL;
}

static void chain(struct shard *shard, struct slot *slot)
{
    uint32_t number = (uint32_t)(slot - shard->slots) + 1;

    if (slot->chained) {
        return;
    }
    slot->chained = true;
    slot->next_changed = 0;
    if (shard->first_changed) {
        shard->slots[shard->last_changed - 1].next_changed = number;
    } else {
        shard->first_changed = number;
    }
    shard->last_changed = number;
}

/* A new, empty entry; NULL: no room. One that went may be chained still: so
 * is the new one then. */
static struct claim_entry *make_entry(const struct place *at, int64_t now,
                                      int64_t expires)
{
    struct claim_entry *entry = NULL;

    if (open_shard(at->shard, at->kind)) {
        entry = claim_table_insert(&at->shard->keys, at->hash, at->key, now,
                                   expires > now ? expires : now + 1, NULL);
    }
    if (entry) {
        struct slot *slot = slot_of(at->shard, entry);

        *slot = (struct slot){.chained = slot->chained,
                              .next_changed = slot->next_changed};
    }
    return entry;
}

/* The same entry with another expiry. */
static struct claim_entry *move_expiry(const struct place *at,
                                       struct claim_entry *entry, int64_t now,
                                       int64_t expires)
{
    struct slot kept = *slot_of(at->shard, entry);

    claim_table_remove(&at->shard->keys, entry);
    entry = make_entry(at, now, expires);
    if (entry) { /* there was room: its own */
        struct slot *slot = slot_of(at->shard, entry);

        kept.chained = slot->chained;
        kept.next_changed = slot->next_changed;
        *slot = kept;
    }
    return entry;
}

static void tell(struct shared_call *call, const struct slot *slot,
                 const struct claim_entry *entry)
{
    memcpy(call->value, slot->value, sizeof(call->value));
    call->value_size = slot->value_size;
    call->number = slot->number;
    call->expires = entry->expires;
}

/* ---- the acts ---- */

static enum shared_result put(struct shared_call *call, const struct place *at,
                              struct claim_entry *entry, int64_t now)
{
    struct slot *slot;

    entry = entry ? move_expiry(at, entry, now, call->expires)
                  : make_entry(at, now, call->expires);
    if (!entry) {
        return SHARED_FULL;
    }
    slot = slot_of(at->shard, entry);
    memcpy(slot->value, call->value, sizeof(slot->value));
    slot->value_size = (uint8_t)call->value_size;
    slot->number = call->number;
    slot->dropped = false;
    slot->changed = now;
    chain(at->shard, slot);
    return SHARED_STANDS;
}

static bool is_expected(const struct shared_call *call, const struct slot *slot)
{
    size_t size = slot && !slot->dropped ? slot->value_size : 0;

    return size == call->expected_size &&
           (size == 0 || !memcmp(slot->value, call->expected, size));
}

/* A server may tell any number; none overflows. */
static int64_t sum_of(int64_t a, int64_t b)
{
    return a > 0 && b > INT64_MAX - a   ? INT64_MAX
           : a < 0 && b < INT64_MIN - a ? INT64_MIN
                                        : a + b;
}

static enum shared_result add(struct shared_call *call, const struct place *at,
                              struct claim_entry *entry, int64_t now)
{
    struct slot *slot;

    entry = entry ? entry : make_entry(at, now, call->expires);
    if (!entry) {
        return SHARED_FULL;
    }
    slot = slot_of(at->shard, entry);
    if (slot->dropped) {
        slot->number = 0;
        slot->dropped = false;
    }
    slot->number = sum_of(slot->number, call->number);
    slot->unpushed = sum_of(slot->unpushed, call->number);
    slot->counted = true;
    slot->changed = now;
    chain(at->shard, slot);
    tell(call, slot, entry);
    return SHARED_STANDS;
}

static enum shared_result drop(const struct place *at, struct slot *slot,
                               int64_t now)
{
    slot->dropped = true;
    slot->changed = now;
    slot->number = slot->unpushed = 0;
    slot->value_size = 0;
    chain(at->shard, slot);
    return SHARED_STANDS;
}

static enum shared_result act(struct shared_call *call, const struct place *at,
                              int64_t now)
{
    struct claim_entry *entry = find_entry(at, now);
    struct slot *slot = entry ? slot_of(at->shard, entry) : NULL;
    bool stands = slot && !slot->dropped;

    if (call->op == SHARED_PUT || (call->op == SHARED_PUT_NEW && !stands)) {
        return put(call, at, entry, now);
    }
    if (call->op == SHARED_ADD) {
        return add(call, at, entry, now);
    }
    if (call->op == SHARED_SWAP && is_expected(call, slot)) {
        return put(call, at, entry, now);
    }
    if (!stands && call->op == SHARED_SWAP) {
        call->value_size = 0;
        return SHARED_TAKEN;
    }
    if (!stands) {
        return SHARED_ABSENT;
    }
    tell(call, slot, entry);
    return call->op == SHARED_DROP  ? drop(at, slot, now)
           : call->op == SHARED_GET ? SHARED_STANDS
                                    : SHARED_TAKEN;
}

void shared_table_call(struct shared_table *t, struct shared_call *call)
{
    struct place at = place_of(t, call->kind, call->key);

    if (call->op == SHARED_HEAR) { /* there are no others */
        call->result = SHARED_STANDS;
        return;
    }
    pthread_mutex_lock(&at.shard->lock);
    call->result = act(call, &at, hold_clock(at.shard, call->now));
    pthread_mutex_unlock(&at.shard->lock);
}

uint64_t shared_table_count(struct shared_table *t, enum shared_kind kind,
                            const unsigned char key[SHARED_KEY_SIZE],
                            uint64_t n, int64_t now, int64_t expires)
{
    struct shared_call call = {.op = SHARED_ADD,
                               .kind = kind,
                               .number = (int64_t)n,
                               .now = now,
                               .expires = expires};

    memcpy(call.key, key, sizeof(call.key));
    shared_table_call(t, &call);
    return call.result == SHARED_STANDS && call.number > 0
               ? (uint64_t)call.number
               : 0;
}

void shared_table_visit(struct shared_table *t, enum shared_kind kind,
                        int64_t now, shared_visitor *visit, void *context)
{
    bool go_on = true;

    for (size_t i = 0; i < SHARDS && go_on; i++) {
        struct shard *shard = &t->shards[kind][i];

        pthread_mutex_lock(&shard->lock);
        for (uint32_t k = 0; k < shard->keys.used && go_on; k++) {
            const struct claim_entry *entry =
                &shard->keys.entries[shard->keys.heap[k]];
            const struct slot *slot = slot_of(shard, entry);
            struct shared_call found = {.kind = kind, .now = now};

            if (entry->expires > now && !slot->dropped) {
                memcpy(found.key, entry->key, sizeof(found.key));
                tell(&found, slot, entry);
                go_on = visit(context, &found);
            }
        }
        pthread_mutex_unlock(&shard->lock);
    }
}

/* ---- what is kept elsewhere ---- */

/* The next changed entry of a shard that lives, off its chain. */
static bool take_next(struct shard *shard, struct shared_record *record)
{
    while (shard->first_changed) {
        uint32_t number = shard->first_changed - 1;
        struct slot *slot = &shard->slots[number];
        const struct claim_entry *entry = &shard->keys.entries[number];

        shard->first_changed = slot->next_changed;
        slot->chained = false;
        if (claim_table_find(&shard->keys, entry->hash, entry->key,
                             INT64_MIN) == entry) {
            *record = (struct shared_record){.value_size = slot->value_size,
                                             .dropped = slot->dropped,
                                             .counted = slot->counted,
                                             .number = slot->number,
                                             .unpushed = slot->unpushed,
                                             .changed = slot->changed,
                                             .expires = entry->expires};
            memcpy(record->key, entry->key, sizeof(record->key));
            memcpy(record->value, slot->value, sizeof(record->value));
            slot->unpushed = 0;
            return true;
        }
    }
    return false;
}

size_t shared_table_take(struct shared_table *t, struct shared_record *records,
                         size_t room)
{
    size_t count = 0;

    for (size_t k = 0; k < SHARED_KINDS; k++) {
        for (size_t i = 0; i < SHARDS && count < room; i++) {
            struct shard *shard = &t->shards[k][i];

            pthread_mutex_lock(&shard->lock);
            while (count < room && take_next(shard, &records[count])) {
                records[count++].kind = (enum shared_kind)k;
            }
            pthread_mutex_unlock(&shard->lock);
        }
    }
    return count;
}

void shared_table_untake(struct shared_table *t,
                         const struct shared_record *record)
{
    struct place at = place_of(t, record->kind, record->key);
    struct claim_entry *entry;

    pthread_mutex_lock(&at.shard->lock);
    entry = find_entry(&at, INT64_MIN);
    if (entry) {
        struct slot *slot = slot_of(at.shard, entry);

        slot->unpushed = sum_of(slot->unpushed, record->unpushed);
        chain(at.shard, slot);
    }
    pthread_mutex_unlock(&at.shard->lock);
}

/* An entry that was put twice may lie twice where it is kept. */
static bool is_older(const struct slot *slot, const struct claim_entry *entry,
                     const struct shared_record *record)
{
    return slot->changed < record->changed ||
           (slot->changed == record->changed &&
            entry->expires < record->expires);
}

void shared_table_restore(struct shared_table *t,
                          const struct shared_record *record)
{
    struct place at = place_of(t, record->kind, record->key);
    struct claim_entry *entry;

    pthread_mutex_lock(&at.shard->lock);
    entry = find_entry(&at, INT64_MIN);
    if (!entry || is_older(slot_of(at.shard, entry), entry, record)) {
        entry = entry ? move_expiry(&at, entry, INT64_MIN, record->expires)
                      : make_entry(&at, INT64_MIN, record->expires);
        if (entry) {
            struct slot *slot = slot_of(at.shard, entry);

            memcpy(slot->value, record->value, sizeof(slot->value));
            slot->value_size = record->value_size;
            slot->dropped = record->dropped;
            slot->counted = record->counted;
            slot->number = record->number;
            slot->changed = record->changed;
        }
    }
    pthread_mutex_unlock(&at.shard->lock);
}

static void sweep_shard(struct shard *shard, int64_t before)
{
    for (uint32_t k = 0; k < shard->keys.fresh; k++) {
        struct claim_entry *entry = &shard->keys.entries[k];
        const struct slot *slot = &shard->slots[k];

        if (slot->changed < before && !slot->chained &&
            claim_table_find(&shard->keys, entry->hash, entry->key,
                             INT64_MIN) == entry) {
            claim_table_remove(&shard->keys, entry);
        }
    }
}

void shared_table_sweep(struct shared_table *t, enum shared_kind kind,
                        int64_t before)
{
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *shard = &t->shards[kind][i];

        pthread_mutex_lock(&shard->lock);
        if (shard->slots) {
            sweep_shard(shard, before);
        }
        pthread_mutex_unlock(&shard->lock);
    }
}

void shared_table_heard(struct shared_table *t,
                        const struct shared_record *record, int64_t sum)
{
    struct place at = place_of(t, record->kind, record->key);
    struct claim_entry *entry;

    pthread_mutex_lock(&at.shard->lock);
    entry = find_entry(&at, INT64_MIN);
    if (entry) {
        struct slot *slot = slot_of(at.shard, entry);

        slot->number = sum_of(sum, slot->unpushed);
    }
    pthread_mutex_unlock(&at.shard->lock);
}
