/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes: what they match, their tiers and their price.
 *
 *   - id: premium
 *     match: { path: /premium/x, method: [GET, POST], host: news.example,
 *              query: { format: full, preview: present } }
 *     valid: { hours: "08:00-18:00", zone: Europe/Berlin }
 *     units: { query: pages, most: 100 }
 *     tiers:
 *       - { when: CONDITION, price: PRICE, valid: {...} }
 *     price: PRICE
 */
#include "pricing/parts_load.h"

#define ID_MAX_SIZE 64
#define HOST_MAX_SIZE 253

static const char *const reserved_ids[] = {"otherwise", "always-free",
                                           "preflight"};

struct route_keys {
    struct view id;
    const struct node *match, *tiers, *price, *units, *valid;
    const struct node *volume, *demand;
};
static const struct schema_key route_schema[] = {
    {"id", SCHEMA_TEXT, offsetof(struct route_keys, id), true, NULL, NULL, 0, 0,
     "name of the route in headers, records and quotes"},
    {"match", SCHEMA_NODE, offsetof(struct route_keys, match), true, NULL, NULL,
     0, 0, "path, method, host, query: all must match"},
    {"tiers", SCHEMA_NODE, offsetof(struct route_keys, tiers), false, NULL,
     NULL, 0, 0, "the first whose 'when' holds says the price"},
    {"price", SCHEMA_NODE, offsetof(struct route_keys, price), true, NULL, NULL,
     0, 0, "what everyone else pays"},
    {"units", SCHEMA_NODE, offsetof(struct route_keys, units), false, NULL,
     NULL, 0, 0,
     "prices are per unit: { query: NAME or header: NAME, most: N, steps }"},
    {"valid", SCHEMA_NODE, offsetof(struct route_keys, valid), false, NULL,
     NULL, 0, 0, "when it matches: from, until, weekdays, hours, zone"},
    {"volume", SCHEMA_NODE, offsetof(struct route_keys, volume), false, NULL,
     NULL, 0, 0,
     "who paid often pays less: per, window, steps; or the name of a group"},
    {"demand", SCHEMA_NODE, offsetof(struct route_keys, demand), false, NULL,
     NULL, 0, 0,
     "the price follows the demand: signal, target, step, period, floor, "
     "ceiling; or the name of a group"},
    {0}};

struct match_keys {
    struct schema_texts path, method, host;
    const struct node *query;
};
static const struct schema_key match_schema[] = {
    {"path", SCHEMA_TEXTS, offsetof(struct match_keys, path), false, "/**",
     NULL, 0, 0, "one or more path patterns"},
    {"method", SCHEMA_TEXTS, offsetof(struct match_keys, method), false, "any",
     NULL, 0, 0, "one or more methods; GET covers HEAD"},
    {"host", SCHEMA_TEXTS, offsetof(struct match_keys, host), false, NULL, NULL,
     0, 0, "one or more hosts: news.example, *.news.example"},
    {"query", SCHEMA_NODE, offsetof(struct match_keys, query), false, NULL,
     NULL, 0, 0, "query fields: { NAME: VALUE } or { NAME: present }"},
    {0}};

struct tier_keys {
    const struct node *when, *price, *valid;
};
static const struct schema_key tier_schema[] = {
    {"when", SCHEMA_NODE, offsetof(struct tier_keys, when), true, NULL, NULL, 0,
     0, "a condition, as in a rule"},
    {"price", SCHEMA_NODE, offsetof(struct tier_keys, price), true, NULL, NULL,
     0, 0, "free, reject or an amount"},
    {"valid", SCHEMA_NODE, offsetof(struct tier_keys, valid), false, NULL, NULL,
     0, 0, "when it holds: from, until, weekdays, hours, zone"},
    {0}};

static const struct shape_part tier_parts[] = {{"when", &condition_shape},
                                               {"price", &price_shape},
                                               {"valid", &window_shape},
                                               {0}};
static const struct shape tier_shape = {
    .kind = SHAPE_KEYS, .keys = tier_schema, .parts = tier_parts};
static const struct shape tiers_shape = {.kind = SHAPE_LIST, .of = &tier_shape};
static const struct shape query_shape = {.kind = SHAPE_MAP,
                                         .of = &shape_scalar};
static const struct shape_part match_parts[] = {{"query", &query_shape}, {0}};
static const struct shape match_shape = {
    .kind = SHAPE_KEYS, .keys = match_schema, .parts = match_parts, .least = 1};
