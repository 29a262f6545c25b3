/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Volume: who has paid often pays less. Counted are payments that were
 * claimed and not released, by something that the unpaid ask shows too, so
 * that the price is the same with and without the payment.
 *
 *   volume: { per: client-ip, window: 24h,
 *             steps: [{ from: 1000, factor: 0.8 }] }
 *
 * The count of the last window is that of the current one and what the
 * previous one's share of the last window is, as rates are.
 */
#ifndef WB_PRICING_VOLUME_H
#define WB_PRICING_VOLUME_H

#include "pricing/units.h"
#include "state/shared.h"

enum volume_per {
    VOLUME_CLIENT_IP,
    VOLUME_AGENT,   /* the agent's name */
    VOLUME_WBA_KEY, /* the key of a Web Bot Auth signature that was good */
    VOLUME_HEADER,
    VOLUME_PAYER /* as a header says beforehand */
};

struct volume {
    struct view name; /* of the group, or the route's id */
    enum volume_per per;
    struct view header; /* of HEADER and PAYER */
    int64_t window;     /* microseconds */
    struct rebate *steps;
    size_t step_count;
    unsigned char key[SHARED_KEY_SIZE]; /* of its definition and site */
};

/* Counts of `who`, as this node knows them. */
uint64_t volume_count(struct store *store, const struct volume *volume,
                      struct view who, int64_t now);
/* Counts one payment, which that decision let through. */
void volume_add(struct store *store, const struct volume *volume,
                struct view who, const unsigned char decision[16], int64_t now);
/* The decision's claim was released: its payment counts no more. */
void volume_release(struct store *store, const unsigned char decision[16],
                    int64_t now);

#endif
