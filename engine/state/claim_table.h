/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded table of claims by 32-byte key: one kind of one shard of a
 * store. Not thread-safe. All memory is taken when it is made.
 *
 *   index   open addressing: hash ──► number of an entry
 *   entries a pool; free ones are chained
 *   heap    entries by expiry, soonest first
 *   lists   (with a quota only) entries by age: all, and per neighbourhood
 *   decisions  (where asked for) the same as index, by decision
 *
 * A table with a quota is full for a neighbourhood that has its quota, so
 * that nobody can push out a claim of his own and use its payment again; a
 * table that others filled makes room by putting out the oldest entry of
 * all. A table without a quota never does: it is full until something
 * expires.
 */
#ifndef WB_STATE_CLAIM_TABLE_H
#define WB_STATE_CLAIM_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state/outcome.h"

#define CLAIM_KEY 32
#define CLAIM_DECISION 16

/* A place in a list of entries by age; 0: none, else the number plus 1. */
struct claim_link {
    uint32_t older, newer;
};

struct claim_entry {
    unsigned char key[CLAIM_KEY];
    unsigned char content[32];
    unsigned char decision[CLAIM_DECISION];
    unsigned char ask[16];
    unsigned char payer[CLAIM_PAYER]; /* all 0: not known for sure */
    uint8_t fate;                     /* enum claim_fate */
    bool named;                       /* it is among the decisions */
    uint64_t amount;
    int64_t claimed_at;
    int64_t expires;
    uint32_t hash; /* what the index needs of it */
    uint32_t heap_at;
    struct claim_link all;
    struct claim_link near; /* in its neighbourhood */
    uint32_t neighbourhood;
};

/* Ends of a list by age. */
struct claim_list {
    uint32_t oldest, newest;
    uint32_t count;
};

struct claim_table {
    struct claim_entry *entries;
    uint32_t *index;     /* 0: empty, else the entry's number plus 1 */
    uint32_t *decisions; /* as index is; NULL: not asked for */
    uint32_t *heap;
    struct claim_list *neighbourhoods; /* NULL: no quota; the last: unknown */
    struct claim_list all;
    uint32_t capacity;
    uint32_t index_mask;
    uint32_t neighbourhood_mask;
    uint32_t quota;
    uint32_t used;
    uint32_t fresh;      /* entries from here on were never used */
    uint32_t first_free; /* 0: none, else the number plus 1 */
    uint64_t evicted;
    struct claim_entry latest_evicted; /* as it was */
    int64_t forgotten; /* the latest expiry of what has been dropped for it */
};

/* quota 0: nothing is ever put out. False when out of memory; free then
 * too. `capacity` at most CLAIM_TABLE_MAX. */
#define CLAIM_TABLE_MAX (UINT32_C(1) << 28)
bool claim_table_open(struct claim_table *table, uint32_t capacity,
                      uint32_t quota);
/* From now on entries are found by decision too. False when out of memory. */
bool claim_table_index_decisions(struct claim_table *table);
void claim_table_close(struct claim_table *table);

/* Drops what has expired by `now`, at most `most` entries. */
void claim_table_expire(struct claim_table *table, int64_t now, unsigned most);
/* The entry of `key` that lives at `now`, or NULL. Another with an equal
 * 64-bit hash is told apart by its key. */
struct claim_entry *claim_table_find(struct claim_table *table, uint64_t hash,
                                     const unsigned char key[CLAIM_KEY],
                                     int64_t now);
/* Would claim_table_insert find room? Drops what has expired if it must. */
bool claim_table_has_room(struct claim_table *table, int64_t now,
                          const uint64_t *neighbourhood);
/* A new entry for a key that is not there; its content and what follows it
 * are the caller's to write, the decision by claim_table_name. NULL when there
 * is no room. `neighbourhood` points to a keyed hash of the client's network,
 * or is NULL when that is not known: then no quota counts. Networks that share
 * a list share its quota. */
struct claim_entry *claim_table_insert(struct claim_table *table, uint64_t hash,
                                       const unsigned char key[CLAIM_KEY],
                                       int64_t now, int64_t expires,
                                       const uint64_t *neighbourhood);
/* Whose entry it is; once. */
void claim_table_name(struct claim_table *table, struct claim_entry *entry,
                      const unsigned char decision[CLAIM_DECISION]);
/* The entry of a decision that lives at `now`, or NULL. */
struct claim_entry *
claim_table_of_decision(struct claim_table *table,
                        const unsigned char decision[CLAIM_DECISION],
                        int64_t now);
/* Takes out an entry that is there, as if it had never come. */
void claim_table_remove(struct claim_table *table, struct claim_entry *entry);

#endif
