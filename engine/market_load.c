/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What moves prices, against what nodes share: a price that was told at one
 * node holds at another by a quote that both can check, or by multipliers
 * that both know.
 */
#include "loading_load.h"
#include "pricing/policy_load.h"

/* Where demand is written first. */
static struct place demand_place(const struct node *policy)
{
    const struct node *found = node_get(policy, "demand");
    const struct node *routes = node_get(policy, "routes");
    const struct node *route = routes ? routes->first : NULL;

    while (!found && route) {
        found = node_get(route, "demand");
        route = route->next;
    }
    return found ? found->place : policy->place;
}

void market_review(struct loading *l, const struct policy *policy,
                   const struct node *tree)
{
    if (policy_moves_alone(policy) &&
        l->settings.claim.store != CLAIMS_VALKEY) {
        problems_add(
            l->problems, PROBLEM_WARNING, demand_place(tree), "C042",
            "give quotes 'keys' and all nodes the same file, or claims "
            "a store that nodes share",
            "demand moves prices, and neither keys of quotes nor a "
            "store are shared: what one node told does not hold at "
            "another");
    }
}
