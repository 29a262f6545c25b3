/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --fail-if 'KEY OP NUMBER': a condition on the summary, for builds that are
 * to stop when a change does too much. KEY leads to a number of the JSON
 * summary by its keys; in a list the item is chosen by its place or by the
 * text of its first member:
 *
 *   classes.human < 1000        lines.unreadable > 0
 *   against.moved.class > 0     agents.gptbot.requests >= 1
 *   classes.agent / lines.read > 0.5
 *
 * The first name of a key is a member of the summary; from there on what leads
 * nowhere is 0.
 */
#ifndef WB_REPLAY_CONDITION_H
#define WB_REPLAY_CONDITION_H

#include "base/view.h"

/* Does it have the form of one? */
bool condition_is_one(const char *condition);
/* Has the summary what its keys begin with? Else what they are meant to tell
 * is not known. */
bool condition_is_known(const char *condition, struct view summary);
/* Does it hold of this summary? *left is what its key came to. */
bool condition_holds(const char *condition, struct view summary, double *left);

#endif
