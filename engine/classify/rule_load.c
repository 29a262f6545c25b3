/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One rule's map -> a draft rule, and the pin that changes its mode. A rule
 * with a problem is left out; the problem is reported.
 */
#include "classify/draft_load.h"

#include "config/schema.h"

#define STATUS_DEFAULT 403

struct rule_text {
    struct view id, about, source, reason, since, with;
    const struct node *when, *labels, *action, *hits, *misses;
    int64_t score, status;
    int mode;
};

#define NO_SCORE INT64_MIN

static const char *const rule_modes[] = {"count", NULL};

#define AT(member) offsetof(struct rule_text, member)
static const struct schema_key rule_keys[] = {
    {"id", SCHEMA_TEXT, AT(id), true, NULL, NULL, 0, 0,
     "unique in the pack, never used again"},
    {"about", SCHEMA_TEXT, AT(about), false, NULL, NULL, 0, 0,
     "what it is about, for people"},
    {"source", SCHEMA_TEXT, AT(source), false, NULL, NULL, 0, 0,
     "where it is known from"},
    {"when", SCHEMA_NODE, AT(when), true, NULL, NULL, 0, 0, "the condition"},
    {"score", SCHEMA_INTEGER, AT(score), false, NULL, NULL, -100, 100,
     "what it adds to the score"},
    {"labels", SCHEMA_NODE, AT(labels), false, NULL, NULL, 0, 0,
     "facts that it gives"},
    {"action", SCHEMA_NODE, AT(action), false, NULL, NULL, 0, 0,
     "reject or stop"},
    {"status", SCHEMA_INTEGER, AT(status), false, NULL, NULL, 400, 499,
     "of a reject; 403"},
    {"reason", SCHEMA_TEXT, AT(reason), false, NULL, NULL, 0, 0,
     "of a reject, a token; rejected"},
    {"mode", SCHEMA_CHOICE, AT(mode), false, NULL, rule_modes, 0, 0,
     "count: it changes nothing"},
    {"since", SCHEMA_TEXT, AT(since), false, NULL, NULL, 0, 0,
     "the release that it came with"},
    {"with", SCHEMA_TEXT, AT(with), false, NULL, NULL, 0, 0,
     "a literal that each match of `matches` holds"},
    {"hits", SCHEMA_NODE, AT(hits), false, NULL, NULL, 0, 0,
     "requests for which it must be true"},
    {"misses", SCHEMA_NODE, AT(misses), false, NULL, NULL, 0, 0,
     "requests for which it must not be true"},
    {0}};
#undef AT

static const struct shape labels_shape = {.kind = SHAPE_LIST,
                                          .of = &shape_scalar};
static const char *const action_words[] = {"reject", "stop", NULL};
static const struct shape action_shape = {.kind = SHAPE_CHOICE,
                                          .words = action_words};
static const struct shape_part rule_parts[] = {
    {"when", &condition_shape},  {"labels", &labels_shape},
    {"action", &action_shape},   {"hits", &examples_shape},
    {"misses", &examples_shape}, {0}};
static const struct shape rule_shape = {
    .kind = SHAPE_KEYS, .keys = rule_keys, .parts = rule_parts};
const struct shape rules_shape = {.kind = SHAPE_LIST, .of = &rule_shape};

/* ---- releases ---- */

static bool next_part(struct view *rest, unsigned long long *out)
{
    struct view part = view_cut(rest, '.');

    return part.size <= 9 && view_to_u64(part, out);
}

bool release_read(struct view text)
{
    unsigned long long number;
    size_t parts = 0;

    while (text.at) {
        if (!next_part(&text, &number)) {
            return false;
        }
        parts++;
    }
    return parts >= 2 && parts <= 3;
}

int release_compare(struct view a, struct view b)
{
    while (a.at || b.at) {
        unsigned long long x = 0, y = 0;

        if (a.at && !next_part(&a, &x)) {
            return 0;
        }
        if (b.at && !next_part(&b, &y)) {
            return 0;
        }
        if (x != y) {
            return x < y ? -1 : 1;
        }
    }
    return 0;
}

/* ---- the parts of a rule ---- */

static bool is_word(struct view text, const char *more)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

        if (!plain && (!strchr(more, c) || c == '\0')) {
            return false;
        }
    }
    return text.size > 0;
}

static struct place key_place(const struct node *map, const char *key)
{
    const struct node *node = node_get(map, key);

