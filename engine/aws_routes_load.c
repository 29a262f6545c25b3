/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Their rules are a flat list: the first whose pattern and condition match
 * acts, and a route without `default` hands what is left to the routes after
 * it. Ours stop at the first route. So such a route takes over the policies
 * of all that may match the same paths, under a test of the path.
 *
 * Their "/x" is no part of their "/x/" with two stars; ours is: such a route
 * begins with tiers for "/x" alone, of the other routes that match it.
 *
 *   C019 a route of theirs that is none    C020 a label that says nothing
 */
#include "aws_routes_load.h"

#include <stdlib.h>

#include "aws_labels.h"
#include "base/text.h"

#define ROOM ((size_t)2 << 20)
#define DEPTH_MAX 5
#define BOT_CONTROL "awswaf:managed:aws:bot-control:"
#define NEVER "{ score: { at-least: 101 } }"

struct converting {
    const struct node *routes;
    aws_routes_knows *knows;
    void *context;
    struct problems *problems;
    struct text out;
    bool verified_gone; /* a tier of this route took the verified ones */
    bool failed;
};

#define VERIFIED BOT_CONTROL "bot:verified"
#define UNVERIFIED BOT_CONTROL "bot:unverified"

static bool complain(struct converting *c, const struct node *node,
                     const char *what, struct view found)
{
    problems_add(c->problems, PROBLEM_ERROR, node->place, "C019", NULL, what,
                 VIEW_ARG(found));
    c->failed = true;
    return false;
}

static void put(struct converting *c, const char *text)
{
    text_add(&c->out, view_text(text));
}

/* In double quotes: patterns and names are printable ASCII. */
static void put_quoted(struct converting *c, struct view v)
{
    text_add_char(&c->out, '"');
    for (size_t i = 0; i < v.size; i++) {
        if (v.at[i] == '"' || v.at[i] == '\\') {
            text_add_char(&c->out, '\\');
        }
        text_add_char(&c->out, v.at[i]);
    }
    text_add_char(&c->out, '"');
}

/* ---- labels ---- */

static void put_never(struct converting *c, const struct node *node)
{
    problems_add(c->problems, PROBLEM_WARNING, node->place, "C020",
                 "the condition never holds",
                 "nothing here says what '%.*s' says", VIEW_ARG(node->text));
    put(c, NEVER);
}

static void put_category(struct converting *c, const struct node *node,
                         struct view theirs)
{
    const char *before = "{ label: [";
    for (const struct aws_category *row = aws_categories; row->ours; row++) {
        if (view_equal(theirs, view_text(row->theirs))) {
            put(c, before);
            put(c, "agent:category:");
            put(c, row->ours);
            before = ", ";
        }
    }
    if (before[0] == '{') {
        put_never(c, node);
    } else {
        put(c, "] }");
    }
}

/* "agent:name:" and their name; they write '_' where we write '-'. */
static void put_named(struct converting *c, const struct node *node,
                      const char *prefix, struct view theirs)
{
    char room[96];
    struct text label = text_in(room, sizeof room);
    text_add(&label, view_text(prefix));
    for (size_t i = 0; i < theirs.size; i++) {
        text_add_char(&label, theirs.at[i] == '_' ? '-' : theirs.at[i]);
    }
    if (label.cut || !c->knows(c->context, text_view(&label))) {
        put_never(c, node);
        return;
    }
    put(c, "{ label: ");
    put_quoted(c, text_view(&label));
    put(c, " }");
}

static struct view without(struct view v, const char *prefix)
{
    struct view p = view_text(prefix);
    return view_starts(v, p) ? view_of(v.at + p.size, v.size - p.size)
                             : VIEW_NONE;
}

static void put_label(struct converting *c, const struct node *node)
{
    struct view label = without(node->text, BOT_CONTROL);
    struct view rest = VIEW_NONE;
    /* Of whom nothing is known, verified or not, is not verified: where that
     * need not be asked, it is not. */
    if (c->verified_gone && view_equal(node->text, VIEW(UNVERIFIED))) {
        put(c, "{ class: agent }");
        return;
    }
    for (const struct aws_label *row = aws_labels; label.at && row->theirs;
         row++) {
        if (view_equal(label, view_text(row->theirs))) {
            put(c, row->ours);
            return;
        }
    }
    if (label.at && (rest = without(label, "bot:category:")).at) {
        put_category(c, node, rest);
    } else if (label.at && (rest = without(label, "bot:name:")).at) {
        put_named(c, node, "agent:name:", rest);
    } else if (label.at && (rest = without(label, "bot:organization:")).at) {
        put_named(c, node, "agent:org:", rest);
    } else {
        put_never(c, node);
    }
}

