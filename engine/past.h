/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests past of a replay, and how they were evaluated. A log line tells
 * little: a user agent, a method, a version, whether there was a referer. So
 * most lines are the same to the rules as one before, and their evaluation is
 * found by the user agent and its surroundings, without filling in a value or
 * asking a rule:
 *
 *   hash of the user agent -> record: {surroundings, evaluation} x 15, its text
 *
 * Evaluations are finished ones (classify/finished.h), few and shared. Only
 * requests of which User-Agent and Referer alone are known take part, and
 * only where what rules read is the same to all that share; what hangs on a
 * rate that counts does not. So what is found is exact, and nothing but time
 * hangs on what is kept. Bounded; of one thread at a time.
 */
#ifndef WB_PAST_H
#define WB_PAST_H

#include "decision.h"

struct past;

/* NULL: out of memory, or the ruleset's requests have nothing to share. */
struct past *past_new(const struct wb_engine *engine,
                      const struct ruleset *ruleset);
void past_free(struct past *past);
/* The number of the surroundings of a request whose site is known, and its
 * user agent. 0: it takes no part, or it is the first of its surroundings and
 * these are not to be added. */
unsigned past_around(struct past *past, const struct wb_request *r, bool add,
                     struct view *agent);
/* Fetches what is looked at when an evaluation is found: first the place of
 * the user agent's record, then the record. */
void past_fetch_place(const struct past *past, uint64_t hash);
void past_fetch_record(const struct past *past, uint64_t hash);
/* The number of the evaluation of this user agent in these surroundings; 0:
 * it is not known. `hash`: hash_table() of it. */
unsigned past_find(const struct past *past, unsigned around, uint64_t hash,
                   struct view agent);
/* The same of a request whose site is known. */
unsigned past_of(struct past *past, const struct wb_request *r);
struct evaluation *past_evaluation(const struct past *past, unsigned number);
/* After the request's evaluation without any rate, which was not found: its
 * number, or 0. */
unsigned past_keep(struct past *past, struct wb_request *r);
/* A longer user agent, or more of target and referer, takes no part. */
#define PAST_AGENT_MAX 512
#define PAST_OTHERS_MAX 2048 /* what is made of them fits the workspace */

#endif
