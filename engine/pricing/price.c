/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The price of one request. Routes are walked in order. One that fits for
 * certain ends the walk; one that may fit (an ambiguous path, another case,
 * an uncertain method, an unknown host) is a candidate and the walk goes on.
 * Of all candidates the dearest is taken. A route that is free for all fits
 * for certain or not at all. `otherwise` is a candidate unless every reading
 * of the path was taken by some candidate.
 */
#include "pricing/market.h"
#include "pricing/override.h"

/* What is known of the request, worked out once. */
struct reach {
    const struct policy *policy;
    const struct request *request;
    const struct evaluation *evaluation;
    const struct market *market;
    const struct path *path;
    unsigned readings; /* one bit each; 0: it may be any path */
    unsigned method;   /* method_bit, or 0: uncertain */
    bool host_certain; /* where some route names one */
};

/* ---- how well a route fits ---- */

static unsigned wide_readings(const struct reach *reach,
                              const struct pattern *pattern)
{
    unsigned fits = 0;
    for (size_t i = 0; i < reach->path->reading_count; i++) {
        if (pattern_wide(pattern, reach->path->readings[i])) {
            fits |= 1u << i;
        }
    }
    return fits;
}

/* *readings gets the readings that the route's patterns match. */
static enum fit fit_path(const struct reach *reach, const struct route *route,
                         unsigned *readings)
{
    *readings = 0;
    if (!reach->readings) {
        return FIT_MAYBE;
    }
    for (size_t i = 0; i < route->path_count; i++) {
        if (!reach->path->ambiguous &&
            pattern_strict(&route->paths[i], reach->path->canonical)) {
            *readings = reach->readings;
            return FIT_YES;
        }
    }
    for (size_t i = 0; !route->free && i < route->path_count; i++) {
        *readings |= wide_readings(reach, &route->paths[i]);
    }
    return *readings ? FIT_MAYBE : FIT_NO;
}

static enum fit fit_method(const struct reach *reach, const struct route *route)
{
    if (!route->methods) {
        return FIT_YES;
    }
    if (!reach->method) {
        return FIT_MAYBE;
    }
    return route->methods & reach->method ? FIT_YES : FIT_NO;
}

static enum fit fit_host(const struct reach *reach, const struct route *route)
{
    if (route->host_count == 0) {
        return FIT_YES;
    }
    if (!reach->host_certain) {
        return FIT_MAYBE;
    }
    for (size_t i = 0; i < route->host_count; i++) {
        if (host_matches(route->hosts[i], reach->request->host_name)) {
            return FIT_YES;
        }
    }
    return FIT_NO;
}

/* Where servers differ on the path they may differ on where it ends. */
static enum fit fit_query(const struct reach *reach, const struct route *route)
{
    enum fit worst = FIT_YES;

    if (route->query_count == 0) {
        return FIT_YES;
    }
    if (!reach->readings || reach->path->ambiguous ||
        query_goes_on(reach->request->target)) {
        return FIT_MAYBE;
    }
    for (size_t i = 0; i < route->query_count && worst > FIT_NO; i++) {
        enum fit fit = query_fits(reach->path->query, &route->queries[i]);
        worst = fit < worst ? fit : worst;
    }
    return worst;
}

/* *covered gets the readings for which the route holds for certain. */
static enum fit fit_route(const struct reach *reach, const struct route *route,
                          unsigned *covered)
{
    unsigned readings;
    enum fit path;
    enum fit rest = fit_method(reach, route);
    enum fit fit;

    *covered = 0;
    if (rest == FIT_NO ||
        (route->window && !window_holds(route->window, reach->request->time))) {
        return FIT_NO;
    }
    fit = fit_host(reach, route);
    rest = fit < rest ? fit : rest;
    if (rest == FIT_NO) {
        return FIT_NO;
    }
    path = fit_path(reach, route, &readings);
    if (path == FIT_NO) {
        return FIT_NO;
    }
    fit = fit_query(reach, route);
    rest = fit < rest ? fit : rest;
    if (rest == FIT_YES) {
        *covered = readings;
    }
    return path < rest ? path : rest;
}

