/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of the store in memory, for the two files that it is made of:
 * claims (store_memory.c) and what became of them (store_memory_outcome.c).
 */
#ifndef WB_STATE_STORE_MEMORY_SHARDS_H
#define WB_STATE_STORE_MEMORY_SHARDS_H

#include <pthread.h>

#include "state/claim_table.h"
#include "state/store_memory.h"

enum { UNPROVEN, PROVEN, KINDS };

struct shard {
    _Alignas(64) pthread_mutex_t lock;
    int64_t latest; /* time */
    struct claim_table identities[KINDS];
    struct claim_table identifiers[KINDS];
    uint64_t taken, refused, full;
};

struct store_memory {
    struct store store; /* first */
    unsigned char hash_key[16];
    struct shared_table *shared; /* owned */
    size_t shard_count;          /* a power of two */
    struct shard shards[];
};

/* One half of a claim: its key among the tables of its shard. */
struct claim_half {
    struct shard *shard;
    struct claim_table *tables; /* of the KINDS */
    const unsigned char *key;
    uint64_t hash;
};

/* Where a key is, or would be. */
struct claim_half store_memory_find(struct store_memory *s,
                                    const unsigned char key[CLAIM_KEY],
                                    bool identifier);
/* An entry as it is kept elsewhere, and back. */
struct claim_half_kept store_memory_kept(const struct claim_entry *entry,
                                         bool proven, bool identifier);
void store_memory_fill(struct claim_table *table, struct claim_entry *entry,
                       const struct claim_half_kept *half);
/* store_memory_outcome.c: always CLAIM_DONE. */
enum claim_status store_memory_outcome(struct store *store,
                                       struct outcome_call *call);

#endif
