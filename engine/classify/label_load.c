/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Labels by number. A test of one label asks for it; a test of several asks
 * for a group, which is raised with each of its members, so that it costs
 * the same however many there are.
 *
 *   labels   0: wb:limit   1: agent:name:gptbot   ...   then groups
 */
#include "classify/draft_load.h"

#include <stdlib.h>

#define LIMIT "wb:limit"

bool label_is_good(struct view name)
{
    bool fresh = true; /* at the start of a part */

    for (size_t i = 0; i < name.size; i++) {
        char c = name.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

        if (!plain &&
            (fresh || !(c == '.' || c == '_' || c == '-' || c == ':'))) {
            return false;
        }
        fresh = c == ':';
    }
    return name.size > 0 && name.size <= 64 && !fresh;
}

static bool add_label(struct rules *rules, struct view name)
{
    return names_add(&rules->labels, name) < OPERAND_MAX ||
           rules_no_memory(rules);
}

static bool name_labels(struct rules *rules)
{
    if (!add_label(rules, VIEW(LIMIT))) {
        return false;
    }
    for (struct draft_rule *r = rules->first; r; r = r->next) {
        for (size_t i = 0; i < r->info.label_count; i++) {
            if (!add_label(rules, r->info.labels[i])) {
                return false;
            }
        }
    }
    return true;
}

/* Labels of the engine's own that are read but that no rule gives. */
static bool name_own(struct rules *rules, struct label_test *tests)
{
    for (const struct label_test *t = tests; t; t = t->next) {
        for (size_t i = 0; i < t->count && !t->prefix; i++) {
            if (view_starts(t->operands[i]->text, VIEW("wb:")) &&
                !add_label(rules, t->operands[i]->text)) {
                return false;
            }
        }
    }
    return true;
}

static bool add_giver(struct rules *rules, size_t label,
                      struct draft_rule *rule)
{
    struct draft_label *l = &rules->draft_labels[label];
    struct draft_rule **givers =
        list_room(rules->arena, l->givers, &l->room, l->count, sizeof(*givers));

    if (!givers) {
        return rules_no_memory(rules);
    }
    l->givers = givers;
    givers[l->count++] = rule;
    return true;
}

static bool list_givers(struct rules *rules)
{
    rules->draft_labels = arena_array(rules->arena, rules->label_count,
                                      sizeof(*rules->draft_labels));
    if (!rules->draft_labels) {
        return rules_no_memory(rules);
    }
    for (struct draft_rule *r = rules->first; r; r = r->next) {
        for (size_t i = 0; i < r->info.label_count; i++) {
            size_t label = names_find(&rules->labels, r->info.labels[i]);

            rules->draft_labels[label].altered |= r->altered;
            if (!r->off && !add_giver(rules, label, r)) {
                return false;
            }
        }
        if (!r->off && r->reading.has_pattern && !add_giver(rules, 0, r)) {
            return false;
        }
    }
    return true;
}

/* ---- what a test names ---- */

/* All labels that start so, in ascending order. */
static bool list_prefixed(struct rules *rules, struct label_test *test)
{
    for (size_t i = 0; i < rules->label_count; i++) {
        struct view name = rules->labels.items[i];

        for (size_t p = 0; p < test->count; p++) {
            struct view prefix = test->operands[p]->text;

            /* wb:limit hangs on every pattern: only who asks for wb: gets
             * it. */
            if (view_starts(name, prefix) &&
                view_starts(name, VIEW("wb:")) ==
                    view_starts(prefix, VIEW("wb:"))) {
                test->labels[test->label_count++] = (uint32_t)i;
                break;
            }
        }
    }
    return true;
}

static bool list_named(struct rules *rules, struct label_test *test)
{
    bool good = true;

    for (size_t i = 0; i < test->count; i++) {
        struct view name = test->operands[i]->text;
        size_t label = names_find(&rules->labels, name);
        char room[HINT_ROOM];

        if (label != SIZE_MAX) {
            test->labels[test->label_count++] = (uint32_t)label;
            continue;
        }
        rules_refuse(rules, test->operands[i]->place, RULE_LABEL,
                     hint_nearest(room, names_nearest(&rules->labels, name)),
                     "no rule gives the label '%.*s'", VIEW_ARG(name));
        good = false;
    }
    return good;
}