/* ---- what the request may be ---- */

/* A name that routing could read as another host's is not certain; nor is
 * the Host header when the target brought its own authority. */
static bool host_is_certain(const struct request *request)
{
    struct view host = request->host_name;
    bool brackets =
        host.size > 2 && host.at[0] == '[' && host.at[host.size - 1] == ']';

    if (host.size == 0 || host.at[host.size - 1] == '.' ||
        request->target.size == 0 || request->target.at[0] != '/' ||
        view_starts(request->target, VIEW("//"))) {
        return false;
    }
    for (size_t i = 0; i < host.size; i++) {
        char c = host.at[i];
        if (!ascii_is_alnum(c) && c != '-' && c != '.' && c != '_' &&
            !(brackets && (c == ':' || c == '[' || c == ']'))) {
            return false;
        }
    }
    return true;
}

static void reach_start(struct reach *reach, const struct policy *policy,
                        const struct request *request,
                        const struct evaluation *evaluation,
                        const struct market *market)
{
    bool known = request->target.at && request->path.reading_count > 0 &&
                 !request->path.crowded && !override_of_path(request);

    reach->policy = policy;
    reach->request = request;
    reach->evaluation = evaluation;
    reach->market = market;
    reach->path = &request->path;
    reach->readings =
        known ? (unsigned)((UINT64_C(1) << request->path.reading_count) - 1)
              : 0;
    reach->method =
        policy->names_methods ? method_read(&policy->methods, request) : 0;
    reach->host_certain = policy->names_hosts && host_is_certain(request);
}

/* ---- choosing ---- */

static void choose(struct choice *choice, const struct outcome *outcome,
                   const struct route *route, unsigned tier)
{
    if (!choice->outcome || outcome->rank > choice->outcome->rank) {
        choice->outcome = outcome;
        choice->route = route;
        choice->tier = tier;
    }
}

/* A tier whose condition is unknown may be the first that holds, or not:
 * both are looked at. One that rejects does not hold then. */
void route_choose(const struct route *route,
                  const struct evaluation *evaluation, int64_t now,
                  struct choice *choice)
{
    for (unsigned i = 0; i < route->tier_count; i++) {
        enum truth truth =
            evaluation_condition(evaluation, route->conditions[i]);
        if (truth == TRUTH_FALSE) {
            continue;
        }
        const struct tier *tier = &route->tiers[i];
        if (tier->window && now == TIME_UNKNOWN) {
            truth = truth == TRUTH_TRUE ? TRUTH_UNKNOWN : truth;
        } else if (tier->window && !window_holds(tier->window, now)) {
            continue;
        }
        if (truth == TRUTH_UNKNOWN) {
            choice->unknown = true;
            if (tier->outcome.action == PRICE_REJECT) {
                continue;
            }
        }
        choose(choice, &tier->outcome, route, i + 1);
        if (truth == TRUTH_TRUE) {
            return;
        }
    }
    choose(choice, &route->price, route, 0);
}

/* What multiplies the amounts of a route's outcomes for this request. */
static struct factors factors_of(const struct reach *reach,
                                 const struct route *route, size_t *step)
{
    struct factors factors = FACTORS_NONE;

    *step = 0;
    if (!route) {
        return factors;
    }
    if (route->units) {
        factors.units = units_count(route->units, reach->request);
        factors.units_factor = units_factor(route->units, factors.units);
    }
    if (route->volume) {
        *step = market_step(reach->market, route->volume, reach->request,
                            reach->evaluation);
        factors.volume =
            *step ? route->volume->steps[*step - 1].factor : FACTOR_ONE;
    }
    if (route->demand) {
        factors.multiplier = market_multiplier(reach->market, route->demand,
                                               reach->request->time);
    }
    return factors;
}