    return node ? node->place : map->place;
}

struct view rule_id_full(struct rules *rules, struct view pack, struct view id)
{
    size_t size = pack.size + 1 + id.size;
    char *full = arena_alloc(rules->arena, size + 1);

    if (!full) {
        rules_no_memory(rules);
        return VIEW_NONE;
    }
    memcpy(full, pack.at, pack.size);
    full[pack.size] = '/';
    memcpy(full + pack.size + 1, id.at, id.size);
    return view_of(full, size);
}

/* pack/id, once. */
static bool read_id(struct rules *rules, const struct node *node,
                    struct view pack, struct view id, struct draft_rule *rule)
{
    size_t before = rules->rule_ids.count;
    struct place place = key_place(node, "id");

    if (!id_is_good(id)) {
        rules_refuse(rules, place, RULE_RULE_ID, NULL,
                     "a rule's id, found '%.*s', expected small letters, "
                     "digits and '-'",
                     VIEW_ARG(id));
        return false;
    }
    rule->info.id = rule_id_full(rules, pack, id);
    if (!rule->info.id.at) {
        return false;
    }
    rule->number = (uint32_t)names_add(&rules->rule_ids, rule->info.id);
    if (rule->number == UINT32_MAX) {
        return rules_no_memory(rules);
    }
    if (rules->rule_ids.count == before) {
        struct place other = rules->by_number[rule->number]->place;

        rules_refuse(rules, place, RULE_RULE_ID, NULL,
                     "the rule id '%.*s' is used already, at %.*s:%u",
                     VIEW_ARG(rule->info.id), VIEW_ARG(other.source->name),
                     other.line);
        return false;
    }
    return true;
}

static bool read_label(struct rules *rules, const struct node *item)
{
    if (!schema_expect(item, NODE_SCALAR, rules->problems)) {
        return false;
    }
    if (!label_is_good(item->text)) {
        rules_refuse(rules, item->place, RULE_LABEL_NAME, NULL,
                     "a label, found '%.*s', expected words of small letters, "
                     "digits, '.', '_' and '-', joined with ':', at most 64 "
                     "bytes",
                     VIEW_ARG(item->text));
        return false;
    }
    if (view_starts(item->text, VIEW("wb:"))) {
        rules_refuse(rules, item->place, RULE_LABEL_NAME, NULL,
                     "the label '%.*s' is not a rule's to give: wb: is for "
                     "the engine",
                     VIEW_ARG(item->text));
        return false;
    }
    return true;
}

static bool read_labels(struct rules *rules, const struct node *list,
                        struct draft_rule *rule)
{
    struct view *labels;
    bool good = true;

    if (!list) {
        return true;
    }
    if (!schema_expect(list, NODE_LIST, rules->problems)) {
        return false;
    }
    labels = arena_array(rules->arena, list->count + 1, sizeof(*labels));
    if (!labels) {
        return rules_no_memory(rules);
    }
    for (const struct node *n = list->first; n; n = n->next) {
        if (read_label(rules, n)) {
            labels[rule->info.label_count++] = n->text;
        } else {
            good = false;
        }
    }
    rule->info.labels = labels;
    return good;
}

static bool read_action(struct rules *rules, const struct node *node,
                        const struct rule_text *text, struct draft_rule *rule)
{
    const struct node *action = text->action;
    bool has_status = text->status != 0, has_reason = text->reason.at;

    if (action && !schema_expect(action, NODE_SCALAR, rules->problems)) {
        return false;
    }
    rule->info.rejects = action && view_equal(action->text, VIEW("reject"));
    rule->info.stops = action && view_equal(action->text, VIEW("stop"));
    if (action && view_equal(action->text, VIEW("allow"))) {
        rules_refuse(rules, action->place, RULE_ACTION,
                     "free access is a tier: { when: ..., price: free }",
                     "there is no action 'allow'");
        return false;
    }
    if (action && !rule->info.rejects && !rule->info.stops) {
        char room[HINT_ROOM];

        rules_refuse(
            rules, action->place, RULE_ACTION,
            hint_nearest(room, problems_nearest(action->text, action_words, 2)),
            "unknown action '%.*s', expected reject or stop",
            VIEW_ARG(action->text));
        return false;
    }
    if (!rule->info.rejects && (has_status || has_reason)) {
        const char *key = has_status ? "status" : "reason";

        rules_refuse(rules, node_get(node, key)->key_place, RULE_ACTION, NULL,
                     "`%s` goes with `action: reject` only", key);
        return false;
    }
    if (has_reason && !is_word(text->reason, "-_")) {
        rules_refuse(rules, key_place(node, "reason"), RULE_ACTION, NULL,
                     "a reason, found '%.*s', expected small letters, digits, "
                     "'-' and '_'",
                     VIEW_ARG(text->reason));
        return false;
    }
    rule->info.status = has_status ? (unsigned)text->status : STATUS_DEFAULT;
    rule->info.reason = has_reason ? text->reason : VIEW("rejected");
    return true;
}

