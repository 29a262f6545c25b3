/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stores that keep claims elsewhere too need of the table in memory
 * beyond deciding: to fill it, and to take back a claim that was not kept.
 */
#ifndef WB_STATE_STORE_MEMORY_H
#define WB_STATE_STORE_MEMORY_H

#include "state/outcome.h"
#include "state/state.h"

/* Puts in what was kept; before the first claim, while there is room. False:
 * there is none. */
bool store_memory_restore(struct store *store,
                          const struct claim_half_kept *half);
/* Claims that end no later than `until` may have been dropped: they are not
 * taken. */
void store_memory_forget(struct store *store, int64_t until);
/* Visits what the shard numbered `shard` holds, from 0; false: there is no
 * such shard. The visitor runs under its lock; false from it ends. */
typedef bool claim_visitor(void *context, const struct claim_half_kept *half);
bool store_memory_visit(struct store *store, size_t shard, claim_visitor *visit,
                        void *context);
/* What a claim is answered when this one stands: CLAIM_AGAIN, or why not. */
void claim_answer_rival(struct claim_answer *answer, const struct claim *claim,
                        const struct claim_half_kept *rival);
/* Claims as the store does, without asking whether the payer is locked out.
 */
void store_memory_decide(struct store *store, struct claim_call *call);
/* Drops what a decision claimed: it was released elsewhere. */
void store_memory_drop(struct store *store, const unsigned char decision[16],
                       int64_t now);
/* Takes back a claim that was CLAIM_TAKEN, unless it went already. */
void store_memory_withdraw(struct store *store, const struct claim *claim);

#endif
