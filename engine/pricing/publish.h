/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a policy tells the world: the same tiers, asked in the same way as for
 * a request, written in the forms that agents read.
 */
#ifndef WB_PRICING_PUBLISH_H
#define WB_PRICING_PUBLISH_H

#include "pricing/price.h"

enum publication {
    PUBLISH_PRICES, /* a price list, JSON */
    PUBLISH_RSL,    /* license.xml, RSL 1.0 */
    PUBLISH_ROBOTS, /* lines for robots.txt */
    PUBLISH_LLMS,   /* a section of llms.txt */
    PUBLISH_BAZAAR, /* x402 discovery: resource items */
    PUBLICATIONS
};

/* `base` is the site's "https://example.com". False when out of memory. */
bool policy_publish(const struct policy *policy, const struct program *program,
                    enum publication what, struct view base, program_sink *sink,
                    void *context);

#endif
