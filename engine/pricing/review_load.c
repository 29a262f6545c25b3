/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What loads but is probably not meant: warnings for `check`. They say no
 * more than is certain, so that a clean policy stays without any.
 */
#include "pricing/parts_load.h"

#define CLASS_HUMAN_BIT (1u << CLASS_HUMAN)
#define CLASS_SUSPECT_BIT (1u << CLASS_SUSPECT)
#define CLASS_AGENT_BIT (1u << CLASS_AGENT)

/* ---- tiers of one route ---- */

static bool same_node(const struct node *a, const struct node *b)
{
    const struct node *x = a->first;
    const struct node *y = b->first;

    if (a->kind != b->kind || a->count != b->count ||
        !view_equal(a->key, b->key) ||
        (a->kind == NODE_SCALAR && !view_equal(a->text, b->text))) {
        return false;
    }
    for (; x && y; x = x->next, y = y->next) {
        if (!same_node(x, y)) {
            return false;
        }
    }
    return !x && !y;
}

/* Does tier i of the list hold whenever tier j does, for all to see? */
static bool hides(const struct node *before, const struct glance *a,
                  const struct node *after, const struct glance *b)
{
    const struct node *x = node_get(before, "when");
    const struct node *y = node_get(after, "when");

    return same_node(x, y) || (a->only_class && !(b->classes & ~a->classes));
}

static void review_reach(struct loader *loader, const struct route *route,
                         const struct node *tiers, const struct glance *glances)
{
    const struct node *after = tiers->first;
    unsigned taken = 0; /* classes that tiers before take whole */

    for (size_t j = 0; j < route->tier_count; j++, after = after->next) {
        const struct node *before = tiers->first;
        size_t i = 0;
        for (; i < j; i++, before = before->next) {
            if (!route->tiers[i].window &&
                hides(before, &glances[i], after, &glances[j])) {
                load_warn(loader, after, "P036", NULL,
                          "tier %zu of route '%.*s' is never reached: tier "
                          "%zu holds first",
                          j + 1, VIEW_ARG(route->id), i + 1);
                break;
            }
        }
        if (i == j && !(glances[j].classes & ~taken)) {
            load_warn(loader, after, "P036", NULL,
                      "tier %zu of route '%.*s' is never reached: the tiers "
                      "before hold for every class that it may hold for",
                      j + 1, VIEW_ARG(route->id));
        }
        if (glances[j].only_class && !route->tiers[j].window) {
            taken |= glances[j].classes;
        }
    }
}

static void review_classes(struct loader *loader, const struct route *route,
                           const struct node *tiers,
                           const struct glance *glances)
{
    static const unsigned watched[] = {CLASS_HUMAN, CLASS_SUSPECT};
    char room[128];
    struct text t = text_in(room, sizeof room);
    unsigned named = 0;

    for (size_t i = 0; i < route->tier_count; i++) {
        named |=
            glances[i].classes == GLANCE_ALL_CLASSES && !glances[i].only_class
                ? 0
                : glances[i].classes;
    }
    if (named == 0 || route->price.action == PRICE_FREE) {
        return;
    }
    outcome_write(&t, &route->price);
    for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++) {
        if (!(named & 1u << watched[i])) {
            load_warn(loader, tiers, "P037", NULL,
                      "no tier of route '%.*s' names class '%.*s': the route's "
                      "price is theirs (%.*s)",
                      VIEW_ARG(route->id), VIEW_ARG(class_names[watched[i]]),
                      VIEW_ARG(text_view(&t)));
        }
    }
}

/* A tier for agents before one that rejects some of them. */
static void review_rejects(struct loader *loader, const struct route *route,
                           const struct node *tiers,
                           const struct glance *glances)
{
    const struct node *node = tiers->first;

    for (size_t j = 0; j < route->tier_count; j++, node = node->next) {
        if (route->tiers[j].outcome.action != PRICE_REJECT) {
            continue;
        }
        for (size_t i = 0; i < j; i++) {
            bool agents = glances[i].classes & CLASS_AGENT_BIT;
            if (agents && route->tiers[i].outcome.action != PRICE_REJECT &&
                glance_may_overlap(&glances[i], &glances[j])) {
                char room[128];
                struct text t = text_in(room, sizeof room);
                outcome_write(&t, &route->tiers[i].outcome);
                load_warn(loader, node, "P038", "put what rejects first",
                          "tier %zu of route '%.*s' rejects, but tier %zu "
                          "(%.*s) comes first for whoever meets both",
                          j + 1, VIEW_ARG(route->id), i + 1,
                          VIEW_ARG(text_view(&t)));
                break;
            }
        }
    }
}

static void review_paths(struct loader *loader, const struct route *route,
                         const struct node *tiers, const struct glance *glances)
{
    const struct node *node = tiers->first;

    for (size_t i = 0; i < route->tier_count; i++, node = node->next) {
        if (glances[i].reads_path) {
            load_warn(loader, node, "P040", "make it a route of its own",
                      "tier %zu of route '%.*s' reads the path, which clients "
                      "can spell in other ways; a route's match takes all "
                      "of them",
                      i + 1, VIEW_ARG(route->id));
        }
    }
}

