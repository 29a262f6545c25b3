/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The draft: rules and conditions as read, before they are frozen into a
 * program. Everything lives in the loading arena.
 *
 *   draft_load      its start; problems, for all of the others
 *   pack_load       files, imports, pins       -> draft_rule
 *   rule_load       one rule                      when -> draft_node
 *   override_load   overrides, and ids that packs retired
 *   condition_load  a `when`                      leaf -> draft_atom
 *   test_load       operands of one test
 *   label_load      label names -> numbers
 *   order_load      ranks
 *   wake_load       what makes a rank worth a look
 *   automaton_load  atoms -> automata
 *   index_load      atoms -> sorted numbers and addresses
 *   compile_load    all of it -> struct program
 *   example_load    hits and misses, against the program
 */
#ifndef WB_CLASSIFY_DRAFT_LOAD_H
#define WB_CLASSIFY_DRAFT_LOAD_H

#include "classify/image.h"
#include "classify/names_load.h"
#include "classify/rules_load.h"
#include "config/schema.h"

/* Every problem that this floor reports. */
#define RULE_PROBLEM_TABLE(X)                                                  \
    X(MEMORY, "R001", "out of memory")                                         \
    X(PACK, "R002", "a pack's name, release or language")                      \
    X(IMPORT, "R003", "a file that cannot be imported")                        \
    X(RULE_ID, "R004", "a rule id that is malformed or doubled")               \
    X(NO_EFFECT, "R005", "a rule without score, labels and action")            \
    X(ACTION, "R006", "an action, status or reason")                           \
    X(LABEL_NAME, "R007", "a malformed or reserved label")                     \
    X(RELEASE, "R008", "a release that is not like 2026.11")                   \
    X(WITH, "R009", "`with` without a pattern that needs it")                  \
    X(RATE, "R010", "a malformed, doubled or undeclared rate")                 \
    X(CONDITION, "R011", "a condition of the wrong shape")                     \
    X(FIELD, "R012", "an unknown field or a bad parameter")                    \
    X(TRANSFORM, "R013", "a transform that is unknown or does not fit")        \
    X(TEST, "R014", "a test that is unknown or does not fit the field")        \
    X(OPERAND, "R015", "an operand that the test cannot use")                  \
    X(PATTERN, "R016", "a regular expression that PCRE2 or we refuse")         \
    X(SET, "R017", "an address set that is not declared or misnamed")          \
    X(LABEL, "R018", "a label that no rule gives")                             \
    X(CIRCLE, "R019", "rules that wait for each other's labels")               \
    X(LATE_SCORE, "R020", "a score that would rest on the score")              \
    X(OVERRIDE, "R021", "an override of no rule, or of no mode")               \
    X(PRICE, "R022", "a price that would rest on the payment or a rate")       \
    X(EXAMPLE, "R023", "an example that cannot be read")                       \
    X(HIT, "R024", "a hit that misses, or a miss that hits")                   \
    X(SIZE, "R025", "more than a program can number")                          \
    X(INTERNAL, "R026", "a program that fails its own check")                  \
    X(RETIRED, "R027", "a rule id that a pack retired")

enum rule_problem {
#define RULE_PROBLEM_ENUM(id, code, doc) RULE_##id,
    RULE_PROBLEM_TABLE(RULE_PROBLEM_ENUM)
#undef RULE_PROBLEM_ENUM
        RULE_PROBLEM_COUNT
};

enum draft_kind {
    DRAFT_ALL,
    DRAFT_ANY,
    DRAFT_NOT,
    DRAFT_ATOM,
    DRAFT_PRESENT,
    DRAFT_ABSENT,
    DRAFT_LABEL,
    DRAFT_FIXED
};

/* The labels that one test names. */
struct label_test {
    const struct node **operands; /* scalars */
    size_t count;
    bool prefix;
    struct label_test *next; /* of the same condition */
    uint32_t *labels;        /* resolved: numbers, ascending */
    size_t label_count;
    uint32_t label; /* one label or a group of them, or IMAGE_NONE: none */
};

struct draft_node {
    enum draft_kind kind;
    uint32_t index; /* ATOM; PRESENT and ABSENT: slot */
    enum truth fixed;
    struct label_test *label;
    struct draft_node *first; /* ALL, ANY: parts; NOT: the one */
    struct draft_node *next;
};

/* Where something is true, and where false: a bit for each of the usual
 * requests (usual_load.c). */
#define USUAL_REQUESTS 12
#define USUAL_ALL ((UINT32_C(1) << USUAL_REQUESTS) - 1)
struct usual {
    uint32_t yes, no;
};

