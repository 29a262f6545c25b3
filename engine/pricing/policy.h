/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy from the inside: what the loading half writes and price.c and
 * grid.c read. All of it lives in the snapshot's arena and never changes.
 *
 *   policy -> always-free patterns
 *          -> routes, in order -> tiers, in order -> outcome
 *                              -> the route's own outcome
 *          -> otherwise: outcome
 */
#ifndef WB_PRICING_POLICY_H
#define WB_PRICING_POLICY_H

#include "pricing/method.h"
#include "pricing/pattern.h"
#include "pricing/price.h"
#include "pricing/query.h"

/* What a tier, a route or `otherwise` says. */
struct outcome {
    enum price_action action;
    struct amount amount;          /* CHARGE: atomic, never 0 */
    const struct asset *asset;     /* CHARGE */
    const struct refusal *refusal; /* REJECT */
    unsigned rank; /* how dear: 0 free, then by amount, OUTCOME_REJECT */
    unsigned line;
};
#define OUTCOME_REJECT UINT32_MAX

struct tier {
    size_t condition; /* of the program */
    struct outcome outcome;
};

struct route {
    struct view id;
    struct pattern *paths; /* at least one */
    size_t path_count;
    struct view *hosts; /* none: any */
    size_t host_count;
    struct query_test *queries; /* all of them must hold */
    size_t query_count;
    unsigned methods; /* bits of method_bit; 0: any */
    struct tier *tiers;
    size_t tier_count;
    struct outcome price;
    bool free; /* whatever the tier: matches strictly */
};

struct policy {
    struct view file;
    struct view pay_to; /* NONE: nothing is charged */
    struct view notice;
    bool strict;
    bool charges;
    bool folds_case; /* wide matching folds case */
    bool preflight_free;
    bool names_methods; /* some route does */
    struct asset *assets;
    size_t asset_count;
    struct method_names methods;
    struct pattern *always_free;
    size_t always_free_count;
    struct route *routes;
    size_t route_count;
    struct outcome otherwise;
};

/* The dearest outcome so far and what said it. */
struct choice {
    const struct outcome *outcome; /* NULL: none yet */
    struct view route;
    unsigned tier; /* from 1; 0: the route's own price */
    bool unknown;  /* a condition on the way was unknown */
};

/* Adds what the route's tiers make of the request to the choice. */
void route_choose(const struct route *route,
                  const struct evaluation *evaluation, struct choice *choice);

#endif
