/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading half of pricing: a policy file -> struct policy. Tier conditions
 * are added to the rules' program, so packs are read before and compiled
 * after.
 */
#ifndef WB_PRICING_POLICY_LOAD_H
#define WB_PRICING_POLICY_LOAD_H

#include "classify/rules_load.h"
#include "config/tree.h"
#include "pricing/price.h"

extern const struct shape policy_shape;

/* NULL with problems reported. `site` is the id of the site that it is for,
 * whose volume, demand and quotes are its own; `pay_to` (the site's own, or
 * NONE) wins over the policy's. */
struct policy *policy_read(struct arena *arena, const struct node *tree,
                           struct view site, struct view pay_to,
                           struct rules *rules, struct problems *problems);

#endif