static void put_namespace(struct converting *c, const struct node *node)
{
    static const struct aws_label spaces[] = {
        {"bot:", "{ class: agent }"},
        {"bot:category:", "{ label: { starts-with: \"agent:category:\" } }"},
        {"bot:name:", "{ label: { starts-with: \"agent:name:\" } }"},
        {"bot:organization:", "{ label: { starts-with: \"agent:org:\" } }"},
        {"bot:web_bot_auth:", "{ label: { starts-with: \"agent:wba:\" } }"},
        {"signal:cloud_service_provider:", "{ label: signal:hosting }"},
        {NULL, NULL},
    };
    struct view label = without(node->text, BOT_CONTROL);
    for (const struct aws_label *row = spaces; label.at && row->theirs; row++) {
        if (view_equal(label, view_text(row->theirs))) {
            put(c, row->ours);
            return;
        }
    }
    put_never(c, node);
}

/* ---- conditions ---- */

static bool put_condition(struct converting *c, const struct node *node,
                          unsigned depth);

static bool put_list(struct converting *c, const char *word,
                     const struct node *list, unsigned depth)
{
    if (list->kind != NODE_LIST || list->count == 0) {
        return complain(c, list, "expected a list of conditions%.*s",
                        VIEW_NONE);
    }
    put(c, "{ ");
    put(c, word);
    put(c, ": [");
    for (const struct node *n = list->first; n; n = n->next) {
        if (!put_condition(c, n, depth + 1)) {
            return false;
        }
        put(c, n->next ? ", " : "");
    }
    put(c, "] }");
    return true;
}

static bool put_condition(struct converting *c, const struct node *node,
                          unsigned depth)
{
    const struct node *only = node->first;
    if (depth > DEPTH_MAX) {
        return complain(c, node, "conditions nest deeper than 5%.*s",
                        VIEW_NONE);
    }
    if (node->kind == NODE_SCALAR) {
        if (view_equal(node->text, VIEW("default"))) {
            return complain(c, node, "'%.*s' stands alone", node->text);
        }
        put_label(c, node);
        return true;
    }
    if (node->kind == NODE_LIST) {
        return put_list(c, "all", node, depth);
    }
    if (node->count != 1) {
        return complain(c, node, "a condition has one key%.*s", VIEW_NONE);
    }
    if (view_equal(only->key, VIEW("and"))) {
        return put_list(c, "all", only, depth);
    }
    if (view_equal(only->key, VIEW("or"))) {
        return put_list(c, "any", only, depth);
    }
    if (view_equal(only->key, VIEW("namespace")) && only->kind == NODE_SCALAR) {
        put_namespace(c, only);
        return true;
    }
    if (view_equal(only->key, VIEW("not"))) {
        put(c, "{ not: ");
        bool good = put_condition(c, only, depth + 1);
        put(c, " }");
        return good;
    }
    return complain(c, only, "found '%.*s', expected and, or, not or namespace",
                    only->key);
}

/* ---- actions ---- */

/* Digits, and more after a point perhaps; *zero: it is nothing. */
static bool is_price(struct view v, bool *zero)
{
    size_t digits = 0;
    bool point = false;
    *zero = true;
    for (size_t i = 0; i < v.size; i++) {
        if (v.at[i] == '.' && !point && digits > 0) {
            point = true;
            digits = 0;
        } else if (v.at[i] >= '0' && v.at[i] <= '9') {
            *zero = *zero && v.at[i] == '0';
            digits++;
        } else {
            return false;
        }
    }
    return digits > 0;
}

static bool put_action(struct converting *c, const struct node *policy)
{
    const struct node *action = node_get(policy, "action");
    bool zero;
    if (!action || action->kind != NODE_SCALAR) {
        return complain(c, policy, "a policy has an action%.*s", VIEW_NONE);
    }
    if (view_equal(action->text, VIEW("block"))) {
        put(c, "reject");
    } else if (!is_price(action->text, &zero)) {
        return complain(c, action,
                        "found '%.*s', expected block or a price such as "
                        "0.003",
                        action->text);
    } else if (zero) {
        put(c, "free");
    } else {
        text_add(&c->out, action->text);
        put(c, " usdc");
    }
    return true;
}

/* ---- patterns ---- */

static struct view pattern_of(const struct node *route)
{
    const struct node *pattern = node_get(route, "pattern");
    return pattern && pattern->kind == NODE_SCALAR ? pattern->text : VIEW_NONE;
}

