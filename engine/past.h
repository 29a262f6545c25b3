/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests past of a replay, and how they were evaluated. A log line tells
 * little: a user agent, a method, a version, whether there was a referer. So
 * most lines are the same to the rules as one before, and their evaluation is
 * found by the user agent (past_agents.h) and its surroundings, without
 * filling in a value or asking a rule.
 *
 * Evaluations are finished ones (classify/finished.h), few and shared. Only
 * requests of which User-Agent and Referer alone are known take part, and
 * only where what rules read is the same to all that share; what hangs on a
 * rate that counts does not. So what is found is exact, and nothing but time
 * hangs on what is kept. Bounded. Any number of threads find while one keeps.
 */
#ifndef WB_PAST_H
#define WB_PAST_H

#include "decision.h"
#include "past_agents.h"

struct past;

/* NULL: out of memory, or the ruleset's requests have nothing to share. */
struct past *past_new(const struct wb_engine *engine,
                      const struct ruleset *ruleset, struct turns *turns);
void past_free(struct past *past);
const struct past_agents *past_agents(const struct past *past);
/* The number of the surroundings of a request whose site is known, and its
 * user agent. 0: it takes no part, or it is the first of its surroundings. */
unsigned past_around(const struct past *past, const struct wb_request *r,
                     struct view *agent);
/* The number of the evaluation of such a request; 0: it is not known. */
unsigned past_find(const struct past *past, const struct wb_request *r);
struct evaluation *past_evaluation(const struct past *past, unsigned number);
/* Could such a request's evaluation without any rate be shared? Any thread;
 * then past_keep, one at a time, which tells its number, or 0. */
bool past_may_keep(const struct past *past, struct wb_request *r);
unsigned past_keep(struct past *past, const struct wb_request *r);
/* A longer user agent, or more of target and referer, takes no part. */
#define PAST_AGENT_MAX 512
#define PAST_OTHERS_MAX 2048 /* what is made of them fits the workspace */

#endif