static void review_tiers(struct loader *loader, const struct route *route,
                         const struct node *tiers)
{
    struct glance *glances =
        load_array(loader, tiers, route->tier_count, sizeof *glances);
    const struct node *node = tiers->first;

    if (!glances) {
        return;
    }
    for (size_t i = 0; i < route->tier_count; i++, node = node->next) {
        glance_read(node_get(node, "when"), &glances[i]);
    }
    review_reach(loader, route, tiers, glances);
    review_classes(loader, route, tiers, glances);
    review_rejects(loader, route, tiers, glances);
    review_paths(loader, route, tiers, glances);
}

/* ---- the most that a route may come to ---- */

/* Is it more than one unit of something called a dollar? */
static bool above_a_dollar(const struct outcome *outcome,
                           const struct factors *factors, unsigned i)
{
    const struct asset *asset = outcome->offers[i].asset;
    struct amount most = outcome_amount(outcome, i, &asset->rate, factors);
    struct amount unit = amount_from_u64(1);

    for (unsigned k = 0; k < asset->decimals; k++) {
        if (!amount_mul_u64(&unit, 10)) {
            return false;
        }
    }
    return view_search(asset->symbol, VIEW("USD")) != SIZE_MAX &&
           amount_compare(&most, &unit) > 0;
}

/* True if it warned: prices above a dollar as they stand are told elsewhere. */
static bool review_most(struct loader *loader, const struct node *node,
                        const struct route *route,
                        const struct outcome *outcome,
                        const struct factors *most)
{
    static const struct factors none = FACTORS_NONE;
    char room[128];
    struct text t = text_in(room, sizeof room);

    for (unsigned i = 0;
         outcome->action == PRICE_CHARGE && i < outcome->offer_count; i++) {
        if (above_a_dollar(outcome, &none, i) ||
            !above_a_dollar(outcome, most, i)) {
            continue;
        }
        outcome_write(&t, outcome);
        load_warn(loader, node, "P018", NULL,
                  "route '%.*s' (%.*s) may come to more than 1 USD by units or "
                  "demand, which common x402 clients refuse to pay unless they "
                  "are told to",
                  VIEW_ARG(route->id), VIEW_ARG(text_view(&t)));
        return true;
    }
    return false;
}

static void review_worst(struct loader *loader, const struct node *node,
                         const struct route *route)
{
    struct factors most = route_most(route, false);

    if (review_most(loader, node, route, &route->price, &most)) {
        return;
    }
    for (unsigned i = 0; i < route->tier_count; i++) {
        if (review_most(loader, node, route, &route->tiers[i].outcome, &most)) {
            return;
        }
    }
}

/* ---- routes ---- */

static bool covers_paths(const struct route *a, const struct route *b)
{
    for (size_t j = 0; j < b->path_count; j++) {
        size_t i = 0;
        while (i < a->path_count &&
               !pattern_covers(&a->paths[i], &b->paths[j])) {
            i++;
        }
        if (i == a->path_count) {
            return false;
        }
    }
    return true;
}

/* "*.x" as a host is below itself; nothing else matches a '*'. */
static bool covers_hosts(const struct route *a, const struct route *b)
{
    if (a->host_count == 0) {
        return true;
    }
    for (size_t j = 0; j < b->host_count; j++) {
        size_t i = 0;
        while (i < a->host_count && !view_equal(a->hosts[i], b->hosts[j]) &&
               !host_matches(a->hosts[i], b->hosts[j])) {
            i++;
        }
        if (i == a->host_count) {
            return false;
        }
    }
    return b->host_count > 0;
}

/* Does route a match whatever route b matches? */
static bool covers(const struct route *a, const struct route *b)
{
    return a->query_count == 0 && !a->window &&
           (a->methods == 0 || (b->methods && !(b->methods & ~a->methods))) &&
           covers_hosts(a, b) && covers_paths(a, b);
}

static bool always_free(const struct policy *policy, const struct route *route)
{
    for (size_t j = 0; j < route->path_count; j++) {
        size_t i = 0;
        while (i < policy->always_free_count &&
               !pattern_covers(&policy->always_free[i], &route->paths[j])) {
            i++;
        }
        if (i == policy->always_free_count) {
            return false;
        }
    }
    return true;
}

static void review_route(struct loader *loader, const struct node *node,
                         size_t at)
{
    const struct policy *policy = loader->policy;
    const struct route *route = &policy->routes[at];

    for (size_t i = 0; i < at; i++) {
        if (covers(&policy->routes[i], route)) {
            load_warn(loader, node, "P035", "the first route that matches wins",
                      "route '%.*s' is never reached: route '%.*s' matches "
                      "all of it first",
                      VIEW_ARG(route->id), VIEW_ARG(policy->routes[i].id));
            return;
        }
    }
    if (!route->free && always_free(policy, route)) {
        load_warn(loader, node, "P035", NULL,
                  "route '%.*s' is never reached: all of it is always-free",
                  VIEW_ARG(route->id));
    }
}

void routes_review(struct loader *loader, const struct node *routes)
{
    const struct node *node = routes->first;

    for (size_t i = 0; i < loader->policy->route_count; i++) {
        const struct node *tiers = node_get(node, "tiers");
        review_route(loader, node, i);
        review_worst(loader, node, &loader->policy->routes[i]);
        if (tiers && tiers->count > 0) {
            review_tiers(loader, &loader->policy->routes[i], tiers);
        }
        node = node->next;
    }
}
