/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one program made of requests past, for those that are the same to it.
 * An evaluation reads little of a request:
 *
 *   of a text, which literals and globs are true of it      -> its effect
 *   of a number, between which bounds of the rules it lies  -> its stretch
 *   of all others, whether they are there
 *   and the atoms besides that a condition asks for         -> their truths
 *
 * Effects have numbers. A request's key is a word for each slot; an entry of
 * the memo is what the stateless half came to, or which other atoms it asked
 * for first, whose truths then make the key longer. An evaluation is a
 * function of what it reads, so what is kept is exact; user agents that
 * differ in a build number are one to it.
 *
 * Bounded. Nothing but time hangs on what it holds: who varies his headers
 * pays for looking in vain.
 */
#ifndef WB_CLASSIFY_MEMO_H
#define WB_CLASSIFY_MEMO_H

#include "classify/weighing.h"
#include "request/value_memory.h"

#define MEMO_EFFECTS 4096 /* at most this many, then all are forgotten */
#define MEMO_ATOMS 32768  /* of all effects */
#define MEMO_PLACES 1024
#define MEMO_PLACE 1280 /* bytes: a key, and what it came to */
#define MEMO_WORDS 192  /* of a key */

/* How a slot is part of a key. */
enum keyed { KEYED_NOT, KEYED_STATE, KEYED_TEXT, KEYED_NUMBER, KEYED_ADDRESS };

struct keyed_slot {
    uint32_t slot;
    enum keyed by;
    const uint64_t *bounds; /* NUMBER: sorted */
    const uint32_t *globs;  /* TEXT: atoms that its effect tells as well */
    uint32_t bound_count, glob_count;
};

struct effect {
    uint32_t hash;
    uint32_t first, count; /* of memo.atoms */
};

struct memo {
    const struct program *program;
    struct value_memory *values;
    struct arena *arena; /* owns all but `values` */

    struct keyed_slot *slots;
    uint32_t *numbers; /* the same slots */
    uint32_t slot_count;

    struct effect *effects; /* from 1 */
    uint32_t effect_count;
    uint32_t *atoms;
    uint32_t atom_count;
    uint32_t *table; /* of effects, by hash; 0 is free */
    bool full;       /* of effects: to be emptied */

    char *places;
    uint32_t sets; /* of them; a power of two */
    uint64_t clock;
    uint64_t met;             /* requests that were known */
    uint32_t key[MEMO_WORDS]; /* of the request */
    uint32_t key_size;
};

/* Makes the request's key: of each slot its state, or a word for what is read
 * of its value, which is the value's note. False: it has none. */
#define MEMO_WORD(number) ((number) + VALUE_PRESENT + 1)
bool memo_make_key(struct evaluation *evaluation);
/* Fills evaluation->effects from the key. */
void memo_take_effects(struct evaluation *evaluation);
/* Makes true what a text of this effect makes true. */
void memo_apply(struct evaluation *evaluation, uint32_t effect);

/* In place of the stateless half, where the memo knows the request. If not, a
 * key is made, and memo_keep() keeps what the stateless half comes to. */
bool memo_recall(struct evaluation *evaluation);
void memo_keep(struct evaluation *evaluation);

#endif
