/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a configuration says of single rules, by their ids, and ids that are
 * no more:
 *
 *   overrides: { default/gptbot: { mode: count } }        weighbridge.yaml
 *   retired: { old: { since: 2026.11, now: new } }        a pack file
 *
 * An override or a pin of an operator outlives the id that it was made for:
 * what is said of a retired rule is said of those that took its place, with
 * a warning. Where nothing did, the warning says that.
 */
#include "classify/draft_load.h"

/* ---- retired ids ---- */

struct retired_text {
    struct view since;
    struct schema_texts now;
};

#define AT(member) offsetof(struct retired_text, member)
static const struct schema_key retired_keys[] = {
    {"since", SCHEMA_TEXT, AT(since), true, NULL, NULL, 0, 0,
     "the release without it"},
    {"now", SCHEMA_TEXTS, AT(now), false, NULL, NULL, 0, 0,
     "ids of this pack that took its place"},
    {0}};
#undef AT

static const struct shape heirs_shape = {.kind = SHAPE_KEYS,
                                         .keys = retired_keys};
const struct shape retired_shape = {.kind = SHAPE_MAP, .of = &heirs_shape};

static bool read_one(struct rules *rules, const struct node *node,
                     struct view pack, struct view pin)
{
    struct retired_text text = {0};
    struct draft_retired *retired = arena_alloc(rules->arena, sizeof *retired);

    if (!retired) {
        return rules_no_memory(rules);
    }
    if (!schema_read(retired_keys, node, "a retired rule", &text, rules->arena,
                     rules->problems)) {
        return false;
    }
    if (!release_read(text.since)) {
        rules_refuse(rules, node_get(node, "since")->place, RULE_RELEASE, NULL,
                     "a release, found '%.*s', expected one like 2026.11",
                     VIEW_ARG(text.since));
        return false;
    }
    *retired = (struct draft_retired){
        .next = rules->retired,
        .id = rule_id_full(rules, pack, node->key),
        .pack = pack,
        .since = text.since,
        .pin = pin,
        .now = text.now,
        .place = node->key_place,
    };
    rules->retired = retired;
    return retired->id.at;
}

bool retired_read(struct rules *rules, const struct node *map, struct view pack,
                  struct view pin)
{
    bool good = schema_expect(map, NODE_MAP, rules->problems);

    for (const struct node *n = good ? map->first : NULL; n; n = n->next) {
        good = read_one(rules, n, pack, pin) && good;
    }
    return good;
}

/* The i-th rule that took its place, or NULL: it is not there. */
static struct draft_rule *heir(struct rules *rules,
                               const struct draft_retired *retired, size_t i)
{
    struct view id =
        rule_id_full(rules, retired->pack, retired->now.nodes[i]->text);
    size_t number = id.at ? names_find(&rules->rule_ids, id) : SIZE_MAX;

    return number == SIZE_MAX ? NULL : rules->by_number[number];
}

/* Who pinned a release from before had the old rule in force, so that its
 * heirs are too, new as they may be. */
static void keep_in_force(struct rules *rules,
                          const struct draft_retired *retired)
{
    if (!retired->pin.at || release_compare(retired->since, retired->pin) < 1) {
        return;
    }
    for (size_t i = 0; i < retired->now.count; i++) {
        struct draft_rule *rule = heir(rules, retired, i);

        if (rule && rule->pinned) {
            rule->pinned = false;
            rule->info.counted = rule->counted;
        }
    }
    if (retired->now.count == 0) {
        problems_add(rules->problems, PROBLEM_WARNING, retired->place, "R027",
                     "it is no longer in force, whatever the pin",
                     "the pin is %.*s; since %.*s there is no rule '%.*s', and "
                     "nothing took its place",
                     VIEW_ARG(retired->pin), VIEW_ARG(retired->since),
                     VIEW_ARG(retired->id));
    }
}

bool retired_settle(struct rules *rules)
{
    size_t before = problems_errors(rules->problems);

    for (struct draft_retired *r = rules->retired; r; r = r->next) {
        if (names_find(&rules->rule_ids, r->id) != SIZE_MAX) {
            rules_refuse(rules, r->place, RULE_RULE_ID, NULL,
                         "the rule id '%.*s' is retired, and a rule has it: "
                         "ids are not used again",
                         VIEW_ARG(r->id));
        }
        for (size_t i = 0; i < r->now.count; i++) {
            if (!heir(rules, r, i)) {
                rules_refuse(rules, r->now.nodes[i]->place, RULE_RETIRED, NULL,
                             "there is no rule '%.*s' in '%.*s' to take its "
                             "place",
                             VIEW_ARG(r->now.nodes[i]->text),
                             VIEW_ARG(r->pack));
            }
        }
        keep_in_force(rules, r);
    }
    return problems_errors(rules->problems) == before;
}