/* What stands before the first star. */
static struct view literal_of(struct view pattern)
{
    return view_of(pattern.at, view_find(pattern, '*'));
}

static bool ends_open(struct view pattern)
{
    return view_ends(pattern, VIEW("/**"));
}

/* May both match one path? Only their beginnings are compared. */
static bool may_meet(struct view one, struct view other)
{
    struct view a = literal_of(one), b = literal_of(other);
    if (a.size == one.size && b.size == other.size) {
        return view_equal(a, b);
    }
    return view_starts(a, b) || view_starts(b, a);
}

/* Does `wide` match all that `narrow` does? */
static bool covers(struct view wide, struct view narrow)
{
    struct view literal = literal_of(wide);
    return view_equal(wide, narrow) ||
           (ends_open(wide) && literal.size + 2 == wide.size &&
            view_starts(literal_of(narrow), literal));
}

/* Theirs: '*' no '/', "**" anything, all else itself. */
static bool matches(struct view pattern, struct view path)
{
    size_t at = 0;
    while (at < pattern.size && pattern.at[at] != '*') {
        if (at >= path.size || path.at[at] != pattern.at[at]) {
            return false;
        }
        at++;
    }
    if (at == pattern.size) {
        return at == path.size;
    }
    bool deep = at + 1 < pattern.size && pattern.at[at + 1] == '*';
    size_t next = at + (deep ? 2 : 1);
    struct view rest = view_of(pattern.at + next, pattern.size - next);
    for (size_t end = at; end <= path.size; end++) {
        if (matches(rest, view_of(path.at + end, path.size - end))) {
            return true;
        }
        if (end < path.size && path.at[end] == '/' && !deep) {
            return false;
        }
    }
    return false;
}

static bool check_pattern(struct converting *c, const struct node *route)
{
    struct view pattern = pattern_of(route);
    size_t stars = 0;
    if (!pattern.at || pattern.size == 0 || pattern.at[0] != '/' ||
        pattern.size > 256) {
        return complain(c, route,
                        "a route has a pattern of at most 256 characters, "
                        "found '%.*s'",
                        pattern);
    }
    for (size_t i = 0; i < pattern.size; i++) {
        stars += pattern.at[i] == '*';
        if (pattern.at[i] <= ' ' || pattern.at[i] >= 0x7f) {
            return complain(c, route, "found '%.*s', expected printable ASCII",
                            pattern);
        }
    }
    return stars <= 10 ||
           complain(c, route, "'%.*s' has more than 10 stars", pattern);
}

/* ---- routes ---- */

static bool is_default(const struct node *policy)
{
    const struct node *condition = node_get(policy, "condition");
    return condition && condition->kind == NODE_SCALAR &&
           view_equal(condition->text, VIEW("default"));
}

static void start_tier(struct converting *c, bool *any)
{
    put(c, *any ? "" : "    tiers:\n");
    put(c, "      - { when: ");
    *any = true;
}

/* What the path must pass besides: a test and its operand; or nothing. */
struct under {
    const char *test; /* NULL: nothing */
    struct view path;
};

static void put_under(struct converting *c, const struct under *under)
{
    put(c, "{ path: { ");
    put(c, under->test);
    put(c, ": ");
    put_quoted(c, under->path);
    put(c, " } }");
}

static bool put_when(struct converting *c, const struct node *policy,
                     const struct under *under)
{
    const struct node *condition = node_get(policy, "condition");
    if (!condition) {
        return complain(c, policy, "a policy has a condition%.*s", VIEW_NONE);
    }
    if (is_default(policy)) {
        put_under(c, under);
        return true;
    }
    if (!under->test) {
        return put_condition(c, condition, 1);
    }
    put(c, "{ all: [");
    put_under(c, under);
    put(c, ", ");
    bool good = put_condition(c, condition, 1);
    put(c, "] }");
    return good;
}

/* One policy as a tier; one without `under` is not their default. */
static bool put_tier(struct converting *c, const struct node *policy,
                     const struct under *under, bool *any)
{
    start_tier(c, any);
    if (!put_when(c, policy, under)) {
        return false;
    }
    put(c, ", price: ");
    bool good = put_action(c, policy);
    put(c, " }\n");
    const struct node *condition = node_get(policy, "condition");
    c->verified_gone =
        c->verified_gone || (!under->test && condition->kind == NODE_SCALAR &&
                             view_equal(condition->text, VIEW(VERIFIED)));
    return good;
}

