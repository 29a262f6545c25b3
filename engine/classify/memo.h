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
 * All these are words. Those of the slots that are made of one header are a
 * list, and lists have numbers, as effects have; the number is the header's
 * word, and is noted at its value, so that a value that was there before costs
 * a look at its bytes and none of its facts is made. A request's key is a word
 * for each header and each other slot; an entry of the memo is what the
 * stateless half came to, or which other atoms it asked for first, whose truths
 * then make the key longer. An evaluation is a function of what it reads, so
 * what is kept is exact; user agents that differ in a build number are one to
 * it.
 *
 * Bounded. Nothing but time hangs on what it holds: who varies his headers
 * pays for looking in vain.
 */
#ifndef WB_CLASSIFY_MEMO_H
#define WB_CLASSIFY_MEMO_H

#include "classify/weighing.h"
#include "request/value_table.h"

#define MEMO_LISTS 4096  /* at most this many, then all are forgotten */
#define MEMO_ITEMS 32768 /* of all lists */
#define MEMO_PLACES 1024
#define MEMO_MATCHES 256
#define MEMO_STEMS 128
#define MEMO_ENDS 512
/* Places, and ends, that a key may stand in: with fewer, keys that come often
 * drive each other out. */
#define MEMO_WAYS 4
#define MEMO_PLACE 1280    /* bytes: a key, and what it came to */
#define MEMO_WORDS 192     /* of a key */
#define MEMO_AGENT_MAX 320 /* bytes of a user agent that is remembered */

/* How a slot is part of a key. */
enum keyed { KEYED_NOT, KEYED_STATE, KEYED_TEXT, KEYED_NUMBER, KEYED_ADDRESS };

struct keyed_slot {
    uint32_t slot;
    enum keyed by;
    bool joint;             /* it hangs on two headers */
    const uint64_t *bounds; /* NUMBER: sorted */
    const uint32_t *globs;  /* TEXT: atoms that its effect tells as well */
    uint32_t bound_count, glob_count;
    struct value_table few; /* of a text of few values */
};

/* The atoms of an effect; or the words of a header, behind the source's
 * number, which no atom has. */
struct numbered_list {
    uint32_t hash;
    uint32_t first, count; /* of memo.items */
};

/* A source as part of a key: a run of slots, but for those that hang on
 * another header as well. */
struct part {
    uint32_t first, count;
    bool plain; /* nothing of it is read but whether it is there */
    struct value_table table; /* of its values */
    struct remembered *met;   /* the request's; NULL: it is not remembered */
};

struct memo {
    const struct program *program;
    struct arena *arena; /* owns all but tables and lists */

    struct part *parts; /* by source */
    uint32_t part_count;
    struct keyed_slot *slots;          /* of parts, then those of none ... */
    uint32_t slot_count, first_single; /* ... whose words end the key */
    uint32_t *absent; /* words of the parts when nothing is there */
    uint32_t *words;  /* room for a list */

    struct numbered_list *lists; /* from 1 */
    uint32_t list_count;
    uint32_t *items;
    uint32_t item_count;
    uint32_t *table; /* of lists, by hash; 0 is free */
    bool full;       /* of lists: to be emptied */

    struct match *matches; /* of regular expressions */
    size_t match_count;    /* a power of two */

    struct read_number *read_numbers; /* of user agents */
    uint32_t read_number_count;
    bool leaves_builds; /* out of user agents, but of read numbers */

    struct stem *stems; /* of user agents; NULL: they are of no use */
    size_t stem_count;  /* a power of two */
    struct stem *stem;  /* the request's; NULL: it is not known */

    struct keyed_slot *late; /* those of SLOT_RATE, in their order */
    struct end *ends;        /* of stateful halves */
    size_t end_count;        /* a power of two */
    uint64_t serial;         /* of the request's entry; 0: it has none */

    char *places;
    uint32_t sets; /* of them; a power of two */
    uint64_t clock;
    uint64_t met, ended;      /* requests that were known, in both halves */
    uint32_t key[MEMO_WORDS]; /* of the request */
    uint32_t key_size;
    uint64_t hash; /* of it: the sum of its words, each times ... */
    uint64_t factors[MEMO_WORDS]; /* ... a number that nobody knows */
};

/* What is missing is not in the hash: it is the same to most requests. */
static inline void memo_put_word(struct memo *memo, uint32_t at, uint32_t word)
{
    memo->key[at] = word;
    memo->hash += word * memo->factors[at];
}

/* The number of a list; 0: there is no room for a new one. */
uint32_t memo_number(struct memo *memo, const uint32_t *items, uint32_t count);
/* The same of atoms in any order: those whose marks are not 0. */
uint32_t memo_number_set(struct memo *memo, const uint32_t *atoms,
                         uint32_t count, const unsigned char *marks);
/* Forgets all that is kept. */
void memo_forget(struct memo *memo);

/* Makes the request's key. A word is the state of what is not there, or stands
 * for what is read of a value. False: it has none. */
#define MEMO_WORD(number) ((number) + VALUE_PRESENT + 1)
bool memo_make_key(struct evaluation *evaluation);
/* Between which bounds a number lies. */
uint32_t memo_stretch(const struct keyed_slot *keyed, uint64_t number);
/* Fills evaluation->effects from the key. */
void memo_take_effects(struct evaluation *evaluation);
/* Makes true what a text of this effect makes true. */
void memo_apply(struct evaluation *evaluation, uint32_t effect);

/* memo_build.c: a user agent without its build numbers, which reads the same;
 * NONE: it has none, or some rule could read them. */
bool memo_make_builds(struct memo *memo);
struct view memo_without_builds(const struct memo *memo, struct view agent,
                                char room[MEMO_AGENT_MAX]);

/* memo_effect.c: the effect of a slot's text, which is there; 0: there is no
 * room for a new one. */
uint32_t memo_effect(struct evaluation *evaluation,
                     const struct keyed_slot *keyed);
/* Finds the stem of a user agent that is not remembered. True: it has one that
 * was not there before. */
bool memo_seek_stem(struct memo *memo, struct view agent);
/* Has the browser and the effect read from there on, if the stem is known. */
void memo_take_stem(struct evaluation *evaluation, struct view agent);
bool memo_make_stems(struct memo *memo, size_t count);

/* memo_match.c: regex_match() of a pattern of the program, or what it said of
 * the same text before. */
bool memo_make_matches(struct memo *memo, size_t count);
enum truth memo_match(struct memo *memo, uint32_t regex,
                      struct regex_scratch *scratch, struct view value);

/* In place of the stateless half, where the memo knows the request. If not, a
 * key is made, and memo_keep() keeps what the stateless half comes to. */
bool memo_recall(struct evaluation *evaluation);
/* What recalling put off, before anybody asks or weighs. */
void memo_recall_rest(struct evaluation *evaluation);
void memo_keep(struct evaluation *evaluation);
/* Labels and ranks as they are kept: the i-th that were touched. */
uint32_t memo_label_item(const struct evaluation *evaluation, uint32_t i);
uint32_t memo_rank_item(const struct evaluation *evaluation, uint32_t i);

/* memo_end.c: the same of the stateful half, once rates are filled in, by the
 * memo that the stateless half had. */
bool memo_make_ends(struct memo *memo, size_t count);
bool memo_recall_end(struct evaluation *evaluation);
void memo_keep_end(struct evaluation *evaluation);

#endif
