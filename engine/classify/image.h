/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image: how a program lies in memory. Flat arrays that name each other
 * by number, written once by compile_load.c, checked by verify.c, read by
 * evaluate.c and dump.c.
 *
 *   slot --+-- automata --> atoms --+
 *          +-- its state -----------+--> ranks of rules to look at (wakes)
 *                 label raised -----+
 *
 * Rules have two numbers: their place in import order ("rule", what the
 * world sees) and in the order of evaluation ("rank"):
 *
 *   rank  0 ........ stateless | ........ scored | ........ rank_count
 *         needs no rate        | needs a rate    | needs score or class
 */
#ifndef WB_CLASSIFY_IMAGE_H
#define WB_CLASSIFY_IMAGE_H

#include "base/amount.h"
#include "classify/automaton.h"
#include "classify/glob.h"
#include "classify/opcode.h"
#include "classify/program.h"
#include "classify/regex.h"
#include "request/address.h"

#define IMAGE_NONE UINT32_MAX

struct span {
    uint32_t first, count;
};

/* Inclusive. */
struct number_range {
    uint64_t low, high;
};
struct amount_range {
    struct amount low, high;
};

/* One test on one slot, shared by all conditions that ask it. */
struct atom {
    enum opcode kind; /* OP_LITERAL .. OP_MATCHES */
    enum literal_test test;
    bool folds;
    bool eager;  /* LITERAL: looked for in every request, unasked */
    bool direct; /* LITERAL: few, on a lazy slot; searched for when asked */
    unsigned char classes; /* LITERAL on the class: bits of enum class */
    uint32_t slot;
    struct span operands; /* texts, as written: literals, globs, numbers ...;
                             also of number_ranges or amount_ranges */
    struct span ranges;   /* NUMBER, AMOUNT: sorted, apart */
    uint32_t index;       /* of networks, sets, globs or regexes */
    uint32_t needs;       /* MATCHES, GLOB: a literal atom without which it is
                             false, or IMAGE_NONE */
};

/* "This number makes that atom true", alone or with all above or below it.
 * Sorted by number; those for all below in descending order, so that those
 * that hold for a number come first. */
enum number_wait { NUMBER_IS, NUMBER_FROM, NUMBER_TO, NUMBER_WAITS };
struct image_point {
    uint64_t number;
    uint32_t atom;
};

/* From `low` up to the next segment of the slot, this network, which stands
 * in its parent; or IMAGE_NONE. */
struct image_segment {
    struct address low;
    uint32_t nest;
};
struct image_nest {
    struct span atoms;
    uint32_t parent;
};

/* When a slot's value is there: RATE with what the state knows, rates and
 * signatures seen before. */
enum slot_time { SLOT_EARLY, SLOT_RATE, SLOT_SCORE, SLOT_CLASS, SLOT_TIMES };

/* Without any other event a rule is no more than unknown: it has no say in
 * what is decided, and is put off until somebody asks, if no other rule or
 * condition reads its labels. */
#define SLOT_UNKNOWN_LATER 3
#define SLOT_WAKES 4

struct image_slot {
    enum slot_time time;
    uint32_t automata[2]; /* exact, folded; or IMAGE_NONE */
    bool lazy;    /* what they find wakes no rule: run when first asked */
    bool indexed; /* has points or segments */
    struct span empties;              /* atoms that an empty value makes true */
    struct span points[NUMBER_WAITS]; /* numbers that some rule waits for */
    struct span segments;             /* and stretches of addresses */
    struct span wakes[SLOT_WAKES];    /* by enum value_state */
};

struct image_rank {
    uint32_t code; /* first word */
    uint32_t rule;
    struct span raises; /* labels and label groups */
    struct span events; /* what it is looked at for; for people */
    bool counted;
};

enum agent_key { AGENT_NAME, AGENT_ORG, AGENT_CATEGORY, AGENT_KEYS };

struct image_rule {
    struct rule_info info;
    uint32_t rank; /* or IMAGE_NONE: switched off */
    bool off;
    bool always; /* looked at in every request */
    struct view agent[AGENT_KEYS];
};

struct image_label {
    struct view name; /* a group's: its members, joined with " | " */
    struct span wakes;
};

struct image_set {
    struct view name;
    const struct address_set *set; /* NULL: not to be had */
    int64_t fresh_until;           /* later, what is not in it is unknown */
};

struct program {
    const struct plan *plan;

    const struct image_slot *slots;
    uint32_t slot_count;
    uint32_t user_agent_slot;
    const uint32_t *slot_order; /* those that anything asks, by time */
    struct span timed[SLOT_TIMES];

    const struct automaton *automata;
    uint32_t automaton_count;

    const uint32_t *empties; /* atoms */
    uint32_t empty_count;
    const struct image_point *points;
    uint32_t point_count;
    const struct image_segment *segments;
    uint32_t segment_count;
    const struct image_nest *nests;
    uint32_t nest_count;
    const uint32_t *nest_atoms;
    uint32_t nest_atom_count;

    const struct atom *atoms;
    const struct span *atom_wakes;
    uint32_t atom_count;
    const struct needle *texts;
    uint32_t text_count;
    const struct number_range *number_ranges;
    uint32_t number_range_count;
    const struct amount_range *amount_ranges;
    uint32_t amount_range_count;
    const struct address_set *const *networks;
    uint32_t network_count;
    const struct image_set *sets;
    uint32_t set_count;
    const struct glob *globs;
    uint32_t glob_count;
    struct regex **regexes;
    uint32_t regex_count;

    const uint32_t *code;
    uint32_t code_size; /* words */
    const struct image_rank *ranks;
    uint32_t rank_count;
    uint32_t stateless; /* ranks below it need no rate */
    uint32_t scored;    /* ranks below it add to the score */
    const struct image_rule *rules;
    uint32_t rule_count;
    const uint32_t *conditions; /* first words */
    uint32_t condition_count;

    const struct image_label *labels; /* then the groups */
    uint32_t label_count;
    uint32_t label_and_group_count;
    uint32_t limit_label;     /* wb:limit */
    struct span limit_raises; /* it and its groups */
    const uint32_t *raises;
    uint32_t raise_count;
    /* Atoms, then slots times SLOT_WAKES, then labels and groups. */
    const uint32_t *events;
    uint32_t event_count;
    const uint32_t *wakes; /* ranks */
    uint32_t wake_count;
    struct span always; /* ranks that are looked at each time */

    const struct rate_info *rates;
    uint32_t rate_count;
    const uint32_t *rate_of_slot; /* by slot: rate, or IMAGE_NONE */

    unsigned band_suspect, band_agent;
    bool no_prefilter; /* every regular expression runs, literal or not */
};

/* Checks every number in the image against what it points into, and every
 * condition's jumps and stack. NULL, or what is wrong (a literal). */
const char *program_verify(const struct program *program);

#endif