static const struct shape_part route_parts[] = {
    {"match", &match_shape},   {"tiers", &tiers_shape},
    {"price", &price_shape},   {"units", &units_shape},
    {"valid", &window_shape},  {"volume", &volume_shape},
    {"demand", &demand_shape}, {0}};
static const struct shape route_shape = {
    .kind = SHAPE_KEYS, .keys = route_schema, .parts = route_parts};
const struct shape routes_shape = {.kind = SHAPE_LIST, .of = &route_shape};

/* ---- id ---- */

static bool is_id(struct view v)
{
    for (size_t i = 0; i < v.size; i++) {
        char c = v.at[i];
        bool fine = ascii_is_alnum(c) && ascii_lower(c) == c;
        if (!fine && !(c == '-' && i > 0)) {
            return false;
        }
    }
    return v.size > 0 && v.size <= ID_MAX_SIZE;
}

static bool read_id(struct loader *loader, const struct node *node,
                    struct view id)
{
    const struct policy *policy = loader->policy;

    if (!is_id(id)) {
        return load_error(loader, node, "P023", NULL,
                          "expected an id of a-z, 0-9 and '-', found '%.*s'",
                          VIEW_ARG(load_shown(id)));
    }
    for (size_t i = 0; i < sizeof reserved_ids / sizeof reserved_ids[0]; i++) {
        if (view_equal(id, view_text(reserved_ids[i]))) {
            return load_error(loader, node, "P024", NULL,
                              "'%s' is what prices without a route are "
                              "called: choose another id",
                              reserved_ids[i]);
        }
    }
    for (size_t i = 0; i + 1 < policy->route_count; i++) {
        if (view_equal(id, policy->routes[i].id)) {
            return load_error(loader, node, "P024", NULL,
                              "a route before has the id '%.*s'", VIEW_ARG(id));
        }
    }
    return true;
}

/* ---- match ---- */

static bool read_paths(struct loader *loader, const struct node *map,
                       const struct schema_texts *texts, struct route *route)
{
    if (texts->count == 0) {
        return load_error(loader, node_get(map, "path"), "P025",
                          "leave it out to match every path",
                          "'path': an empty list matches nothing");
    }
    route->paths = load_lines(loader, map, texts->count, sizeof *route->paths);
    for (size_t i = 0; route->paths && i < texts->count; i++) {
        if (pattern_read(loader, texts->nodes[i], false,
                         &route->paths[route->path_count])) {
            route->path_count++;
        }
    }
    return route->path_count == texts->count;
}

static bool is_method(struct view v)
{
    for (size_t i = 0; i < v.size; i++) {
        if (!(v.at[i] >= 'A' && v.at[i] <= 'Z') && !(i > 0 && v.at[i] == '-')) {
            return false;
        }
    }
    return v.size > 0 && v.size <= 32;
}

static bool read_method(struct loader *loader, const struct node *node,
                        struct route *route)
{
    char hint[64];
    struct text t = text_in(hint, sizeof hint - 1);
    struct method_names *names = &loader->policy->methods;
    unsigned bit;

    if (!is_method(node->text)) {
        text_add(&t, VIEW("did you mean '"));
        for (size_t i = 0; i < node->text.size && i < 32; i++) {
            char c = node->text.at[i];
            text_add_char(&t, c >= 'a' && c <= 'z' ? (char)(c - 32) : c);
        }
        bool fine = is_method(view_of(hint + 14, t.size - 14));
        text_add(&t, VIEW("'?"));
        hint[t.size] = '\0';
        return load_error(loader, node, "P030", fine ? hint : NULL,
                          "expected a method in upper case or 'any', found "
                          "'%.*s'",
                          VIEW_ARG(load_shown(node->text)));
    }
    bit = method_add(names, node->text);
    if (bit == 0) {
        return load_error(loader, node, "P030", NULL,
                          "more than %d different methods", METHODS_MAX);
    }
    route->methods |= method_covered(bit);
    loader->policy->names_methods = true;
    return true;
}

static bool read_methods(struct loader *loader, const struct node *map,
                         const struct schema_texts *texts, struct route *route)
{
    bool fine = true;

    if (texts->count == 0) {
        return load_error(loader, node_get(map, "method"), "P025",
                          "leave it out to match every method",
                          "'method': an empty list matches nothing");
    }
    if (texts->count == 1 && view_equal(texts->nodes[0]->text, VIEW("any"))) {
        return true;
    }
    for (size_t i = 0; i < texts->count; i++) {
        const struct node *node = texts->nodes[i];
        if (view_equal(node->text, VIEW("any"))) {
            fine = load_error(loader, node, "P030", NULL,
                              "'any' stands alone: it covers every method");
        } else {
            fine &= read_method(loader, node, route);
        }
    }
    return fine;
}

