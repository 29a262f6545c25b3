/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an evaluation holds while it weighs a request. evaluation.c makes it,
 * empties it and answers; evaluate.c runs rules; verdict.c adds up.
 */
#ifndef WB_CLASSIFY_WEIGHING_H
#define WB_CLASSIFY_WEIGHING_H

#include "classify/evaluation.h"
#include "classify/image.h"
#include "classify/rank_set.h"
#include "request/fill.h"

/* A truth that is not worked out yet; others are kept as truth + 1. */
#define ATOM_OPEN 0

/* Atoms asked besides the key; who asks more is not kept. */
#define ASKED_MAX 32

/* What an evaluation past had found, of which this one takes over what it is
 * asked for: a slot that was scanned, how many atoms are true of it, these
 * atoms; the next slot, in ascending order. */
#define FOUND_MAX 320
struct found_before {
    uint32_t count; /* of items */
    uint32_t items[FOUND_MAX];
};

/* What the memo knows and is not recalled yet, because hardly anybody asks:
 * ranks to look at, labels and ranks with their truths. */
#define ENDED_MAX 64
struct put_off {
    const uint32_t *items; /* the memo's, or `ended`; NULL: nothing */
    uint32_t look, labels, ranks;
    uint32_t ended[ENDED_MAX]; /* of the stateful half */
};

/* What is to be undone before the next request. */
struct touched {
    uint32_t *items;
    uint32_t count;
};

struct evaluation {
    const struct program *program;
    struct value *values;
    struct fill *fill; /* of values that wait; NULL: all are there */
    const enum truth *assumed_sets;
    int64_t now; /* microseconds since the epoch */
    struct regex_scratch *scratch;
    unsigned regex_runs;

    unsigned char *atoms;  /* ATOM_OPEN or truth + 1 */
    unsigned char *truths; /* by rank */
    unsigned char *labels; /* by label and group: label_truth() */
    struct touched touched_atoms, touched_ranks, touched_labels;
    struct rank_set look; /* ranks to look at */
    bool sighted;         /* no slot of eager atoms is unknown */
    bool settled;         /* nothing is put off, or it is done */
    uint64_t turn;        /* counts requests */
    uint64_t *scanned;    /* by slot: the turn in which its automata ran */

    struct memo *memo;     /* of requests past; NULL: none is at hand */
    uint32_t *effects;     /* by slot: of its text in the key; or 0 */
    bool recording;        /* what is asked besides the key is listed: */
    uint32_t *asked;       /* up to ASKED_MAX atoms, the first of them ... */
    uint32_t asked_before; /* ... asked already, and so in the key */
    uint32_t asked_count;
    struct found_before found;
    struct put_off put_off;

    struct rank_set order; /* for sorting what fired */
    size_t *fired;         /* rules in import order */
    size_t fired_count;
    struct verdict verdict;
    const unsigned char *told; /* truths of the conditions, by number; NULL
                                  unless it is finished: see finished.h */
    struct arena *arena;       /* owns all of the above but scratch */
};

/* A label has two truths: what the rules that act make of it, and above it what
 * those make of it that are only counted. */
#define TRUTH_BITS 2
#define LABEL_BITS (2 * TRUTH_BITS)

static inline enum truth label_truth(unsigned both, bool counted)
{
    return (enum truth)(both >> (counted ? TRUTH_BITS : 0) &
                        ((1u << TRUTH_BITS) - 1));
}

static inline enum truth label_either(unsigned both)
{
    enum truth real = label_truth(both, false);
    enum truth counted = label_truth(both, true);

    return real > counted ? real : counted;
}

/* evaluation.c: forgets the last request. */
void weighing_reset(struct evaluation *e);

/* A value that is asked for. */
static inline const struct value *weighing_value(struct evaluation *e,
                                                 uint32_t slot)
{
    if (e->fill) {
        facts_need(e->fill, slot);
    }
    return &e->values[slot];
}

/* All values. */
static inline void weighing_fill(struct evaluation *e)
{
    if (e->fill) {
        facts_finish(e->fill);
        e->fill = NULL;
    }
}

/* Ranks to look at. */
static inline void weighing_wake(struct evaluation *e, struct span span)
{
    const uint32_t *ranks = e->program->wakes + span.first;

    for (uint32_t i = 0; i < span.count; i++) {
        rank_set_add(&e->look, ranks[i]);
    }
}

/* A truth that is worked out, to be forgotten after the request. */
static inline void weighing_set_atom(struct evaluation *e, uint32_t atom,
                                     enum truth truth)
{
    if (e->atoms[atom] == ATOM_OPEN) {
        e->touched_atoms.items[e->touched_atoms.count++] = atom;
    }
    e->atoms[atom] = (unsigned char)(truth + 1);
}

/* slots.c */
/* Takes up the slots of one time: wakes rules, runs automata. */
void weigh_slots(struct evaluation *e, enum slot_time time);
/* Finds all literals of a slot, once per request, and wakes who waits for
 * them. */
void weighing_scan(struct evaluation *e, uint32_t slot);
/* Makes true what is found in the text of a slot, and wakes nobody. */
void weighing_look_through(struct evaluation *e, uint32_t slot);
/* The same of a part of a text of the slot, whose automata reach the whole and
 * go on from states[] and leave there where they are. */
void weighing_look_on(struct evaluation *e, uint32_t slot, struct view text,
                      size_t from, size_t to, uint32_t states[2]);
/* The innermost network around the address of a slot, or IMAGE_NONE. */
uint32_t weighing_nest(const struct evaluation *e, uint32_t slot);

/* evaluate.c */
/* Looks at the ranks that were put off, for who asks what they are. */
void weigh_later(struct evaluation *e);
/* Looks at the ranks below `limit` that something woke. */
void weigh_ranks(struct evaluation *e, uint32_t limit);
/* Labels and groups, to at least `truth`. */
void weighing_raise(struct evaluation *e, struct span span, bool counted,
                    enum truth truth);
enum truth weigh_atom(struct evaluation *e, uint32_t atom);
enum truth weigh_condition(struct evaluation *e, uint32_t start);

/* verdict.c */
void verdict_list_fired(struct evaluation *e);
bool verdict_agent_unknown(const struct evaluation *e);
void verdict_sum_score(struct evaluation *e);
void verdict_choose_agent(struct evaluation *e);
void verdict_choose_reject(struct evaluation *e);

#endif