static bool put_price(struct converting *c, const struct node *policy)
{
    put(c, "    price: ");
    bool good = !policy || put_action(c, policy);
    put(c, policy ? "\n" : "free\n");
    return good;
}

static const struct node *policies_of(struct converting *c,
                                      const struct node *route)
{
    const struct node *policies = node_get(route, "policies");
    if (!policies || policies->kind != NODE_LIST) {
        complain(c, route, "a route has policies%.*s", VIEW_NONE);
        return NULL;
    }
    return policies;
}

/* "/x" under "/x/" and two stars: what theirs says of it, which is another
 * route's or nothing. */
static bool put_itself(struct converting *c, struct view pattern, bool *any)
{
    struct under itself = {"is", view_of(pattern.at, pattern.size - 3)};
    if (!ends_open(pattern) || itself.path.size == 0 ||
        literal_of(itself.path).size != itself.path.size) {
        return true;
    }
    for (const struct node *r = c->routes->first; r; r = r->next) {
        const struct node *policies = policies_of(c, r);
        if (!policies) {
            return false;
        }
        for (const struct node *p = policies->first;
             p && matches(pattern_of(r), itself.path); p = p->next) {
            if (!put_tier(c, p, &itself, any)) {
                return false;
            }
            if (is_default(p)) {
                return true;
            }
        }
    }
    start_tier(c, any);
    put_under(c, &itself);
    put(c, ", price: free }\n");
    return true;
}

/* Its policies, then those of later routes, up to a default that covers it. */
static bool put_policies(struct converting *c, const struct node *route)
{
    struct view pattern = pattern_of(route);
    bool any = false;
    c->verified_gone = false;
    if (!put_itself(c, pattern, &any)) {
        return false;
    }
    for (const struct node *r = route; r; r = r->next) {
        bool whole = covers(pattern_of(r), pattern);
        struct under under = {whole ? NULL : "glob", pattern_of(r)};
        const struct node *policies = policies_of(c, r);
        if (!policies) {
            return false;
        }
        for (const struct node *p = policies->first;
             p && may_meet(pattern_of(r), pattern); p = p->next) {
            if (is_default(p) && whole) {
                return put_price(c, p);
            }
            if (!put_tier(c, p, &under, &any)) {
                return false;
            }
            if (is_default(p)) {
                break;
            }
        }
    }
    return put_price(c, NULL);
}

static bool put_route(struct converting *c, const struct node *route, size_t n)
{
    text_addf(&c->out, "  - id: route-%zu\n    match: { path: ", n);
    put_quoted(c, pattern_of(route));
    put(c, " }\n");
    return put_policies(c, route);
}

/* ---- the whole ---- */

bool aws_routes_are(const struct node *tree)
{
    const struct node *routes =
        tree && tree->kind == NODE_MAP ? node_get(tree, "routes") : NULL;
    return routes && routes->kind == NODE_LIST && routes->first &&
           routes->first->kind == NODE_MAP &&
           node_get(routes->first, "pattern");
}

static bool put_all(struct converting *c)
{
    size_t n = 1;
    for (const struct node *r = c->routes->first; r; r = r->next) {
        if (r->kind != NODE_MAP) {
            return complain(c, r, "a route is a map%.*s", VIEW_NONE);
        }
        check_pattern(c, r);
    }
    for (const struct node *r = c->routes->first; r && !c->failed;
         r = r->next) {
        put_route(c, r, n++);
    }
    put(c, "otherwise: free\n");
    return !c->failed;
}

struct view aws_routes_write(struct arena *arena, const struct node *tree,
                             const struct aws_routes_settings *settings,
                             aws_routes_knows *knows, void *context,
                             struct problems *problems)
{
    struct converting c = {.routes = node_get(tree, "routes"),
                           .knows = knows,
                           .context = context,
                           .problems = problems};
    struct view copy = VIEW_NONE;
    char *room = malloc(ROOM);
    if (!room) {
        return VIEW_NONE;
    }
    c.out = text_in(room, ROOM);
    put(&c, "# From the route configuration of AWS' x402 sample.\n"
            "version: 1\nassets: { usdc: ");
    put_quoted(&c, settings->asset);
    put(&c, " }\npay-to: ");
    put_quoted(&c, settings->pay_to);
    put(&c, "\npaths: case-sensitive\nroutes:\n");
    if (put_all(&c)) {
        if (c.out.cut) {
            complain(&c, c.routes, "the policy would be longer than 2 MiB%.*s",
                     VIEW_NONE);
        } else {
            copy = arena_copy(arena, text_view(&c.out));
        }
    }
    free(room);
    return copy;
}
