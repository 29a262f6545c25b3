/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lockouts: payers whose settlements fail by their own fault are refused for
 * a while. From the second failure within ten minutes: 60 s, doubled by each
 * further one up to a day; ten minutes after the last failure or the end of
 * a lockout all is forgotten. Kept as shared values by payer, so that they
 * outlive what the store outlives and hold on all nodes that share it. Of two
 * records of one payer that of the later failure stands, or of the later lift.
 *
 *   key    payer (28 bytes), zeros      value   struct of three numbers
 */
#ifndef WB_STATE_LOCKOUT_H
#define WB_STATE_LOCKOUT_H

#include "state/shared.h"

#define LOCKOUT_SIZE 20

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
/* One more failure: the call that puts the record that it found anew, if it
 * stands still. */
struct shared_call lockout_count(const struct shared_call *found, int64_t now);
/* The record of a lockout that was lifted then. */
void lockout_lifted(unsigned char value[LOCKOUT_SIZE], int64_t now);
/* Until when a record is kept; it may come from elsewhere. */
int64_t lockout_kept_until(const struct lockout *lockout);

#endif
