/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A `when` -> a tree of tests.
 *
 *   { all: [..], any: [..], not: {..}, FIELD|transform: TEST, ... }
 *
 * Several keys in one map mean all of them. All problems of a condition are
 * reported, then it is NULL.
 */
#include "classify/draft_load.h"

#include "config/schema.h"
#include "request/retry.h"

/* ---- the field of a key ---- */

static const char *nearest_field(struct view name)
{
    const char *words[FIELD_COUNT + 3];
    size_t count = 0;

    for (size_t i = 0; i < FIELD_COUNT; i++) {
        words[count++] = field_rows[i].name;
    }
    words[count++] = "all";
    words[count++] = "any";
    words[count++] = "not";
    return problems_nearest(name, words, count);
}

static bool is_token(struct view name)
{
    for (size_t i = 0; i < name.size; i++) {
        if (!ascii_is_alnum(name.at[i]) &&
            (!strchr("!#$%&'*+-.^_`|~", name.at[i]) || !name.at[i])) {
            return false;
        }
    }
    return name.size > 0;
}

static struct view lower_copy(struct rules *rules, struct view text)
{
    char *copy = arena_alloc(rules->arena, text.size + 1);

    if (!copy) {
        return VIEW_NONE;
    }
    for (size_t i = 0; i < text.size; i++) {
        copy[i] = ascii_lower(text.at[i]);
    }
    return view_of(copy, text.size);
}

static enum field find_field(struct rules *rules, struct place place,
                             struct view name, struct view *parameter)
{
    enum field field = field_find(name, parameter);
    char room[HINT_ROOM];

    if (field == FIELD_COUNT) {
        const char *nearest = nearest_field(name);
        bool bare = nearest && view_equal(name, view_text(nearest));

        rules_refuse(rules, place, RULE_FIELD,
                     bare ? NULL : hint_nearest(room, nearest),
                     bare ? "the field '%.*s' needs a name behind the point"
                          : "unknown field '%.*s'",
                     VIEW_ARG(name));
        return field;
    }
    if (field == FIELD_HEADER) {
        if (!is_token(*parameter)) {
            rules_refuse(rules, place, RULE_FIELD, NULL,
                         "'%.*s' can be no header's name",
                         VIEW_ARG(*parameter));
            return FIELD_COUNT;
        }
        *parameter = lower_copy(rules, *parameter);
        if (!parameter->at) {
            rules_no_memory(rules);
            return FIELD_COUNT;
        }
    }
    return field;
}

/* "lower|length" -> numbers of transforms. */
static bool read_transforms(struct rules *rules, struct place place,
                            struct view rest, enum field field,
                            unsigned char out[TRANSFORMS_MAX])
{
    size_t count = 0;

    while (rest.at) {
        struct view name = view_cut(&rest, '|');
        unsigned char found = 0;
        size_t words = 0;

        for (; transform_names[words]; words++) {
            if (view_equal(name, view_text(transform_names[words]))) {
                found = (unsigned char)(TRANSFORM_LOWER + words);
            }
        }
        if (!found) {
            char room[HINT_ROOM];
            const char *near = problems_nearest(name, transform_names, words);

            rules_refuse(rules, place, RULE_TRANSFORM, hint_nearest(room, near),
                         "unknown transform '%.*s', expected lower, "
                         "url-decode, trim or length",
                         VIEW_ARG(name));
            return false;
        }
        if (field_rows[field].type != FIELD_TYPE_TEXT || field == FIELD_CLASS) {
            rules_refuse(rules, place, RULE_TRANSFORM, NULL,
                         "'%.*s' transforms text of the request, and '%s' is "
                         "none",
                         VIEW_ARG(name), field_rows[field].name);
            return false;
        }
        if (count == TRANSFORMS_MAX ||
            (count > 0 && out[count - 1] == TRANSFORM_LENGTH)) {
            rules_refuse(rules, place, RULE_TRANSFORM, NULL,
                         count == TRANSFORMS_MAX
                             ? "more than 4 transforms"
                             : "'length' makes a number: it comes last");
            return false;
        }
        out[count++] = found;
    }
    return true;
}

/* Has only a paid retry a value there? */
static bool is_of_payment(const struct rules *rules, enum field field,
                          struct view parameter)
{
    return view_starts(view_text(field_rows[field].name), VIEW("payment.")) ||
           (field == FIELD_HEADER &&
            header_is_of_retry(parameter, rules->options.retry_names));
}

static bool price_may_rest_on(struct rules *rules, struct place place,
                              enum field field, bool payment)
{
    if (!payment && field != FIELD_RATE) {
        return true;
    }
    rules_refuse(rules, place, RULE_PRICE, NULL,
                 payment ? "a price may not rest on the payment"
                         : "a price may not rest on a rate");
    return false;
}

static bool note_rate(struct rules *rules, struct place place,
                      struct reading *reading, size_t slot)
{
    struct rate_test *test = arena_alloc(rules->arena, sizeof(*test));
    struct rate_reader *readers =
        list_room(rules->arena, rules->rate_readers, &rules->rate_reader_room,
                  rules->rate_reader_count, sizeof(*readers));

