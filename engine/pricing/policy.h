/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy from the inside: what the loading half writes and the other files
 * of this floor read. All of it lives in the snapshot's arena and never
 * changes.
 *
 *   policy -> always-free patterns
 *          -> routes, in order -> tiers, in order -> outcome -> offers
 *                              -> the route's own outcome
 *                              -> units, volume, demand, window
 *          -> otherwise: outcome
 */
#ifndef WB_PRICING_POLICY_H
#define WB_PRICING_POLICY_H

#include "pricing/demand.h"
#include "pricing/method.h"
#include "pricing/pattern.h"
#include "pricing/price.h"
#include "pricing/query.h"
#include "pricing/quote.h"
#include "pricing/route_index.h"
#include "pricing/units.h"
#include "pricing/volume.h"
#include "pricing/window.h"

/* Decimals of an amount of a currency. */
#define CURRENCY_DECIMALS 12

/* "0.03 USD" */
struct worth {
    struct view currency;
    struct amount amount; /* CURRENCY_DECIMALS */
};

/* What a tier, a route or `otherwise` says. */
struct outcome {
    enum price_action action;
    unsigned rank; /* how dear: 0 free, then by level, OUTCOME_REJECT */
    unsigned line;
    unsigned offer_count;
    struct money *offers; /* CHARGE: of one unit, never 0; the first is told */
    const struct worth *worth;     /* offers hang on rates; NULL: they do not */
    const struct refusal *refusal; /* REJECT */
    struct amount level;           /* CHARGE: dearness, whatever the asset */
};
#define OUTCOME_REJECT UINT32_MAX

struct tier {
    const struct window *window; /* NULL: at any time */
    struct outcome outcome;
};

/* A route's price hangs on what is seldom near: with many routes it costs
 * what its cache lines cost. So what every price asks fills the first line,
 * what a price of its own tells the second, and the conditions of its tiers
 * lie apart from what they lead to. */
struct route {
    struct pattern *paths; /* at least one */
    uint32_t *conditions;  /* of the program, one for each tier */
    unsigned path_count;
    unsigned tier_count;
    unsigned host_count;
    unsigned methods;            /* bits of method_bit; 0: any */
    const struct window *window; /* NULL: at any time */
    const struct volume *volume; /* NULL: who paid often pays the same */
    const struct demand *demand; /* NULL: demand does not move it */
    unsigned query_count;
    bool free; /* whatever the tier: matches strictly */

    struct view id;
    const struct units *units; /* NULL: not priced by units */
    struct outcome price;

    struct tier *tiers;
    struct view *hosts;         /* none: any */
    struct query_test *queries; /* all of them must hold */
};

#define DEMANDS_MAX 2048
struct policy {
    struct view file;
    struct view site; /* id */
    struct view notice;
    bool strict;
    bool charges;
    bool moves;      /* some route's price is more than its outcome's */
    bool folds_case; /* wide matching folds case */
    bool preflight_free;
    bool names_methods; /* some route does ... */
    bool names_hosts;   /* ... */
    struct asset *assets;
    size_t asset_count;
    int64_t rate_max_age; /* of rates that are pushed, microseconds */
    int64_t quote_ttl;    /* how long a price told holds, microseconds */
    bool without_token;   /* also to who brings no quote */
    struct quote_keys quote_keys;  /* none: no quotes are written */
    const struct volume **volumes; /* groups */
    size_t volume_count;
    const struct demand **demands; /* groups', then routes' own */
    size_t demand_count;
    struct method_names methods;
    struct pattern *always_free;
    size_t always_free_count;
    uint64_t always_free_starts; /* of these patterns */
    struct route *routes;
    size_t route_count;
    struct route_index index;
    struct outcome otherwise;
};

/* The dearest outcome so far and what said it. */
struct choice {
    const struct outcome *outcome; /* NULL: none yet */
    const struct route *route;     /* NULL: `otherwise` */
    unsigned tier;                 /* from 1; 0: the route's own price */
    bool unknown;                  /* a condition on the way was unknown */
};

/* Adds what the route's tiers make of the request at that time to the
 * choice. At TIME_UNKNOWN a window may hold or not. */
#define TIME_UNKNOWN INT64_MIN
void route_choose(const struct route *route,
                  const struct evaluation *evaluation, int64_t now,
                  struct choice *choice);

/* ---- what an outcome comes to ---- */

extern const struct amount amount_largest;
/* How dear, for comparison with other outcomes under their factors. */
struct amount outcome_level(const struct outcome *outcome,
                            const struct factors *factors);
/* The amount of offer i under factors, at `rate` where the outcome is of a
 * currency; rounded up, so never 0. What 256 bits cannot hold is their
 * largest number. */
struct amount outcome_amount(const struct outcome *outcome, size_t i,
                             const struct rate *rate,
                             const struct factors *factors);
/* "free", "reject 403", "0.03 USD" or "0.03 usdc or 0.028 eurc". */
void outcome_write(struct text *t, const struct outcome *outcome);
/* amount / 10^CURRENCY_DECIMALS of a currency in atomic units of an asset,
 * rounded up; false on overflow. */
bool rate_convert(struct amount *amount, unsigned decimals,
                  const struct rate *rate);

#endif
