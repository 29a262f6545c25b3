/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Demand as it is written, of one route or of a group that several routes
 * name.
 *
 *   demand: { signal: requests, target: 50/s, step: 12.5%, period: 5s,
 *             floor: 0.5x, ceiling: 8x }
 *   demand: { signal: load, curve: [{ at: 50%, factor: 1x },
 *                                   { at: 90%, factor: 4x }] }
 */
#include "base/hash.h"
#include "pricing/parts_load.h"

#define CELLS_LEAST ((size_t)256)
#define CELLS_MOST ((size_t)65536)
#define FACTOR_MOST (1000 * FACTOR_ONE)
#define PER_CLIENT_MOST 65535

struct demand_keys {
    int signal;
    const struct node *target, *step, *floor, *ceiling, *curve, *per_client;
    int64_t period, hold;
};
static const struct schema_key demand_schema[] = {
    {"signal", SCHEMA_CHOICE, offsetof(struct demand_keys, signal), true, NULL,
     demand_signals, 0, 0,
     "what is measured: requests, paid (proven claims) or load (pushed)"},
    {"target", SCHEMA_NODE, offsetof(struct demand_keys, target), false, NULL,
     NULL, 0, 0, "the signal at which the price stays: 50/s; load: 70%"},
    {"step", SCHEMA_NODE, offsetof(struct demand_keys, step), false, NULL, NULL,
     0, 0, "the most that it moves in a period; 12.5%"},
    {"period", SCHEMA_DURATION, offsetof(struct demand_keys, period), false,
     "5s", NULL, 1000000, INT64_C(3600000000), "how often the price moves"},
    {"floor", SCHEMA_NODE, offsetof(struct demand_keys, floor), false, NULL,
     NULL, 0, 0, "the least multiplier; 1x"},
    {"ceiling", SCHEMA_NODE, offsetof(struct demand_keys, ceiling), false, NULL,
     NULL, 0, 0, "the largest multiplier; 8x"},
    {"curve", SCHEMA_NODE, offsetof(struct demand_keys, curve), false, NULL,
     NULL, 0, 0,
     "points in place of target and step: [{ at: 50/s, factor: 1x }]"},
    {"per-client", SCHEMA_NODE, offsetof(struct demand_keys, per_client), false,
     NULL, NULL, 0, 0,
     "requests of one client that count in a period; a tenth of the target"},
    {"hold", SCHEMA_INTEGER, offsetof(struct demand_keys, hold), false, "3",
     NULL, 0, 1000, "periods that a reading of the load holds for"},
    {0}};

struct point_keys {
    const struct node *at, *factor;
};
static const struct schema_key point_schema[] = {
    {"at", SCHEMA_NODE, offsetof(struct point_keys, at), true, NULL, NULL, 0, 0,
     "the signal: 50/s; load: 70%"},
    {"factor", SCHEMA_NODE, offsetof(struct point_keys, factor), true, NULL,
     NULL, 0, 0, "the multiplier there: 2x"},
    {0}};

static const struct shape_part point_parts[] = {
    {"at", &shape_scalar}, {"factor", &shape_scalar}, {0}};
static const struct shape point_shape = {
    .kind = SHAPE_KEYS, .keys = point_schema, .parts = point_parts};
static const struct shape curve_shape = {
    .kind = SHAPE_LIST, .of = &point_shape, .least = 2};
static const struct shape_part demand_parts[] = {{"target", &shape_scalar},
                                                 {"step", &shape_scalar},
                                                 {"floor", &shape_scalar},
                                                 {"ceiling", &shape_scalar},
                                                 {"curve", &curve_shape},
                                                 {"per-client", &shape_scalar},
                                                 {0}};
static const struct shape own_shape = {.kind = SHAPE_KEYS,
                                       .name = "demand",
                                       .keys = demand_schema,
                                       .parts = demand_parts};
const struct shape demands_shape = {.kind = SHAPE_MAP, .of = &own_shape};
static const struct shape *const demand_any[] = {&shape_scalar, &own_shape,
                                                 NULL};
const struct shape demand_shape = {.kind = SHAPE_EITHER, .either = demand_any};

/* ---- signals ---- */

