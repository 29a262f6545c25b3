/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The market: what moves prices besides policy and request. Multipliers of
 * demand, counts of volume and rates that were pushed, out of the state; NULL
 * where there is none, and then nothing moves.
 */
#ifndef WB_PRICING_MARKET_H
#define WB_PRICING_MARKET_H

#include "pricing/policy.h"
#include "state/meter.h"

struct market {
    struct store *store;
    struct meters *meters;
};

/* Parts per million; 1x where there is no market. */
uint64_t market_multiplier(const struct market *market,
                           const struct demand *demand, int64_t now);
/* Looks at all that moves the policy's prices, so that a node over a store of
 * many follows even while nobody asks it for a price. */
void market_follow(const struct market *market, const struct policy *policy,
                   int64_t now);
/* The rate that holds: what was pushed while it is young enough, else the
 * policy's. */
struct rate market_rate(const struct market *market,
                        const struct policy *policy, const struct asset *asset,
                        int64_t now);
/* The step that the request's customer has reached, from 1; 0: none. */
size_t market_step(const struct market *market, const struct volume *volume,
                   const struct request *request,
                   const struct evaluation *evaluation);

/* A request for what is sold at this price, for SIGNAL_REQUESTS. */
void market_asked(const struct market *market, const struct price *price,
                  const struct request *request);
/* Its payment was claimed. */
void market_paid(const struct market *market, const struct price *price,
                 const struct request *request,
                 const struct evaluation *evaluation, bool proven,
                 const unsigned char decision[16]);

/* What became of what an operator says. */
enum push {
    PUSH_DONE,
    PUSH_UNKNOWN, /* there is nothing that takes it, or it is no number */
    PUSH_LOST     /* so is the store that all nodes share */
};
/* A reading of the load, parts per million, for the policy's demand of that
 * name (a group or a route's id) that follows the load. Lost, it is not
 * taken: the signal is gone on all nodes alike. */
enum push market_push_load(const struct market *market,
                           const struct policy *policy, struct view name,
                           uint64_t load, int64_t now);
/* Takes in a reading for all demands that follow the load. */
void market_load(const struct market *market, const struct policy *policy,
                 uint64_t load, int64_t now);
/* A rate of exchange: what one unit of the asset is worth, of one that the
 * policy gives a rate. Lost, it holds on this node, which tells the others
 * later. */
enum push market_push_rate(const struct market *market,
                           const struct policy *policy, struct view asset,
                           struct view rate, int64_t now);
void market_rate_rule(const struct policy *policy, const struct asset *asset,
                      struct meter_rule *rule);

/* Who is counted: bytes that stand for the customer, or NONE. */
struct view volume_who(const struct volume *volume,
                       const struct request *request,
                       const struct evaluation *evaluation);

#endif