/* Labels of letters, digits, '-' and '_', after "*." perhaps. */
static bool is_host(struct view v)
{
    bool start = true; /* of a label */

    if (view_starts(v, VIEW("*."))) {
        v = view_of(v.at + 2, v.size - 2);
    }
    for (size_t i = 0; i < v.size; i++) {
        char c = v.at[i];
        if (c == '.' ? start : !ascii_is_alnum(c) && c != '-' && c != '_') {
            return false;
        }
        start = c == '.';
    }
    return !start && v.size <= HOST_MAX_SIZE;
}

static bool read_host(struct loader *loader, const struct node *node,
                      struct view *out)
{
    struct view copy;
    char *bytes;

    if (!is_host(node->text)) {
        return load_error(loader, node, "P031",
                          "no scheme, port, path or dot at the end; '*' only "
                          "as '*.' at the start",
                          "expected a host such as news.example or "
                          "*.news.example, found '%.*s'",
                          VIEW_ARG(load_shown(node->text)));
    }
    copy = arena_copy(loader->arena, node->text);
    bytes = (char *)(size_t)copy.at;
    if (!bytes) {
        return load_memory(loader, node);
    }
    for (size_t i = 0; i < copy.size; i++) {
        bytes[i] = ascii_lower(bytes[i]);
    }
    *out = copy;
    return true;
}

static bool read_hosts(struct loader *loader, const struct node *map,
                       const struct schema_texts *texts, struct route *route)
{
    if (!node_get(map, "host")) {
        return true;
    }
    if (texts->count == 0) {
        return load_error(loader, node_get(map, "host"), "P025",
                          "leave it out to match every host",
                          "'host': an empty list matches nothing");
    }
    route->hosts = load_array(loader, map, texts->count, sizeof *route->hosts);
    for (size_t i = 0; route->hosts && i < texts->count; i++) {
        if (read_host(loader, texts->nodes[i],
                      &route->hosts[route->host_count])) {
            route->host_count++;
        }
    }
    loader->policy->names_hosts = true;
    return route->host_count == texts->count;
}

/* What stands for itself in a query, so that it is compared as sent. */
static bool is_query_text(struct view v, bool name)
{
    for (size_t i = 0; i < v.size; i++) {
        char c = v.at[i];
        if (!ascii_is_alnum(c) && c != '-' && c != '_' && c != '~' &&
            (name || (c != '.' && c != ',' && c != ':' && c != '/'))) {
            return false;
        }
    }
    return v.size > 0;
}

static bool read_query_test(struct loader *loader, const struct node *node,
                            struct query_test *out)
{
    if (!schema_expect(node, NODE_SCALAR, loader->problems)) {
        loader->failed = true;
        return false;
    }
    out->name = node->key;
    if (!is_query_text(node->key, true)) {
        return load_error(loader, node, "P032", NULL,
                          "expected a query field's name of letters, digits, "
                          "'-' and '_', found '%.*s'",
                          VIEW_ARG(load_shown(node->key)));
    }
    if (!node->quoted && view_equal(node->text, VIEW("present"))) {
        out->value = VIEW_NONE;
        return true;
    }
    out->value = node->text;
    return is_query_text(node->text, false) ||
           load_error(loader, node, "P032", "or 'present', for any value",
                      "expected a value of letters, digits and -_~.,:/, found "
                      "'%.*s'",
                      VIEW_ARG(load_shown(node->text)));
}

static bool read_query(struct loader *loader, const struct node *map,
                       struct route *route)
{
    if (!map) {
        return true;
    }
    if (!schema_expect(map, NODE_MAP, loader->problems)) {
        loader->failed = true;
        return false;
    }
    route->queries =
        load_array(loader, map, map->count, sizeof *route->queries);
    for (const struct node *node = map->first; route->queries && node;
         node = node->next) {
        read_query_test(loader, node, &route->queries[route->query_count++]);
    }
    return !loader->failed;
}

static bool read_match(struct loader *loader, const struct node *map,
                       struct route *route)
{
    struct match_keys keys = {0};

    if (!load_map(loader, match_schema, map, "a match", &keys)) {
        return false;
    }
    if (map->count == 0) {
        return load_error(loader, map, "P025", "path: /** matches everything",
                          "a match says at least one of path, method, host, "
                          "query");
    }
    read_paths(loader, map, &keys.path, route);
    read_methods(loader, map, &keys.method, route);
    read_hosts(loader, map, &keys.host, route);
    return read_query(loader, keys.query, route);
}

