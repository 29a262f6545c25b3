/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prices: a policy (immutable, part of the snapshot) and the price of one
 * request under it. First matching route, first matching tier, else the
 * route's price, else `otherwise`.
 *
 * Charge at least as widely as any origin serves: a route that is free
 * matches the strict canonical path only, never an ambiguous one; a route
 * that charges or rejects also matches wider readings and folded case. For
 * an ambiguous path (or method) all routes that any reading matches are
 * candidates and the dearest wins; `reject` is dearest.
 */
#ifndef WB_PRICING_PRICE_H
#define WB_PRICING_PRICE_H

#include <stdint.h>

#include "base/amount.h"
#include "classify/program.h"
#include "request/request.h"

/* What one unit of an asset is worth: mantissa / 10^decimals of a currency. */
#define RATE_DECIMALS_MAX 16
struct rate {
    uint64_t mantissa; /* below 10^17; 0: no rate */
    unsigned decimals; /* 0..RATE_DECIMALS_MAX */
};

struct asset {
    struct view name;    /* the policy's name for it: usdc */
    struct view symbol;  /* USDC */
    struct view network; /* CAIP-2 */
    struct view address;
    struct view pay_to;    /* who is paid in it; NONE: nothing is charged */
    unsigned decimals;     /* 0..36 */
    struct view currency;  /* that it has a rate in: USD; or NONE */
    struct rate rate;      /* the policy's */
    unsigned char key[32]; /* of rates that are pushed: site and asset */
    struct view eip712_name, eip712_version;
    bool test_network;
    bool has_domain;
    unsigned char domain[32]; /* EIP-712 domain separator */
};

enum price_action { PRICE_FREE, PRICE_CHARGE, PRICE_REJECT };

/* `price: reject` in full. */
struct refusal {
    unsigned status; /* 402, 403 or 451 */
    struct view reason, license, contact;
};

/* An amount of an asset, atomic units. */
struct money {
    const struct asset *asset;
    struct amount amount;
};

/* What multiplies an outcome's amounts; factors are parts per million. */
#define FACTOR_ONE UINT64_C(1000000)
struct factors {
    uint64_t units; /* at least 1 */
    uint64_t units_factor;
    uint64_t volume;
    uint64_t multiplier; /* of demand */
};
#define FACTORS_NONE ((struct factors){1, FACTOR_ONE, FACTOR_ONE, FACTOR_ONE})

/* A price may be paid in any one of so many assets. */
#define PRICE_OFFERS_MAX 4

struct outcome;
struct route;

struct price {
    enum price_action action;
    unsigned tier;             /* from 1; 0: the route's own price */
    unsigned line;             /* of the tier or route, for explain */
    struct amount amount;      /* atomic; 0 unless CHARGE: what is told first */
    const struct asset *asset; /* NULL unless CHARGE */
    struct view pay_to;
    struct view route; /* id; "otherwise", "always-free" or "preflight" */
    struct view file;
    const struct refusal *refusal; /* when REJECT */
    const struct outcome *outcome; /* what said it, and of which route */
    const struct route *of;        /* NULL: of none */
    uint64_t units;                /* priced by units: how many; else 0 */
    size_t volume_step;            /* of volume, from 1; 0: none */
    uint64_t multiplier; /* of demand, parts per million; 0: does not move */
    size_t offer_count;
    /* when CHARGE: */
    struct factors factors;
    struct money offers[PRICE_OFFERS_MAX]; /* the first is the above */
    struct rate rates[PRICE_OFFERS_MAX];   /* where it is of a currency */
};

/* Free, by nobody's word. What only a charge has is left as it is. */
static inline void price_clear(struct price *price)
{
    memset(price, 0, offsetof(struct price, factors));
}

struct policy;
struct market;

/* Prices the request; `market` (NULL: nothing moves) has what moves prices.
 * Reads labels, score and class from `evaluation`. A
 * condition that is unknown counts as true if that is dearer, as false if
 * not; for reject as false. Payment headers play no part. */
void policy_price(const struct policy *policy, const struct request *request,
                  const struct evaluation *evaluation,
                  const struct market *market, struct price *out);
/* What the price hangs on besides the evaluation, in one number: which route
 * it is by. The same for all requests that have the same price of the policy
 * under the same evaluation, at any time. False: it hangs on more. */
bool policy_spot(const struct policy *policy, const struct request *request,
                 size_t *spot);
/* Tells offer i in place of the first. */
void price_tell(struct price *price, size_t i);
/* True if payments are to be judged against asset and payee: false while the
 * payee is the burn or the zero address, as in the shipped policies. */
bool policy_strict(const struct policy *policy);
/* A warning to say loudly (test network, burn address), or NONE. */
struct view policy_notice(const struct policy *policy);
/* Does it charge anything at all? */
bool policy_charges(const struct policy *policy);

/* Does demand move its prices, and no quote tells another node? */
bool policy_moves_alone(const struct policy *policy);

/* The first asset with another symbol, or NULL. */
const struct asset *policy_asset_but(const struct policy *policy,
                                     struct view symbol);

size_t policy_routes(const struct policy *policy);
struct view policy_route_id(const struct policy *policy, size_t i);
/* The grid that people review: every class, category and named agent
 * against every route. */
void policy_dump(const struct policy *policy, const struct program *program,
                 program_sink *sink, void *context);

#endif
