/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lockouts: payers whose settlements fail by their own fault are refused for
 * a while. From the second failure within ten minutes: 60 s, doubled by each
 * further one up to a day; ten minutes after the last failure or the end of
 * a lockout all is forgotten. Kept as shared values by payer, so that they
 * outlive what the store outlives and hold on all nodes that share it.
 *
 *   key    payer (28 bytes), zeros      value   struct of three numbers
 */
#ifndef WB_STATE_LOCKOUT_H
#define WB_STATE_LOCKOUT_H

#include "state/shared.h"

struct lockout {
    int64_t until;  /* 0: not locked out (yet) */
    int64_t failed; /* the last time */
    uint32_t failures;
};

/* The call that gets a payer's record. */
struct shared_call lockout_ask(const unsigned char payer[CLAIM_PAYER],
                               int64_t now);
/* The record that it found; all 0 when there is none. */
struct lockout lockout_read(const struct shared_call *found);
/* Until when its payer is locked out, or 0. */
int64_t lockout_until(const struct shared_call *found);
/* One more failure: the call that puts the record that it found anew. */
struct shared_call lockout_count(const struct shared_call *found, int64_t now);

#endif