/* "50/s" as thousandths in a period; load: "70%" as parts per million. */
static bool read_signal(struct loader *loader, const struct node *node,
                        const struct demand *demand, uint64_t *out)
{
    static const struct {
        char unit;
        uint64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    struct view text = node->kind == NODE_SCALAR ? node->text : VIEW_NONE;
    bool load = demand->signal == SIGNAL_LOAD;
    struct view number = load && view_ends(text, VIEW("%"))
                             ? view_of(text.at, text.size - 1)
                             : view_cut(&text, '/');
    struct amount amount;

    for (size_t i = 0; i < 4; i++) {
        uint64_t period = (uint64_t)demand->rule.period;
        if (load ? view_ends(node->text, VIEW("%"))
                 : text.size == 1 && text.at[0] == units[i].unit) {
            if (amount_from_decimal(number, load ? 4 : 3, &amount) !=
                    AMOUNT_OK ||
                (!load && !amount_scale_up(&amount, period,
                                           units[i].seconds * 1000000)) ||
                amount_to_u64(&amount) > UINT32_MAX) {
                break;
            }
            *out = amount_to_u64(&amount);
            return true;
        }
    }
    return load_error(loader, node, "P049", NULL,
                      load ? "expected a load such as 70%%, found '%.*s'"
                           : "expected a frequency such as 50/s, 3000/m or "
                             "200/h, found '%.*s'",
                      VIEW_ARG(load_shown(node->text)));
}

static bool read_curve(struct loader *loader, const struct node *list,
                       struct demand *out)
{
    struct curve_point *points;
    size_t n = 0;

    if (!schema_expect(list, NODE_LIST, loader->problems)) {
        loader->failed = true;
        return false;
    }
    if (list->count < 2 || list->count > CURVE_MAX) {
        return load_error(loader, list, "P049", NULL,
                          "expected 2 to %d points, found %zu", CURVE_MAX,
                          list->count);
    }
    points = load_array(loader, list, list->count, sizeof *points);
    for (const struct node *node = list->first; points && node;
         node = node->next, n++) {
        struct point_keys keys = {0};
        if (!load_map(loader, point_schema, node, "a point", &keys) ||
            !read_signal(loader, keys.at, out, &points[n].at) ||
            !factor_read(loader, keys.factor, FACTOR_MOST, &points[n].factor)) {
            return false;
        }
        if (n > 0 && points[n].at <= points[n - 1].at) {
            return load_error(loader, node, "P049", NULL,
                              "each point stands at more than the one before");
        }
    }
    out->curve = points;
    out->curve_count = n;
    out->target = points ? points[n - 1].at : 0;
    return points != NULL;
}

static bool read_controller(struct loader *loader, const struct node *map,
                            const struct demand_keys *keys, struct demand *out)
{
    int64_t step = 125000;

    if (!keys->target) {
        return load_error(loader, map, "P049", NULL,
                          "demand needs 'target' or 'curve'");
    }
    if (!read_signal(loader, keys->target, out, &out->target)) {
        return false;
    }
    if (out->target == 0) {
        return load_error(loader, keys->target, "P049", NULL,
                          "a target is above 0");
    }
    if (keys->step && !schema_percent(keys->step, &step, loader->problems)) {
        loader->failed = true;
        return false;
    }
    if (step < 1000 || step > 500000) {
        return load_error(loader, keys->step ? keys->step : map, "P049", NULL,
                          "expected a step of 0.1%% to 50%%");
    }
    out->step = (uint64_t)step;
    return true;
}

static bool read_bounds(struct loader *loader, const struct node *map,
                        const struct demand_keys *keys, struct demand *out)
{
    out->floor = FACTOR_ONE;
    out->ceiling = 8 * FACTOR_ONE;
    if ((keys->floor &&
         !factor_read(loader, keys->floor, FACTOR_MOST, &out->floor)) ||
        (keys->ceiling &&
         !factor_read(loader, keys->ceiling, FACTOR_MOST, &out->ceiling))) {
        return false;
    }
    return (out->floor <= FACTOR_ONE && out->ceiling >= FACTOR_ONE &&
            out->floor < out->ceiling && out->floor >= FACTOR_ONE / 100) ||
           load_error(loader, map, "P049", NULL,
                      "expected a floor of 0.01x to 1x and a ceiling of 1x to "
                      "1000x, one below the other");
}

/* ---- clients ---- */

/* Room for several times as many clients as reach the target. */
static bool read_clients(struct loader *loader, const struct node *node,
                         struct demand *out)
{
    uint64_t events = (out->target + 999) / 1000;
    uint64_t share = events / 10;
    int64_t n = 0;

    if (out->signal != SIGNAL_REQUESTS) {
        return !node || load_error(loader, node, "P049", NULL,
                                   "'per-client' is for 'signal: requests'");
    }
    if (node &&
        !schema_integer(node, 1, PER_CLIENT_MOST, &n, loader->problems)) {
        loader->failed = true;
        return false;
    }
    share = node ? (uint64_t)n : share;
    out->per_client = share == 0                ? 1
                      : share < PER_CLIENT_MOST ? (unsigned)share
                                                : PER_CLIENT_MOST;
    out->rule.cells = CELLS_LEAST;
    while (out->rule.cells < 32 * events / out->per_client &&
           out->rule.cells < CELLS_MOST) {
        out->rule.cells *= 2;
    }
    return true;
}

/* ---- the whole ---- */

static uint64_t next_multiplier(const void *context, uint64_t value,
                                uint64_t signal, bool gone)
{
    return demand_next(context, value, signal, gone);
}

static void add_number(struct sha256 *hash, uint64_t n)
{
    sha256_add(hash, view_of((const char *)&n, sizeof n));
}

/* Another definition starts at rest. */
static void make_rule(struct loader *loader, struct demand *demand)
{
    struct sha256 hash;
    const struct view parts[] = {VIEW("demand"), loader->site, demand->name};

    sha256_start(&hash);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        sha256_add(&hash, parts[i]);
        sha256_add(&hash, view_of("", 1));
    }
    add_number(&hash, (uint64_t)demand->signal);
    add_number(&hash, demand->target);
    add_number(&hash, demand->step);
    add_number(&hash, demand->floor);
    add_number(&hash, demand->ceiling);
    add_number(&hash, (uint64_t)demand->rule.period);
    for (size_t i = 0; i < demand->curve_count; i++) {
        add_number(&hash, demand->curve[i].at);
        add_number(&hash, demand->curve[i].factor);
    }
    sha256_end(&hash, demand->rule.key);
    demand->rule.rest = FACTOR_ONE;
    demand->rule.keep = loader->policy->quote_ttl;
    demand->rule.mean = demand->signal == SIGNAL_LOAD;
    demand->rule.next = next_multiplier;
    demand->rule.context = demand;
}