/* A test on a slot, before freezing. */
struct draft_atom {
    struct atom atom;
    const struct view *operands;
    size_t operand_count;
    struct number_range *numbers;
    struct amount_range *amounts;
    size_t range_count;
    const struct address_set *networks;
    const struct network *cidrs; /* the same, one by one */
    size_t cidr_count;
    struct glob glob;
    struct usual usual;
};

/* A rate that a condition reads. */
struct rate_test {
    size_t slot;
    struct rate_test *next;
};

/* What a condition reads, gathered while it is read. */
struct reading {
    bool price;       /* payment and rates are refused */
    struct view with; /* stated literal for `matches`, or NONE */
    bool has_pattern;
    bool reads_score;     /* or class */
    bool reads_payment;   /* or a header that a paid retry adds */
    bool reads_signature; /* wba.* */
    struct rate_test *rates;
    struct label_test *labels;
};

struct draft_rule {
    struct draft_rule *next;
    struct rule_info info;
    struct place place;
    struct place id_place;
    struct view since; /* or NONE */
    const struct node *hits, *misses;
    struct place *label_places;
    struct draft_node *when;
    struct reading reading;
    uint32_t number; /* import order */
    bool has_score;
    bool counted; /* as its pack says, without pin and override */
    bool pinned;  /* counted for a pin */
    bool off;
    bool altered;   /* an override or pin changed it, or what it reads */
    bool rated;     /* needs the state, itself or through labels */
    bool late;      /* needs score or class */
    uint32_t level; /* one above the rules that it waits for */
    uint32_t rank;
    struct usual usual;
    unsigned cost;      /* wake_load's guess: how often it is looked at */
    unsigned char mark; /* order_load's */
};

/* An id that a rule had, and where what it found is found now. */
struct draft_retired {
    struct draft_retired *next;
    struct view id; /* pack/id, NUL-terminated */
    struct view pack, since;
    struct view pin;         /* of the packs that it came with, or NONE */
    struct schema_texts now; /* ids of the same pack */
    struct place place;
};

struct draft_condition {
    struct draft_node *when;
    struct reading reading;
};

struct draft_rate {
    struct rate_info info;
    struct place place;
    bool of_payment; /* a part of its key is */
};

/* Where a rate was first read: checked when all packs are there. */
struct rate_reader {
    size_t slot;
    struct place place;
};

/* Rules that may give a label; wb:limit is given by whoever has a pattern. */
struct draft_label {
    struct draft_rule **givers;
    size_t count, room;
    bool altered;      /* one of them was, or is off */
    uint32_t *members; /* of a group */
    size_t member_count;
};

struct rules {
    struct arena *arena;
    struct rules_options options;
    struct problems *problems;
    struct plan *plan;
    size_t user_agent_slot;

    struct pack_terms terms;
    struct names files; /* read so far, by their real path */
    unsigned depth;     /* of imports */

    struct draft_rule *first, *last;
    struct draft_rule **by_number;
    struct names rule_ids;
    size_t rule_room;
    struct draft_retired *retired;

    struct names atom_keys;
    struct draft_atom *atoms;
    size_t atom_room;

    struct names labels; /* then groups */
    struct draft_label *draft_labels;
    size_t label_count; /* without groups */

    uint32_t *usual_states; /* by slot and enum value_state */
    unsigned *slot_prices;  /* of finding a literal in a slot, as odds */

    struct names set_names; /* the declared ones first */

    struct names rate_names;
    struct draft_rate *rates;
    size_t rate_room;
    struct rate_reader *rate_readers;
    size_t rate_reader_count, rate_reader_room;

    struct draft_condition *conditions;
    size_t condition_count, condition_room;

    size_t examples; /* that were tried */
    bool broken;     /* a rule was left out: what is said of labels is moot */
    struct program *program;
};