/* ---- overrides ---- */

enum { OVERRIDE_COUNT, OVERRIDE_OFF, OVERRIDE_ON };

struct override {
    int mode;
};

static const char *const override_modes[] = {"count", "off", "on", NULL};

static const struct schema_key override_keys[] = {
    {"mode", SCHEMA_CHOICE, offsetof(struct override, mode), true, NULL,
     override_modes, 0, 0, "count, off or on"},
    {0}};

static const struct shape override_shape = {.kind = SHAPE_KEYS,
                                            .keys = override_keys};
const struct shape overrides_shape = {.kind = SHAPE_MAP, .of = &override_shape};

static void apply(struct draft_rule *rule, int mode)
{
    rule->altered = true;
    rule->pinned = false;
    rule->off = mode == OVERRIDE_OFF;
    rule->info.counted = mode == OVERRIDE_COUNT;
}

/* "a/x, a/y", for the warning. */
static void add_heirs(const struct draft_retired *retired, struct text *out)
{
    for (size_t i = 0; i < retired->now.count; i++) {
        text_addf(out, "%s%.*s/%.*s", i ? ", " : "", VIEW_ARG(retired->pack),
                  VIEW_ARG(retired->now.nodes[i]->text));
    }
}

static void warn(const struct draft_retired *retired, const struct node *node,
                 struct problems *problems)
{
    char room[200];
    struct text heirs = text_in(room, sizeof room);

    add_heirs(retired, &heirs);
    problems_add(problems, PROBLEM_WARNING, node->key_place, "R027",
                 retired->now.count ? "it is taken as theirs; write their ids"
                                    : "take it out: there is nothing left "
                                      "that it could change",
                 "the rule '%.*s' is retired since %.*s; %s%.*s",
                 VIEW_ARG(retired->id), VIEW_ARG(retired->since),
                 retired->now.count ? "in its place: "
                                    : "nothing took its place",
                 VIEW_ARG(text_view(&heirs)));
}

static bool override_retired(struct rules *rules, const struct node *node,
                             const struct node *overrides, int mode, bool first)
{
    const struct draft_retired *r = rules->retired;

    while (r && !view_equal(r->id, node->key)) {
        r = r->next;
    }
    if (!r) {
        return false;
    }
    if (first) {
        warn(r, node, rules->problems);
    }
    for (size_t i = 0; i < r->now.count; i++) {
        struct draft_rule *rule = heir(rules, r, i);

        /* What is said of the new id itself goes before. */
        if (rule && !node_get(overrides, rule->info.id.at)) {
            apply(rule, mode);
        }
    }
    return true;
}

static void unknown(const struct rules *rules, const struct node *node,
                    struct problems *problems)
{
    char room[HINT_ROOM];

    problems_add(problems, PROBLEM_ERROR, node->key_place, "R021",
                 hint_nearest(room, names_nearest(&rules->rule_ids, node->key)),
                 "an override of '%.*s', expected the id of a loaded rule",
                 VIEW_ARG(node->key));
}

static void override_one(struct rules *const *all, size_t count,
                         const struct node *node, const struct node *overrides,
                         struct problems *problems)
{
    struct override override = {0};
    bool known = false, broken = false;

    if (!schema_read(override_keys, node, "an override", &override,
                     all[0]->arena, problems)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        size_t number = names_find(&all[i]->rule_ids, node->key);

        broken = broken || all[i]->broken;
        if (number != SIZE_MAX) {
            apply(all[i]->by_number[number], override.mode);
            known = true;
        } else if (override_retired(all[i], node, overrides, override.mode,
                                    !known)) {
            known = true;
        }
    }
    if (!known && !broken) {
        unknown(all[0], node, problems);
    }
}

bool rules_override(struct rules *const *all, size_t count,
                    const struct node *overrides, struct problems *problems)
{
    size_t before = problems_errors(problems);

    if (count == 0 || !schema_expect(overrides, NODE_MAP, problems)) {
        return count == 0;
    }
    for (const struct node *n = overrides->first; n; n = n->next) {
        override_one(all, count, n, overrides, problems);
    }
    return problems_errors(problems) == before;
}