/* So many points are kept; a price told must not outlive them. */
static bool check_points(struct loader *loader, const struct node *map,
                         const struct demand *demand)
{
    int64_t points = loader->policy->quote_ttl / demand->rule.period;

    return points <= METER_POINTS - 2 ||
           load_error(loader, map, "P049", "a longer period, or a shorter ttl",
                      "a price told holds for %lld periods: at most %d are "
                      "kept",
                      (long long)points, METER_POINTS - 2);
}

static const struct demand *
read_demand(struct loader *loader, const struct node *map, struct view name)
{
    struct demand_keys keys = {0};
    struct demand *demand = load_lines(loader, map, 1, sizeof *demand);

    if (!demand || !load_map(loader, demand_schema, map, "demand", &keys)) {
        return NULL;
    }
    demand->name = name;
    demand->signal = (enum demand_signal)keys.signal;
    demand->rule.period = keys.period;
    demand->rule.hold = (unsigned)keys.hold;
    if (keys.curve && (keys.target || keys.step)) {
        load_error(loader, map, "P049", NULL,
                   "'curve' stands in place of 'target' and 'step'");
        return NULL;
    }
    demand->step = 125000; /* back to rest, where the signal is gone */
    if (!read_bounds(loader, map, &keys, demand) ||
        !(keys.curve ? read_curve(loader, keys.curve, demand)
                     : read_controller(loader, map, &keys, demand)) ||
        !read_clients(loader, keys.per_client, demand) ||
        !check_points(loader, map, demand)) {
        return NULL;
    }
    make_rule(loader, demand);
    loader->policy->moves = true;
    return demand;
}

static bool keep(struct loader *loader, const struct node *node,
                 const struct demand *demand)
{
    struct policy *policy = loader->policy;

    if (policy->demand_count == DEMANDS_MAX) {
        return load_error(loader, node, "P049", "let routes share a group",
                          "more than %d demands", DEMANDS_MAX);
    }
    if (!policy->demands) {
        policy->demands =
            load_array(loader, node, DEMANDS_MAX, sizeof *policy->demands);
    }
    if (!policy->demands) {
        return false;
    }
    policy->demands[policy->demand_count++] = demand;
    return true;
}

bool demands_read(struct loader *loader, const struct node *groups)
{
    if (!groups) {
        return true;
    }
    if (!schema_expect(groups, NODE_MAP, loader->problems)) {
        loader->failed = true;
        return false;
    }
    for (const struct node *node = groups->first; node; node = node->next) {
        const struct demand *demand = read_demand(loader, node, node->key);
        if (demand && !keep(loader, node, demand)) {
            return false;
        }
    }
    return !loader->failed;
}

const struct demand *demand_read(struct loader *loader, const struct node *node,
                                 struct view route)
{
    const struct policy *policy = loader->policy;
    const struct demand *demand = NULL;

    if (node->kind != NODE_SCALAR) {
        demand = read_demand(loader, node, route);
        return demand && keep(loader, node, demand) ? demand : NULL;
    }
    for (size_t i = 0; i < policy->demand_count; i++) {
        if (view_equal(policy->demands[i]->name, node->text)) {
            return policy->demands[i];
        }
    }
    load_error(loader, node, "P049", "name one under the policy's 'demand:'",
               "no demand is called '%.*s'", VIEW_ARG(load_shown(node->text)));
    return NULL;
}