/* Of two candidates of different routes whose prices move: what each comes to
 * for this request. */
static struct amount weigh(const struct reach *reach,
                           const struct choice *choice)
{
    size_t step;
    struct factors factors = factors_of(reach, choice->route, &step);
    return outcome_level(choice->outcome, &factors);
}

static void choose_dearer(const struct reach *reach, struct choice *choice,
                          const struct choice *other)
{
    bool unknown = choice->unknown || other->unknown;

    if (!choice->outcome) {
        *choice = *other;
    } else if (choice->outcome->action != other->outcome->action) {
        *choice =
            other->outcome->action > choice->outcome->action ? *other : *choice;
    } else if (choice->outcome->action == PRICE_CHARGE) {
        struct amount a = weigh(reach, choice);
        struct amount b = weigh(reach, other);
        if (amount_compare(&b, &a) > 0) {
            *choice = *other;
        }
    }
    choice->unknown = unknown;
}

/* Adds one route, or NULL for `otherwise`. */
static void choose_from(const struct reach *reach, const struct route *route,
                        struct choice *choice)
{
    bool compares = reach->policy->moves && choice->outcome;
    struct choice other = {0};
    struct choice *into = compares ? &other : choice;

    if (route) {
        route_choose(route, reach->evaluation, reach->request->time, into);
    } else {
        choose(into, &reach->policy->otherwise, NULL, 0);
    }
    if (compares) {
        choose_dearer(reach, choice, &other);
    }
}

static void choose_route(const struct reach *reach, struct choice *choice)
{
    const struct policy *policy = reach->policy;
    struct route_walk walk;
    unsigned covered = 0;
    size_t i;

    route_walk_start(&walk, &policy->index,
                     reach->readings ? reach->path : NULL);
    while ((i = route_walk_next(&walk)) != SIZE_MAX) {
        const struct route *route = &policy->routes[i];
        unsigned covers;
        enum fit fit = fit_route(reach, route, &covers);
        if (fit == FIT_NO || (fit == FIT_MAYBE && route->free)) {
            continue;
        }
        choose_from(reach, route, choice);
        if (fit == FIT_YES) {
            return;
        }
        covered |= covers;
    }
    if (!reach->readings || covered != reach->readings) {
        choose_from(reach, NULL, choice);
    }
}

static bool is_always_free(const struct reach *reach)
{
    const struct policy *policy = reach->policy;

    if (!reach->readings || reach->path->ambiguous ||
        !(policy->always_free_starts &
          pattern_start_of(reach->path->canonical))) {
        return false;
    }
    for (size_t i = 0; i < policy->always_free_count; i++) {
        if (pattern_strict(&policy->always_free[i], reach->path->canonical)) {
            return true;
        }
    }
    return false;
}

static void write_offers(const struct reach *reach, const struct choice *choice,
                         struct price *out)
{
    const struct outcome *outcome = choice->outcome;
    const struct route *route = choice->route;
    struct factors factors = factors_of(reach, route, &out->volume_step);

    out->units = route && route->units ? factors.units : 0;
    out->multiplier = route && route->demand ? factors.multiplier : 0;
    out->offer_count = outcome->offer_count;
    out->factors = factors;
    for (size_t i = 0; i < outcome->offer_count; i++) {
        const struct asset *asset = outcome->offers[i].asset;
        struct rate rate = asset->rate;
        if (outcome->worth) {
            rate = market_rate(reach->market, reach->policy, asset,
                               reach->request->time);
        }
        out->rates[i] = rate;
        out->offers[i].asset = asset;
        out->offers[i].amount = outcome_amount(outcome, i, &rate, &factors);
    }
    price_tell(out, 0);
}

static void write_price(const struct reach *reach, const struct choice *choice,
                        struct price *out)
{
    const struct outcome *outcome = choice->outcome;