/* draft_load.c: reports an error. `hint` may be NULL. */
void rules_refuse(struct rules *rules, struct place place,
                  enum rule_problem problem, const char *hint,
                  const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* "did you mean 'X'?" in `room`, or NULL when `nearest` is. */
#define HINT_ROOM 160
const char *hint_nearest(char room[HINT_ROOM], const char *nearest);
bool rules_no_memory(struct rules *rules); /* reports; false */
/* Small letters, digits and '-', which is not the first. */
bool id_is_good(struct view id);
/* NULL with a problem reported. */
struct draft_node *draft_node_new(struct rules *rules, enum draft_kind kind);

/* rule_load.c: one rule of `pack`; problems are reported. */
void rule_read(struct rules *rules, const struct node *node, struct view pack,
               bool counted, struct view pin);
/* Digits with points: 2026.11. */
bool release_read(struct view text);
int release_compare(struct view a, struct view b);

/* "pack/id" in the arena, NUL-terminated; VIEW_NONE when out of memory. */
struct view rule_id_full(struct rules *rules, struct view pack, struct view id);

/* override_load.c: the ids that a pack file says are retired; then, when all
 * packs are read, that none is used again and what took their place is
 * there. Both false with problems reported. */
bool retired_read(struct rules *rules, const struct node *map, struct view pack,
                  struct view pin);
bool retired_settle(struct rules *rules);

/* The shapes of a pack file's parts, each beside its reader. */
extern const struct shape rules_shape, rates_shape, retired_shape,
    examples_shape;

/* rate_load.c */
bool rates_read(struct rules *rules, const struct node *node);
bool rates_check(struct rules *rules);

/* condition_load.c; NULL with problems reported */
struct draft_node *condition_read(struct rules *rules, const struct node *node,
                                  struct reading *reading);
/* The slot that "field|transform" names, and its type; false when refused. */
bool slot_read(struct rules *rules, const struct node *node, struct view name,
               struct reading *reading, size_t *slot);

/* test_load.c: FIELD: value, list or map of tests. */
struct draft_node *test_read(struct rules *rules, const struct node *node,
                             size_t slot, struct reading *reading);

/* atom_load.c: atoms by what they ask; IMAGE_NONE when out of memory. */
uint32_t atom_literal(struct rules *rules, size_t slot, bool folds,
                      enum literal_test test, const struct view *literals,
                      size_t count);
uint32_t atom_add(struct rules *rules, enum opcode kind, size_t slot,
                  bool folds, enum literal_test test,
                  const struct view *operands, size_t count, bool *added);

/* label_load.c */
bool labels_resolve(struct rules *rules);
bool label_is_good(struct view name);

/* order_load.c: levels, phases, ranks; false when there is a circle */
bool rules_order(struct rules *rules, struct draft_rule **by_rank,
                 size_t *count);

/* glob_load.c: false: too many positions, or out of memory. *longest gets
 * the longest literal piece (may be empty). */
bool glob_make(struct arena *arena, struct view pattern, bool in_path,
               bool folds, struct glob *out, struct view *longest);

/* literal_load.c: literals one of which each match holds (whatever its
 * case when *folds), at least two bytes each; 0 when none can be told. */
#define LITERALS_MAX 64
size_t regex_literals(struct arena *arena, struct view pattern,
                      struct view literals[LITERALS_MAX], bool *folds);

/* automaton_load.c: all automata of the atoms, and where each slot's are.
 * False when out of memory. */
bool automata_make(struct rules *rules, struct program *program,
                   struct image_slot *slots);

/* code_load.c: conditions to words. */
struct code {
    struct arena *arena;
    uint32_t *words;
    size_t count, room;
    bool failed;
};
/* The first word; labels are read in the real plane, or in either. */
uint32_t code_condition(struct code *code, const struct rules *rules,
                        const struct draft_node *node, bool counted);

/* usual_load.c: what is true in the usual requests. For all tests, once the
 * automata are made; then for any condition, once its labels' givers know. */
bool usual_weigh_tests(struct rules *rules, const struct program *program);
struct usual usual_truth(const struct rules *rules,
                         const struct draft_node *node);

/* odds_load.c: how often something happens. */
#define ODDS_ALWAYS UINT32_MAX
struct odds {
    uint32_t usual; /* in these of the usual requests */
    unsigned guess; /* in thousandths of others; ODDS_ALWAYS: in all */
    unsigned price; /* of noticing it, in thousandths of looking at a rule */
};
enum want { WANT_FALSE, WANT_TRUE };
static inline enum want want_turned(enum want want)
{
    return want == WANT_FALSE ? WANT_TRUE : WANT_FALSE;
}
/* In thousandths of all; ODDS_ALWAYS stays. */
unsigned odds_weight(struct odds odds);
/* Of the events without which a condition is false, or true; its labels'
 * givers must have their cost. ODDS_ALWAYS: there is no such set. */
struct odds odds_of(const struct rules *rules, const struct draft_node *node,
                    enum want want);

/* wake_load.c */
/* The image's arrays that are still open for writing. */
struct wake_room {
    struct image_slot *slots;
    struct image_label *labels;
    struct image_rule *rules;
    struct image_rank *ranks;
};
/* Fills the program's wakes and events, and what points to them. */
bool wakes_make(struct rules *rules, struct program *program,
                struct draft_rule *const *by_rank,
                const struct wake_room *room);

/* index_load.c: finds the atoms of a number or an address among many. */
bool atom_is_indexed(const struct draft_atom *atom);
/* For the atoms that wake a rule. False when out of memory. */
bool indexes_make(struct rules *rules, struct program *program,
                  struct image_slot *slots);

/* example_load.c: false with problems reported when one fails. */
bool examples_check(struct rules *rules);

#endif
