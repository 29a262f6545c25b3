/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memos of what rules made of a user agent, one a ruleset: lent to a
 * decision, and given back.
 */
#ifndef WB_MEMO_H
#define WB_MEMO_H

#include "decision.h"

/* One more memo for each ruleset, up to MEMOS_MAX. False: out of
 * memory. */
bool memos_add(const struct wb_engine *engine);
void memos_free(struct memos *memos);
/* NULL: none is idle. What was taken must be given back to its place. */
struct memo *memos_take(struct memos *memos, unsigned *place);
void memos_give(struct memos *memos, unsigned place, struct memo *memo);

#endif
