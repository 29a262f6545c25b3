/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was found in values of before. Most headers have few values, and of
 * the same bytes the same tests are true: an entry keeps a slot, a value
 * whole, the literal atoms that are true of it, and what globs were asked.
 * It is asked for by a hash and compared byte by byte, so that a client who
 * chooses values can make others' be looked through again, and nothing else.
 *
 * One place for each hash; the last value stays. Bounded, and made once. For
 * every caller; engine/memo.c keeps whole evaluations, for replay alone.
 */
#ifndef WB_CLASSIFY_VALUE_MEMO_H
#define WB_CLASSIFY_VALUE_MEMO_H

#include <stdint.h>

#include "classify/program.h"

#define MEMO_ENTRIES 128
#define MEMO_VALUE 248 /* bytes; longer values are not kept */
#define MEMO_TRUTHS 28

/* An atom and its truth. */
#define MEMO_TRUTH(atom, truth) ((atom) << 2 | (uint32_t)(truth))

struct memo_entry {
    uint32_t slot; /* from 1; 0: free */
    uint16_t size, count;
    uint32_t truths[MEMO_TRUTHS];
    char value[MEMO_VALUE];
};

/* The entry where this value is, or may be put. */
static inline struct memo_entry *memo_place(struct memo_entry *memo,
                                            uint32_t slot, struct view value)
{
    uint64_t hash = (uint64_t)(slot + 1) << 32 | value.size, word;
    size_t i = 0;

    for (; i + 8 <= value.size; i += 8) {
        memcpy(&word, value.at + i, 8);
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    for (word = 0; i < value.size; i++) {
        word = word << 8 | (unsigned char)value.at[i];
    }
    hash = (hash ^ word) * UINT64_C(0xc2b2ae3d27d4eb4f);
    return &memo[(hash >> 40) % MEMO_ENTRIES];
}

static inline bool memo_holds(const struct memo_entry *entry, uint32_t slot,
                              struct view value)
{
    return entry->slot == slot + 1 && entry->size == value.size &&
           !memcmp(entry->value, value.at, value.size);
}

/* More than an entry has room for is not kept. */
static inline void memo_keep(struct memo_entry *entry, uint32_t slot,
                             struct view value, const uint32_t *atoms,
                             uint32_t count, enum truth truth)
{
    entry->slot = 0;
    if (count > MEMO_TRUTHS) {
        return;
    }
    entry->slot = slot + 1;
    entry->size = (uint16_t)value.size;
    entry->count = (uint16_t)count;
    memcpy(entry->value, value.at, value.size);
    for (uint32_t i = 0; i < count; i++) {
        entry->truths[i] = MEMO_TRUTH(atoms[i], truth);
    }
}

/* One more of the value that the entry holds. */
static inline void memo_add(struct memo_entry *entry, uint32_t atom,
                            enum truth truth)
{
    if (entry->count < MEMO_TRUTHS) {
        entry->truths[entry->count++] = MEMO_TRUTH(atom, truth);
    }
}

#endif
