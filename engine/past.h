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
/* The evaluation of a request whose site is known, or NULL. */
struct evaluation *past_find(struct past *past, const struct wb_request *r);
/* After the request's evaluation without any rate. */
void past_keep(struct past *past, struct wb_request *r);

#endif