/* ---- tiers ---- */

static void read_tier(struct loader *loader, const struct node *node,
                      struct tier *tier, uint32_t *condition)
{
    struct tier_keys keys = {0};
    size_t number;

    if (!load_map(loader, tier_schema, node, "a tier", &keys)) {
        return;
    }
    number = condition_share(loader, keys.when);
    loader->failed |= number >= UINT32_MAX;
    *condition = (uint32_t)number;
    if (keys.valid) {
        tier->window = window_read(loader, keys.valid);
    }
    outcome_read(loader, keys.price, &tier->outcome);
    tier->outcome.line = node->place.line;
}

static void read_tiers(struct loader *loader, const struct node *list,
                       struct route *route)
{
    if (!list) {
        return;
    }
    if (!schema_expect(list, NODE_LIST, loader->problems)) {
        loader->failed = true;
        return;
    }
    route->tiers = load_array(loader, list, list->count, sizeof *route->tiers);
    route->conditions =
        load_lines(loader, list, list->count, sizeof *route->conditions);
    for (const struct node *node = list->first;
         route->tiers && route->conditions && node; node = node->next) {
        unsigned i = route->tier_count++;
        read_tier(loader, node, &route->tiers[i], &route->conditions[i]);
    }
}

/* ---- routes ---- */

struct factors route_most(const struct route *route, bool rebated)
{
    struct factors most = FACTORS_NONE;

    if (route->units) {
        most.units = route->units->dearest;
    }
    if (route->demand) {
        most.multiplier = route->demand->ceiling;
    }
    if (rebated && (route->units || route->volume)) {
        most.units_factor = FACTOR_ONE - 1;
    }
    return most;
}

/* No request may come to more than 256 bits: that would not be the price. */
static void check_size(struct loader *loader, const struct node *node,
                       const struct route *route, const struct outcome *outcome)
{
    struct factors factors = route_most(route, true);

    for (size_t i = 0; outcome->action == PRICE_CHARGE &&
                       i < outcome->offer_count && outcome->offers[i].asset;
         i++) {
        struct amount most = outcome_amount(
            outcome, i, &outcome->offers[i].asset->rate, &factors);
        if (amount_compare(&most, &amount_largest) == 0) {
            load_error(loader, node, "P016", NULL,
                       "route '%.*s' may come to more than 256 bits can hold",
                       VIEW_ARG(route->id));
            return;
        }
    }
}

static void check_sizes(struct loader *loader, const struct node *node,
                        const struct route *route)
{
    check_size(loader, node, route, &route->price);
    for (size_t i = 0; i < route->tier_count; i++) {
        check_size(loader, node, route, &route->tiers[i].outcome);
    }
}

static void read_route(struct loader *loader, const struct node *node,
                       struct route *route)
{
    struct route_keys keys = {0};

    if (!load_map(loader, route_schema, node, "a route", &keys)) {
        /* what there is, is looked at all the same */
        if (node->kind != NODE_MAP) {
            return;
        }
    }
    route->id = keys.id;
    if (keys.id.at) {
        read_id(loader, node_get(node, "id"), keys.id);
    }
    if (keys.match) {
        read_match(loader, keys.match, route);
    }
    if (keys.units) {
        route->units = units_read(loader, keys.units);
    }
    if (keys.volume && keys.id.at) {
        route->volume = volume_read(loader, keys.volume, keys.id);
    }
    if (keys.demand && keys.id.at) {
        route->demand = demand_read(loader, keys.demand, keys.id);
    }
    if (keys.valid) {
        route->window = window_read(loader, keys.valid);
    }
    read_tiers(loader, keys.tiers, route);
    if (keys.price) {
        outcome_read(loader, keys.price, &route->price);
    }
    route->price.line = node->place.line;
    check_sizes(loader, node, route);
}

bool routes_read(struct loader *loader, const struct node *routes)
{
    struct policy *policy = loader->policy;

    if (!schema_expect(routes, NODE_LIST, loader->problems)) {
        loader->failed = true;
        return false;
    }
    policy->routes =
        load_lines(loader, routes, routes->count, sizeof *policy->routes);
    for (const struct node *node = routes->first; policy->routes && node;
         node = node->next) {
        read_route(loader, node, &policy->routes[policy->route_count++]);
    }
    return !loader->failed;
}
