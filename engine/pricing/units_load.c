/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What prices are multiplied with, as it is written: factors, steps, and the
 * units that a request asks for.
 */
#include "pricing/parts_load.h"
#include "request/retry.h"

#define STEPS_MAX 32
#define NAME_MAX_SIZE 64

/* ---- factors and steps ---- */

bool factor_read(struct loader *loader, const struct node *node, uint64_t most,
                 uint64_t *out)
{
    struct view text = node->kind == NODE_SCALAR ? node->text : VIEW_NONE;
    struct amount amount;

    if (text.size > 1 && text.at[text.size - 1] == 'x') {
        text.size--;
    }
    if (amount_from_decimal(text, 6, &amount) != AMOUNT_OK ||
        amount_is_zero(&amount) || amount_to_u64(&amount) > most) {
        return load_error(loader, node, "P048", NULL,
                          "expected a factor such as 0.8 or 0.8x, above 0 "
                          "and at most %llu, with at most 6 decimals, found "
                          "'%.*s'",
                          (unsigned long long)(most / FACTOR_ONE),
                          VIEW_ARG(load_shown(node->text)));
    }
    *out = amount_to_u64(&amount);
    return true;
}

struct step_keys {
    int64_t from;
    const struct node *factor;
};
static const struct schema_key step_schema[] = {
    {"from", SCHEMA_INTEGER, offsetof(struct step_keys, from), true, NULL, NULL,
     1, INT64_C(1000000000000), "the first number that it holds for"},
    {"factor", SCHEMA_NODE, offsetof(struct step_keys, factor), true, NULL,
     NULL, 0, 0, "what the price is multiplied with: 0.8"},
    {0}};

static const struct shape_part step_parts[] = {{"factor", &shape_scalar}, {0}};
static const struct shape step_shape = {
    .kind = SHAPE_KEYS, .keys = step_schema, .parts = step_parts};
const struct shape steps_shape = {
    .kind = SHAPE_LIST, .of = &step_shape, .least = 1};

bool steps_read(struct loader *loader, const struct node *list,
                struct rebate **out, size_t *count)
{
    struct rebate *steps;
    size_t n = 0;

    if (!schema_expect(list, NODE_LIST, loader->problems)) {
        loader->failed = true;
        return false;
    }
    if (list->count == 0 || list->count > STEPS_MAX) {
        return load_error(loader, list, "P048", NULL,
                          "expected 1 to %d steps, found %zu", STEPS_MAX,
                          list->count);
    }
    steps = load_array(loader, list, list->count, sizeof *steps);
    for (const struct node *node = list->first; steps && node;
         node = node->next, n++) {
        struct step_keys keys = {0};
        if (!load_map(loader, step_schema, node, "a step", &keys) ||
            !factor_read(loader, keys.factor, FACTOR_ONE, &steps[n].factor)) {
            return false;
        }
        steps[n].from = (uint64_t)keys.from;
        if (n > 0 && (steps[n].from <= steps[n - 1].from ||
                      steps[n].factor >= steps[n - 1].factor)) {
            return load_error(loader, node, "P048", NULL,
                              "each step begins at more than the one before, "
                              "with a smaller factor");
        }
    }
    *out = steps;
    *count = n;
    return steps != NULL;
}

/* ---- names of headers ---- */

static bool is_token(struct view v)
{
    for (size_t i = 0; i < v.size; i++) {
        if (!ascii_is_alnum(v.at[i]) && v.at[i] != '-' && v.at[i] != '_') {
            return false;
        }
    }
    return v.size > 0 && v.size <= NAME_MAX_SIZE;
}

bool header_name_read(struct loader *loader, const struct node *node,
                      struct view *out)
{
    struct view name = node->text;

    if (!is_token(name)) {
        return load_error(loader, node, "P045", NULL,
                          "expected a header's name of letters, digits and "
                          "'-', found '%.*s'",
                          VIEW_ARG(load_shown(name)));
    }
    if (header_is_of_retry(name, NULL)) {
        return load_error(loader, node, "P045", NULL,
                          "'%.*s' comes with a payment: the price must be "
                          "the same with and without one",
                          VIEW_ARG(name));
    }
    *out = name;
    return true;
}

/* ---- units ---- */

struct units_keys {
    struct view query;
    const struct node *header, *steps;
    int64_t most;
};
static const struct schema_key units_schema[] = {
    {"query", SCHEMA_TEXT, offsetof(struct units_keys, query), false, NULL,
     NULL, 0, 0, "the query field that says how many"},
    {"header", SCHEMA_NODE, offsetof(struct units_keys, header), false, NULL,
     NULL, 0, 0, "the header that says how many"},
    {"most", SCHEMA_INTEGER, offsetof(struct units_keys, most), true, NULL,
     NULL, 1, INT64_C(1000000000000),
     "the cap: what is paid for more, and for a number that is not there"},
    {"steps", SCHEMA_NODE, offsetof(struct units_keys, steps), false, NULL,
     NULL, 0, 0, "cheaper from so many on: [{ from: 50, factor: 0.8 }]"},
    {0}};

static const struct shape_part units_parts[] = {
    {"header", &shape_scalar}, {"steps", &steps_shape}, {0}};
const struct shape units_shape = {
    .kind = SHAPE_KEYS, .keys = units_schema, .parts = units_parts};

/* n * factor, for n up to 10^12 and factors up to 10^6. */
static uint64_t total(const struct units *units, uint64_t n)
{
    return n * units_factor(units, n);
}

/* With steps the cap need not cost most: just below a step may. */
static void find_dearest(struct loader *loader, const struct node *map,
                         struct units *units)
{
    units->dearest = units->most;
    for (size_t i = 0; i < units->step_count; i++) {
        uint64_t before = units->steps[i].from - 1;
        if (before == 0 || before > units->most) {
            continue;
        }
        if (total(units, before) > total(units, before + 1)) {
            load_warn(loader, map, "P045", NULL,
                      "%llu units cost more than %llu: who asks for fewer "
                      "pays more",
                      (unsigned long long)before,
                      (unsigned long long)before + 1);
        }
        if (total(units, before) > total(units, units->dearest)) {
            units->dearest = before;
        }
    }
}

const struct units *units_read(struct loader *loader, const struct node *map)
{
    struct units_keys keys = {0};
    struct units *units = load_array(loader, map, 1, sizeof *units);

    if (!units || !load_map(loader, units_schema, map, "units", &keys)) {
        return NULL;
    }
    if (!keys.query.at == !keys.header) {
        load_error(loader, map, "P045", NULL,
                   "units are said by either 'query' or 'header'");
        return NULL;
    }
    if (keys.query.at && !is_token(keys.query)) {
        load_error(loader, node_get(map, "query"), "P032", NULL,
                   "expected a query field's name of letters, digits, '-' "
                   "and '_', found '%.*s'",
                   VIEW_ARG(load_shown(keys.query)));
        return NULL;
    }
    units->query = keys.query;
    units->most = (uint64_t)keys.most;
    if ((keys.header &&
         !header_name_read(loader, keys.header, &units->header)) ||
        (keys.steps &&
         !steps_read(loader, keys.steps, &units->steps, &units->step_count))) {
        return NULL;
    }
    find_dearest(loader, map, units);
    loader->policy->moves = true;
    return units;
}