static int compare_labels(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static void sort_labels(struct label_test *test)
{
    size_t kept = 0;

    qsort(test->labels, test->label_count, sizeof(uint32_t), compare_labels);
    for (size_t i = 0; i < test->label_count; i++) {
        if (!kept || test->labels[kept - 1] != test->labels[i]) {
            test->labels[kept++] = test->labels[i];
        }
    }
    test->label_count = kept;
}

static bool resolve_tests(struct rules *rules, struct label_test *tests)
{
    bool good = true;

    for (struct label_test *t = tests; t; t = t->next) {
        t->label_count = 0;
        t->labels =
            arena_array(rules->arena, t->prefix ? rules->label_count : t->count,
                        sizeof(uint32_t));
        if (!t->labels) {
            return rules_no_memory(rules);
        }
        good = (t->prefix ? list_prefixed(rules, t) : list_named(rules, t)) &&
               good;
        sort_labels(t);
    }
    return good;
}

/* ---- groups ---- */

static struct view group_name(struct rules *rules,
                              const struct label_test *test)
{
    size_t size = 0;
    struct text text;
    char *room;

    for (size_t i = 0; i < test->label_count; i++) {
        size += rules->labels.items[test->labels[i]].size + 3;
    }
    room = arena_alloc(rules->arena, size + 1);
    if (!room) {
        return VIEW_NONE;
    }
    text = text_in(room, size);
    for (size_t i = 0; i < test->label_count; i++) {
        text_add(&text, i ? VIEW(" | ") : VIEW(""));
        text_add(&text, rules->labels.items[test->labels[i]]);
    }
    return text_view(&text);
}

static bool make_groups(struct rules *rules, struct label_test *tests)
{
    for (struct label_test *t = tests; t; t = t->next) {
        if (t->label_count == 1) {
            t->label = t->labels[0];
        } else if (t->label_count > 1) {
            struct view name = group_name(rules, t);
            size_t group = name.at ? names_add(&rules->labels, name) : SIZE_MAX;

            if (group >= OPERAND_MAX) {
                return rules_no_memory(rules);
            }
            t->label = (uint32_t)group;
        }
    }
    return true;
}

static void list_members(struct rules *rules, struct label_test *tests,
                         struct draft_label *all)
{
    for (struct label_test *t = tests; t; t = t->next) {
        if (t->label != IMAGE_NONE && t->label >= rules->label_count) {
            all[t->label].members = t->labels;
            all[t->label].member_count = t->label_count;
        }
    }
}

/* Does `step` for the tests of each rule and condition. */
static bool for_tests(struct rules *rules,
                      bool (*step)(struct rules *rules,
                                   struct label_test *tests))
{
    for (struct draft_rule *r = rules->first; r; r = r->next) {
        if (!step(rules, r->reading.labels)) {
            return false;
        }
    }
    for (size_t i = 0; i < rules->condition_count; i++) {
        if (!step(rules, rules->conditions[i].reading.labels)) {
            return false;
        }
    }
    return true;
}

static bool grow_groups(struct rules *rules)
{
    struct draft_label *all =
        arena_array(rules->arena, rules->labels.count, sizeof(*all));

    if (!all) {
        return rules_no_memory(rules);
    }
    memcpy(all, rules->draft_labels, rules->label_count * sizeof(*all));
    for (struct draft_rule *r = rules->first; r; r = r->next) {
        list_members(rules, r->reading.labels, all);
    }
    for (size_t i = 0; i < rules->condition_count; i++) {
        list_members(rules, rules->conditions[i].reading.labels, all);
    }
    rules->draft_labels = all;
    return true;
}

bool labels_resolve(struct rules *rules)
{
    bool good = true;

    if (!name_labels(rules) || !for_tests(rules, name_own)) {
        return false;
    }
    rules->label_count = rules->labels.count;
    if (!list_givers(rules)) {
        return false;
    }
    for (struct draft_rule *r = rules->first; r; r = r->next) {
        good = resolve_tests(rules, r->reading.labels) && good;
    }
    for (size_t i = 0; i < rules->condition_count; i++) {
        good =
            resolve_tests(rules, rules->conditions[i].reading.labels) && good;
    }
    return good && for_tests(rules, make_groups) && grow_groups(rules);
}

static bool is_listed(const struct view *labels, size_t count,
                      struct view label)
{
    for (size_t i = 0; i < count; i++) {
        if (view_equal(labels[i], label)) {
            return true;
        }
    }
    return false;
}

static bool gives_any(const struct draft_rule *rule, const char *const *labels)
{
    for (; *labels; labels++) {
        if (is_listed(rule->info.labels, rule->info.label_count,
                      view_text(*labels))) {
            return true;
        }
    }
    return false;
}

size_t rules_labels(const struct rules *rules, const char *prefix,
                    const char *const *beside, struct view *out, size_t room)
{
    size_t count = 0;

    for (const struct draft_rule *r = rules->first; r; r = r->next) {
        if (gives_any(r, beside)) {
            continue;
        }
        for (size_t i = 0; i < r->info.label_count && count < room; i++) {
            struct view label = r->info.labels[i];

            if (view_starts(label, view_text(prefix)) &&
                !is_listed(out, count, label)) {
                out[count++] = label;
            }
        }
    }
    return count;
}

bool rules_gives(const struct rules *rules, struct view label)
{
    for (const struct draft_rule *r = rules->first; r; r = r->next) {
        if (is_listed(r->info.labels, r->info.label_count, label)) {
            return true;
        }
    }
    return false;
}
