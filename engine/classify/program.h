/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program: all rules and conditions of a snapshot, frozen into flat
 * arrays. Immutable, shared by all threads. One evaluation per request runs
 * it in two halves:
 *
 *   evaluation_stateless   automata over the values, then every rule that
 *                          needs no rate, in dependency order
 *   evaluation_stateful    rules on rates, score, class, rules on those
 *
 * and then answers: labels, score, class, agent, action, and the three-
 * valued truth of any rule or condition. All logic is Kleene's.
 */
#ifndef WB_CLASSIFY_PROGRAM_H
#define WB_CLASSIFY_PROGRAM_H

#include <stdint.h>

#include "base/text.h"
#include "base/view.h"
#include "request/facts.h"

/* Ordered so that AND is min and OR is max. */
enum truth { TRUTH_FALSE, TRUTH_UNKNOWN, TRUTH_TRUE };

enum class { CLASS_HUMAN, CLASS_SUSPECT, CLASS_AGENT, CLASS_UNKNOWN };
extern const struct view class_names[4]; /* human, suspect, agent, unknown */

struct program;
void program_free(struct program *program); /* regexes; rest is in the arena */

/* What a rule is, for explain, records and counters. */
struct rule_info {
    struct view id; /* pack/id */
    struct view file;
    unsigned line;
    struct view about;
    struct view source;
    int score;
    bool counted; /* count mode */
    bool rejects, stops;
    bool of_payment; /* hangs on the payment: it has no say in the class */
    unsigned status;
    struct view reason;
    const struct view *labels;
    size_t label_count;
};
size_t program_rules(const struct program *program);
/* Rules are numbered in import order. */
const struct rule_info *program_rule(const struct program *program, size_t i);
size_t program_labels(const struct program *program);
struct view program_label(const struct program *program, size_t i);
/* Label number, or SIZE_MAX. */
size_t program_label_find(const struct program *program, struct view label);

/* Slots of the plan that the program reads from. */
size_t program_slots(const struct program *program);

/* A declared rate: the slots that make its key, and its window. */
struct rate_info {
    struct view name;
    uint64_t name_hash; /* part of what it counts under */
    const size_t *slots;
    size_t slot_count;
    int64_t window; /* microseconds */
    bool again;     /* the same slots as the rate before this one */
};
size_t program_rates(const struct program *program);
const struct rate_info *program_rate(const struct program *program, size_t i);

/* Bytes that program_dump would write depend on it; the disassembly of
 * rules, conditions, automata and always-run rules, for people. */
typedef void program_sink(void *context, struct view text);
void program_dump(const struct program *program, program_sink *sink,
                  void *context);

/* ---- evaluation: one per request, reused ---- */

struct evaluation;

/* Memory for this program; NULL when out of memory. Also makes PCRE2 match
 * data and JIT stack for the calling thread's use. */
struct evaluation *evaluation_new(const struct program *program);
void evaluation_free(struct evaluation *evaluation);

/* What was made of requests past (classify/memo.h): bounded, of one thread at a
 * time. `shares`: how many of them share what one may take. NULL: out of
 * memory. */
struct fill;
struct memo;
struct memo *memo_new(const struct program *program, size_t shares);
void memo_free(struct memo *memo);

/* The time of the request to come, by which an address set is stale;
 * microseconds since the epoch. 0 until told. */
void evaluation_time(struct evaluation *evaluation, int64_t now);
/* `values` (the plan's slots) must live until the last question. Allocates
 * nothing. */
void evaluation_stateless(struct evaluation *evaluation, struct value *values);
/* The same of values that facts_start() left to be asked for; of them no more
 * are filled in than are asked for until the last question. The memo (NULL:
 * none) changes no answer. Of *fill->cut nothing is weighed. */
void evaluation_stateless_of(struct evaluation *evaluation, struct fill *fill,
                             struct memo *memo);
/* The memo is lent to somebody else: unless told so, evaluation_stateful() uses
 * it as well. Before either of them nothing is to be asked of the evaluation.
 */
void evaluation_leave(struct evaluation *evaluation);
/* `rates[i]` is the count of rate i, or RATE_UNKNOWN; NULL: all unknown. */
#define RATE_UNKNOWN UINT64_MAX
void evaluation_stateful(struct evaluation *evaluation, const uint64_t *rates);

struct verdict {
    int score;
    enum class class;
    struct view agent_name, agent_org, agent_category; /* NONE: none */
    bool reject;
    size_t reject_rule;
    unsigned status;
    struct view reason;
    bool limited; /* a PCRE2 limit was met: wb:limit */
};
const struct verdict *evaluation_verdict(const struct evaluation *evaluation);
enum truth evaluation_rule(const struct evaluation *evaluation, size_t rule);
enum truth evaluation_label(const struct evaluation *evaluation, size_t label);
enum truth evaluation_shadow_label(const struct evaluation *evaluation,
                                   size_t label);
enum truth evaluation_condition(const struct evaluation *evaluation,
                                size_t condition);
/* For price grids: as if just these rules had fired, with this class and
 * score, and whatever rule surely follows from them; any other rule is false
 * and any other fact unknown. `values` (the plan's slots) is overwritten and
 * must live until the last question. */
void evaluation_assume(struct evaluation *evaluation, struct value *values,
                       const size_t *rules, size_t count, enum class class,
                       int score);
/* Rules that fired (counted ones too), in import order; returns how many. */
size_t evaluation_fired(const struct evaluation *evaluation,
                        const size_t **rules);

#endif
