/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests of one kind are decided alike: the same class, agent, site, route,
 * asset, and the same rules fired. A log has few kinds, so that a request is
 * counted by one look-up and the tables are told of many at once.
 *
 * What they are told apart by are the addresses of their names, which come
 * from the configuration (see table.h). Two kinds may be the same; the tables
 * add them up.
 */
#ifndef WB_REPLAY_KIND_H
#define WB_REPLAY_KIND_H

#include "base/amount.h"
#include "base/view.h"
#include "weighbridge.h"

enum kind_name {
    KIND_CLASS,
    KIND_ACTION,
    KIND_REASON,
    KIND_AGENT,
    KIND_ORG,
    KIND_SITE,
    KIND_PAYMENT,
    KIND_ROUTE,
    KIND_PRICE, /* free, charge or reject */
    KIND_ASSET,
    KIND_NAMES
};

/* Rules that fired are names too, behind those; of one kind at most so many. */
#define KIND_RULES 14
#define KIND_MOST (KIND_NAMES + KIND_RULES)

struct kind {
    const char *at[KIND_MOST];
    uint32_t sizes[KIND_MOST];
    uint32_t names;      /* how many */
    unsigned char class; /* for who counts: the place of its name */
    bool allowed, charged;
    bool overflow;        /* the sum is too large for an amount */
    uint64_t requests;    /* since the tables were told; 0: none */
    struct amount amount; /* that they cost */
};

#define KIND_PLACES 256 /* a power of two */

struct kinds {
    struct kind places[KIND_PLACES];
};

static inline struct view kind_text(const struct kind *kind, size_t name)
{
    return view_of(kind->at[name], kind->sizes[name]);
}

/* What the request is; `requests` is 0. False: more rules than a kind has. */
bool kind_read(struct kind *kind, const struct wb_request *request);
/* Where a kind is, or would be: something else may be there. */
struct kind *kinds_place(struct kinds *kinds, const struct kind *kind);
bool kind_is(const struct kind *there, const struct kind *kind);

#endif
