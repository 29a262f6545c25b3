/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of dearness: of several outcomes that may hold for a request the
 * dearest does. Amounts of different assets compare by what they are worth
 * where they have rates, else by their decimal number, as if a unit of each
 * were worth the same.
 */
#include <stdlib.h>

#include "pricing/parts_load.h"

/* 36 decimals hold all; what overflows is the largest. */
static struct amount level_of(const struct outcome *outcome)
{
    const struct money *first = &outcome->offers[0];
    const struct worth *worth = outcome->worth;
    struct amount level = worth ? worth->amount : first->amount;
    unsigned i = worth ? CURRENCY_DECIMALS : first->asset->decimals;

    if (!worth && first->asset->currency.at) {
        i += first->asset->rate.decimals;
        if (!amount_mul_u64(&level, first->asset->rate.mantissa)) {
            memset(&level, 0xff, sizeof level);
        }
    }
    for (; i > 36; i--) {
        amount_scale_up(&level, 1, 10);
    }
    for (; i < 36; i++) {
        if (!amount_mul_u64(&level, 10)) {
            memset(&level, 0xff, sizeof level);
            break;
        }
    }
    return level;
}

static size_t list_outcomes(struct policy *policy, struct outcome **out)
{
    size_t n = 0;
    for (size_t i = 0; i < policy->route_count; i++) {
        struct route *route = &policy->routes[i];
        for (size_t j = 0; j < route->tier_count; j++, n++) {
            if (out) {
                out[n] = &route->tiers[j].outcome;
            }
        }
        if (out) {
            out[n] = &route->price;
        }
        n++;
    }
    if (out) {
        out[n] = &policy->otherwise;
    }
    return n + 1;
}

static int compare_outcomes(const void *a, const void *b)
{
    const struct outcome *x = *(struct outcome *const *)a;
    const struct outcome *y = *(struct outcome *const *)b;

    if (x->action != PRICE_CHARGE || y->action != PRICE_CHARGE) {
        return (int)x->action - (int)y->action;
    }
    return amount_compare(&x->level, &y->level);
}

/* A level that saturates would be as dear as any other that does. */
static void check_levels(struct loader *loader, const struct node *node,
                         const struct route *route)
{
    struct factors most = route_most(route, true);

    for (unsigned i = 0; i <= route->tier_count; i++) {
        const struct outcome *outcome =
            i < route->tier_count ? &route->tiers[i].outcome : &route->price;
        struct amount level = outcome_level(outcome, &most);
        if (outcome->action == PRICE_CHARGE &&
            amount_compare(&level, &amount_largest) == 0) {
            load_error(loader, node, "P016", NULL,
                       "route '%.*s' may come to more than 256 bits can hold "
                       "with 36 decimals",
                       VIEW_ARG(route->id));
            return;
        }
    }
}

static void check_all_levels(struct loader *loader, const struct node *tree)
{
    const struct policy *policy = loader->policy;
    const struct node *routes = node_get(tree, "routes");
    const struct node *node = routes ? routes->first : NULL;

    for (size_t i = 0; node && i < policy->route_count; i++) {
        check_levels(loader, node, &policy->routes[i]);
        node = node->next;
    }
    if (policy->otherwise.action == PRICE_CHARGE &&
        amount_compare(&policy->otherwise.level, &amount_largest) == 0) {
        load_error(loader, node_get(tree, "otherwise"), "P016", NULL,
                   "'otherwise' is more than 256 bits can hold with 36 "
                   "decimals");
    }
}

static void find_free(struct policy *policy)
{
    for (size_t i = 0; i < policy->route_count; i++) {
        struct route *route = &policy->routes[i];
        route->free = route->price.rank == 0;
        for (size_t j = 0; j < route->tier_count; j++) {
            route->free &= route->tiers[j].outcome.rank == 0;
        }
    }
}

bool outcomes_rank(struct loader *loader, const struct node *tree)
{
    struct policy *policy = loader->policy;
    size_t n = list_outcomes(policy, NULL);
    struct outcome **all = load_array(loader, tree, n, sizeof *all);

    if (!all) {
        return false;
    }
    list_outcomes(policy, all);
    for (size_t i = 0; i < n; i++) {
        if (all[i]->action == PRICE_CHARGE && all[i]->offer_count > 0 &&
            all[i]->offers[0].asset) {
            all[i]->level = level_of(all[i]);
        }
    }
    qsort(all, n, sizeof *all, compare_outcomes);
    for (size_t i = 0, rank = 0; i < n; i++) {
        if (all[i]->action == PRICE_CHARGE) {
            policy->charges = true;
            rank += i == 0 || compare_outcomes(&all[i - 1], &all[i]) != 0;
        }
        all[i]->rank = all[i]->action == PRICE_REJECT   ? OUTCOME_REJECT
                       : all[i]->action == PRICE_CHARGE ? (unsigned)rank + 1
                                                        : 0;
    }
    find_free(policy);
    if (!loader->failed) {
        check_all_levels(loader, tree);
    }
    return true;
}