    out->action = outcome->action;
    out->refusal = outcome->refusal;
    out->line = outcome->line;
    out->route = choice->route ? choice->route->id : VIEW("otherwise");
    out->of = choice->route;
    out->outcome = outcome;
    out->tier = choice->tier;
    if (outcome->action == PRICE_CHARGE) {
        write_offers(reach, choice, out);
    }
}

void policy_price(const struct policy *policy, const struct request *request,
                  const struct evaluation *evaluation,
                  const struct market *market, struct price *out)
{
    struct reach reach;
    struct choice choice = {0};

    price_clear(out);
    out->file = policy->file;
    reach_start(&reach, policy, request, evaluation, market);
    if (is_always_free(&reach)) {
        out->route = VIEW("always-free");
        return;
    }
    if (policy->preflight_free && method_is_preflight(request)) {
        out->route = VIEW("preflight");
        return;
    }
    choose_route(&reach, &choice);
    write_price(&reach, &choice, out);
}

/* ---- what is the same for many requests ---- */

/* Spots: these, then a route's number. */
enum { SPOT_ALWAYS_FREE, SPOT_PREFLIGHT, SPOT_OTHERWISE, SPOT_ROUTES };

/* Does nothing but the evaluation move the route's prices? */
static bool is_still(const struct route *route)
{
    for (size_t i = 0; i < route->tier_count; i++) {
        if (route->tiers[i].window || route->tiers[i].outcome.worth) {
            return false;
        }
    }
    return !route->window && !route->price.worth;
}

/* The only route that may fit, for certain; false: another may, too. */
static bool find_spot(const struct reach *reach, size_t *spot)
{
    const struct policy *policy = reach->policy;
    struct route_walk walk;
    unsigned covers;
    size_t i;

    route_walk_start(&walk, &policy->index, reach->path);
    while ((i = route_walk_next(&walk)) != SIZE_MAX) {
        const struct route *route = &policy->routes[i];
        enum fit fit = fit_route(reach, route, &covers);
        if (fit == FIT_YES) {
            *spot = SPOT_ROUTES + i;
            return is_still(route);
        }
        if (route->window || (fit == FIT_MAYBE && !route->free)) {
            return false;
        }
    }
    *spot = SPOT_OTHERWISE;
    return !policy->otherwise.worth;
}

bool policy_spot(const struct policy *policy, const struct request *request,
                 size_t *spot)
{
    struct reach reach;

    if (policy->moves) {
        return false;
    }
    reach_start(&reach, policy, request, NULL, NULL);
    if (is_always_free(&reach)) {
        *spot = SPOT_ALWAYS_FREE;
        return true;
    }
    if (policy->preflight_free && method_is_preflight(request)) {
        *spot = SPOT_PREFLIGHT;
        return true;
    }
    return reach.readings && find_spot(&reach, spot);
}

/* ---- what the rest of the engine asks ---- */

void price_tell(struct price *price, size_t i)
{
    price->asset = price->offers[i].asset;
    price->amount = price->offers[i].amount;
    price->pay_to = price->asset->pay_to;
}

bool policy_strict(const struct policy *policy)
{
    return policy->strict;
}

struct view policy_notice(const struct policy *policy)
{
    return policy->notice;
}

bool policy_charges(const struct policy *policy)
{
    return policy->charges;
}

bool policy_moves_alone(const struct policy *policy)
{
    return policy->demand_count > 0 && policy->quote_keys.count == 0;
}

const struct asset *policy_asset_but(const struct policy *policy,
                                     struct view symbol)
{
    for (size_t i = 0; i < policy->asset_count; i++) {
        if (!view_equal(policy->assets[i].symbol, symbol)) {
            return &policy->assets[i];
        }
    }
    return NULL;
}

size_t policy_routes(const struct policy *policy)
{
    return policy->route_count;
}

struct view policy_route_id(const struct policy *policy, size_t i)
{
    return policy->routes[i].id;
}