    if (!readers || !test) {
        return rules_no_memory(rules);
    }
    *test = (struct rate_test){slot, reading->rates};
    reading->rates = test;
    rules->rate_readers = readers;
    readers[rules->rate_reader_count++] = (struct rate_reader){slot, place};
    return true;
}

bool slot_read(struct rules *rules, const struct node *node, struct view name,
               struct reading *reading, size_t *slot)
{
    struct place place = node->key.at ? node->key_place : node->place;
    unsigned char transforms[TRANSFORMS_MAX] = {0};
    struct view rest = name, parameter;
    struct view bare = view_cut(&rest, '|');
    enum field field = find_field(rules, place, bare, &parameter);
    bool payment;

    if (field == FIELD_COUNT ||
        !read_transforms(rules, place, rest, field, transforms)) {
        return false;
    }
    payment = is_of_payment(rules, field, parameter);
    if (reading->price && !price_may_rest_on(rules, place, field, payment)) {
        return false;
    }
    *slot = plan_slot(rules->plan, field, parameter, transforms);
    if (*slot == SIZE_MAX) {
        return rules_no_memory(rules);
    }
    reading->reads_score |= field == FIELD_SCORE || field == FIELD_CLASS;
    reading->reads_payment |= payment;
    reading->reads_signature |= field_is_of_signature(field);
    return field != FIELD_RATE || note_rate(rules, place, reading, *slot);
}

/* ---- all, any, not ---- */

static bool append(struct draft_node *group, struct draft_node ***end,
                   struct draft_node *part)
{
    if (!part) {
        return false;
    }
    if (!*end) {
        *end = &group->first;
    }
    **end = part;
    *end = &part->next;
    return true;
}

static struct draft_node *read_group(struct rules *rules,
                                     const struct node *list,
                                     enum draft_kind kind,
                                     struct reading *reading)
{
    struct draft_node *group = draft_node_new(rules, kind);
    struct draft_node **end = NULL;
    bool good = group;

    if (list->kind != NODE_LIST || list->count == 0) {
        rules_refuse(
            rules, list->place, RULE_CONDITION,
            list->kind == NODE_MAP ? "one map in brackets is a list: [{ ... }]"
                                   : NULL,
            "'%.*s' takes a list of conditions, found %s", VIEW_ARG(list->key),
            list->kind == NODE_LIST ? "an empty list"
                                    : node_kind_name(list->kind));
        return NULL;
    }
    for (const struct node *n = list->first; n && group; n = n->next) {
        good = append(group, &end, condition_read(rules, n, reading)) && good;
    }
    return good ? group : NULL;
}

static struct draft_node *read_not(struct rules *rules, const struct node *node,
                                   struct reading *reading)
{
    struct draft_node *turned = draft_node_new(rules, DRAFT_NOT);

    if (node->kind == NODE_LIST) {
        rules_refuse(rules, node->place, RULE_CONDITION,
                     "none of several: not: { any: [...] }",
                     "'not' takes one condition, found a list");
        return NULL;
    }
    if (turned) {
        turned->first = condition_read(rules, node, reading);
    }
    return turned && turned->first ? turned : NULL;
}

static struct draft_node *read_entry(struct rules *rules,
                                     const struct node *node,
                                     struct reading *reading)
{
    size_t slot;

    if (view_equal(node->key, VIEW("all"))) {
        return read_group(rules, node, DRAFT_ALL, reading);
    }
    if (view_equal(node->key, VIEW("any"))) {
        return read_group(rules, node, DRAFT_ANY, reading);
    }
    if (view_equal(node->key, VIEW("not"))) {
        return read_not(rules, node, reading);
    }
    if (!slot_read(rules, node, node->key, reading, &slot)) {
        return NULL;
    }
    return test_read(rules, node, slot, reading);
}

struct draft_node *condition_read(struct rules *rules, const struct node *node,
                                  struct reading *reading)
{
    struct draft_node *group;
    struct draft_node **end = NULL;
    bool good = true;

    if (node->kind != NODE_MAP || node->count == 0) {
        rules_refuse(rules, node->place, RULE_CONDITION, NULL,
                     "a condition, found %s, expected a map such as "
                     "{ user-agent: { word: bot } }",
                     node->kind == NODE_MAP ? "an empty map"
                     : node_is_null(node)   ? "nothing"
                                            : node_kind_name(node->kind));
        return NULL;
    }
    group = draft_node_new(rules, DRAFT_ALL);
    for (const struct node *n = node->first; n && group; n = n->next) {
        good = append(group, &end, read_entry(rules, n, reading)) && good;
    }
    if (!group || !good) {
        return NULL;
    }
    return group->first->next ? group : group->first;
}

size_t rules_condition(struct rules *rules, const struct node *when, bool price)
{
    struct draft_condition condition = {.reading = {.price = price}};
    struct draft_condition *conditions;

    condition.when = condition_read(rules, when, &condition.reading);
    if (!condition.when) {
        return SIZE_MAX;
    }
    conditions =
        list_room(rules->arena, rules->conditions, &rules->condition_room,
                  rules->condition_count, sizeof(*conditions));
    if (!conditions) {
        rules_no_memory(rules);
        return SIZE_MAX;
    }
    rules->conditions = conditions;
    conditions[rules->condition_count] = condition;
    return rules->condition_count++;
}