static bool read_since(struct rules *rules, const struct node *node,
                       struct view since, struct view pin,
                       struct draft_rule *rule)
{
    if (!since.at) {
        return true;
    }
    if (!release_read(since)) {
        rules_refuse(rules, key_place(node, "since"), RULE_RELEASE, NULL,
                     "a release, found '%.*s', expected one like 2026.11",
                     VIEW_ARG(since));
        return false;
    }
    rule->since = since;
    if (pin.at && release_compare(since, pin) > 0) {
        rule->info.counted = true;
        rule->altered = true;
        rule->pinned = true;
    }
    return true;
}

static bool read_when(struct rules *rules, const struct node *node,
                      const struct rule_text *text, struct draft_rule *rule)
{
    rule->reading.with = text->with;
    if (text->with.at && text->with.size == 0) {
        rules_refuse(rules, key_place(node, "with"), RULE_WITH, NULL,
                     "`with`, found an empty literal, expected one that "
                     "each match holds");
        return false;
    }
    rule->when = condition_read(rules, text->when, &rule->reading);
    if (!rule->when) {
        return false;
    }
    if (text->with.at && !rule->reading.has_pattern) {
        rules_refuse(rules, node_get(node, "with")->key_place, RULE_WITH, NULL,
                     "`with` states what each match of `matches` holds, and "
                     "this rule has no `matches`");
        return false;
    }
    return true;
}

static bool add(struct rules *rules, struct draft_rule *rule)
{
    struct draft_rule **by_number =
        list_room(rules->arena, rules->by_number, &rules->rule_room,
                  rule->number, sizeof(struct draft_rule *));

    if (!by_number) {
        return rules_no_memory(rules);
    }
    rules->by_number = by_number;
    by_number[rule->number] = rule;
    if (rules->last) {
        rules->last->next = rule;
    } else {
        rules->first = rule;
    }
    rules->last = rule;
    return true;
}

static void read_rule(struct rules *rules, const struct node *node,
                      struct view pack, bool counted, struct view pin)
{
    struct rule_text text = {.score = NO_SCORE, .mode = -1};
    struct draft_rule *rule = arena_alloc(rules->arena, sizeof(*rule));

    if (!rule) {
        rules_no_memory(rules);
        return;
    }
    if (!schema_read(rule_keys, node, "a rule", &text, rules->arena,
                     rules->problems) ||
        !read_id(rules, node, pack, text.id, rule)) {
        return;
    }
    rule->place = node->place;
    rule->info.file = node->place.source->name;
    rule->info.line = node->place.line;
    rule->info.about = text.about;
    rule->info.source = text.source;
    rule->has_score = text.score != NO_SCORE;
    rule->info.score = rule->has_score ? (int)text.score : 0;
    rule->info.counted = counted || text.mode == 0;
    rule->counted = rule->info.counted;
    rule->hits = text.hits;
    rule->misses = text.misses;
    /* Added first, so that a second rule of its id has one to point to. */
    if (!add(rules, rule)) {
        return;
    }
    if (!read_labels(rules, text.labels, rule) ||
        !read_action(rules, node, &text, rule)) {
        return;
    }
    if (!rule->has_score && !rule->info.label_count && !text.action) {
        rules_refuse(rules, node->place, RULE_NO_EFFECT, NULL,
                     "the rule '%.*s' has no effect, expected a score, labels "
                     "or an action",
                     VIEW_ARG(text.id));
        return;
    }
    if (read_since(rules, node, text.since, pin, rule)) {
        read_when(rules, node, &text, rule);
    }
}

void rule_read(struct rules *rules, const struct node *node, struct view pack,
               bool counted, struct view pin)
{
    size_t before = problems_errors(rules->problems);

    read_rule(rules, node, pack, counted, pin);
    if (problems_errors(rules->problems) > before) {
        rules->broken = true;
    }
}
