/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A price told holds. A payment may be made at what was told before, if that
 * was told within the policy's ttl: by the quote that it carries, else by the
 * multipliers and rates that were in force, under one of which this request's
 * own price comes to exactly its amount. What rejects, and a tier that the
 * request does not meet, is never honoured.
 */
#ifndef WB_PRICING_HONOUR_H
#define WB_PRICING_HONOUR_H

#include "pricing/market.h"
#include "pricing/quote.h"

/* Who asks, and where. */
struct asker {
    const struct request *request;
    const struct evaluation *evaluation;
    struct view site, generation;
};

bool policy_quotes(const struct policy *policy);
/* Writes the quote of this price. */
void honour_quote(const struct policy *policy, const struct asker *asker,
                  const struct price *price, struct text *out);

enum honour {
    HONOUR_HELD,    /* *price is what was told */
    HONOUR_EXPIRED, /* the quote's time is over */
    HONOUR_INVALID, /* it is not ours */
    HONOUR_OTHER    /* it is of another request or offer */
};
/* By the quote that the payment carries; it is for the asset of offer `i`. */
enum honour honour_by_quote(const struct policy *policy,
                            const struct asker *asker, struct view token,
                            size_t i, struct price *price);
/* By what was in force: the amount, or (v1) the highest that it covers. False:
 * it was never told, or the policy wants a quote. */
bool honour_by_history(const struct market *market, const struct policy *policy,
                       int64_t now, size_t i, const struct amount *amount,
                       bool exact, struct price *price);

#endif
