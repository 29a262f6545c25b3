/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading half of the rule engine: packs -> checked rules -> one program.
 * Conditions of price tiers join the same program (rules_condition), so that
 * they share slots, automata and labels with the rules.
 *
 *   rules_new -> rules_pack ... rules_condition ... -> rules_compile
 */
#ifndef WB_CLASSIFY_RULES_LOAD_H
#define WB_CLASSIFY_RULES_LOAD_H

#include "base/arena.h"
#include "base/problems.h"
#include "classify/program.h"
#include "config/shape.h"
#include "config/tree.h"
#include "request/address.h"
#include "request/facts.h"

/* An address set of the configuration (networks.sets). */
struct named_set {
    struct view name;
    const struct address_set *set; /* NULL: declared but not to be had */
    int64_t fresh_until; /* later, what is not in it is unknown; microseconds
                            since the epoch */
};

struct rules_options {
    unsigned band_suspect; /* 30 */
    unsigned band_agent;   /* 60 */
    const struct named_set *sets;
    size_t set_count;
    bool undeclared_sets;  /* are sets that are not to be had, no
                              errors: checking packs on their own */
    size_t automata_bytes; /* limits.automata, 64 MiB */
    const struct retry_names *retry_names; /* of payments, or NULL */
    bool no_prefilter;                     /* tests: look at every rule */
    bool jit; /* false: PCRE2 without JIT (tests) */
};

struct rules;

/* The arena must outlive rules and program. */
struct rules *rules_new(struct arena *arena,
                        const struct rules_options *options,
                        struct problems *problems);
/* On which terms a configuration takes the packs that are read next. */
struct pack_terms {
    struct view pin;    /* a release such as 2026.11, or NONE: rules with a
                           later `since` run in count mode */
    bool counted;       /* all rules do */
    struct place place; /* that names the pack: for a file that is not there */
};
/* False when the pin is no release. */
bool rules_terms(struct rules *rules, const struct pack_terms *terms);
/* Reads a pack file and what it imports. `pin` as in the terms, whose pin it
 * takes the place of unless it is NONE. Problems are reported; false when
 * there was an error. */
bool rules_pack(struct rules *rules, const char *path, struct view pin);
/* The same from text in memory (the built-in demo, tests); imports are
 * looked up with `find` (may be NULL: imports are errors). */
typedef bool rules_find(void *context, struct view name, struct view *text);
bool rules_pack_text(struct rules *rules, struct view name, struct view text,
                     rules_find *find, void *context);
/* A pack could not be had: what its rules would have given is not asked
 * for, and there will be no program. rules_pack says so itself. */
void rules_miss(struct rules *rules);
/* The labels that begin so and that some rule read up to now may give,
 * without those of rules that give one of `beside` (NULL-terminated); each
 * once, at most `room`; returns how many. */
size_t rules_labels(const struct rules *rules, const char *prefix,
                    const char *const *beside, struct view *out, size_t room);
/* Does some rule read up to now give the label? */
bool rules_gives(const struct rules *rules, struct view label);
/* overrides: { pack/id: { mode: count | off | on } }, for each of the `count`
 * sets of rules that holds the id; an error where none does. The override of
 * an id that a pack retired goes to what took its place, with a warning.
 * After all packs, before compiling. */
bool rules_override(struct rules *const *all, size_t count,
                    const struct node *overrides, struct problems *problems);
/* A condition on its own (a tier's `when`): its number for
 * program_condition(), or SIZE_MAX with a problem reported. It may read
 * label, score and class; when `price` is set not rate.*, nor what hangs on
 * the payment: payment.*, the headers of a paid retry, labels of rules that
 * read one of them. */
size_t rules_condition(struct rules *rules, const struct node *when,
                       bool price);
/* Orders, checks labels, builds automata, freezes. NULL with problems
 * reported, also when a hit misses or a miss hits (the self-test). */
struct program *rules_compile(struct rules *rules);
/* What their files look like: a pack, and parts of it that others hold. */
extern const struct shape pack_shape, condition_shape, overrides_shape;
/* After compile: how many hits and misses held. */
size_t rules_examples(const struct rules *rules);
/* After compile: the plan that program and conditions read from. It lives
 * in the arena. */
struct plan *rules_plan(const struct rules *rules);

#endif
