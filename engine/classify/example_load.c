/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The examples' self-test: each hit and miss of each rule becomes a request,
 * the whole program weighs it, and the rule must be true, or must not.
 * A rule that an override or a pin changed, or that reads labels of such a
 * rule, is left out: its examples speak of the rules as they were written.
 */
#include "classify/draft_load.h"

#include "classify/evaluation.h"
#include "config/schema.h"

#define WORKSPACE (256 * 1024)

struct testing {
    struct rules *rules;
    const struct program *program;
    struct evaluation *evaluation;
    struct request *request;
    struct arena *workspace;
    struct value *values;
    enum truth *sets;
    uint64_t *rates;
};

/* ---- one example -> a request ---- */

static bool refuse_key(struct testing *t, const struct node *node,
                       const char *expected)
{
    rules_refuse(t->rules, node->place, RULE_EXAMPLE, NULL,
                 "'%.*s' of an example, found '%.*s', expected %s",
                 VIEW_ARG(node->key), VIEW_ARG(node->text), expected);
    return false;
}

static bool read_rate(struct testing *t, const struct node *node,
                      struct view name)
{
    size_t rate = names_find(&t->rules->rate_names, name);
    unsigned long long n;

    if (rate == SIZE_MAX) {
        char room[HINT_ROOM];

        rules_refuse(
            t->rules, node->key_place, RULE_RATE,
            hint_nearest(room, names_nearest(&t->rules->rate_names, name)),
            "no pack declares the rate '%.*s'", VIEW_ARG(name));
        return false;
    }
    if (!view_to_u64(node->text, &n) || n == RATE_UNKNOWN) {
        return refuse_key(t, node, "a whole number");
    }
    t->rates[rate] = n;
    return true;
}

static bool read_set(struct testing *t, const struct node *node,
                     struct view name)
{
    bool holds = view_equal(node->text, VIEW("true"));

    if (!holds && !view_equal(node->text, VIEW("false"))) {
        return refuse_key(t, node, "true or false");
    }
    for (size_t i = 0; i < program_sets(t->program); i++) {
        if (view_equal(program_set(t->program, i), name)) {
            t->sets[i] = holds ? TRUTH_TRUE : TRUTH_FALSE;
            return true;
        }
    }
    /* A set of another configuration: no condition here asks for it. */
    return true;
}

static bool read_known(struct testing *t, const struct node *node)
{
    struct view *names;

    if (!schema_expect(node, NODE_LIST, t->rules->problems)) {
        return false;
    }
    names = arena_array(t->workspace, node->count + 1, sizeof(*names));
    if (!names) {
        return refuse_key(t, node, "fewer names");
    }
    t->request->headers_limited = true;
    t->request->headers_known = names;
    for (const struct node *n = node->first; n; n = n->next) {
        if (!schema_expect(n, NODE_SCALAR, t->rules->problems)) {
            return false;
        }
        names[t->request->headers_known_count++] = n->text;
    }
    return true;
}

/* Keys whose text goes into the request as it is. */
struct plain_key {
    const char *name;
    size_t offset;
    const char *preset; /* NULL: unknown */
};

#define AT(member) offsetof(struct request, member)
static const struct plain_key plain_keys[] = {
    {"method", AT(method), "GET"},
    {"scheme", AT(scheme), "https"},
    {"host", AT(host), "example.com"},
    {"path", AT(target), "/"},
    {"http-version", AT(http_version), "1.1"},
    {"client-ip", AT(client_ip), "192.0.2.1"},
    {"transport", AT(transport), NULL},
    {"country", AT(country), NULL},
    {"as-org", AT(as_org), NULL},
    {"ja3", AT(ja3), NULL},
    {"ja4", AT(ja4), NULL},
    {"robots", AT(robots_said), NULL},
    {"wba.state", AT(signature.state), NULL},
    {"wba.agent", AT(signature.agent), NULL},
    {"wba.key", AT(signature.key), NULL}};
#undef AT
#define PLAIN_KEYS (sizeof(plain_keys) / sizeof(plain_keys[0]))

static void put_plain(struct request *request, const struct plain_key *key,
                      struct view text)
{
    memcpy((char *)request + key->offset, &text, sizeof(text));
}

static bool add_header(struct testing *t, const struct node *node,
                       struct view name)
{
    if (request_add_header(t->request, name, node->text)) {
        return true;
    }
    return refuse_key(t, node, "less: a request has limits");
}

static bool read_asn(struct testing *t, const struct node *node)
{
    unsigned long long n;

    if (!view_to_u64(node->text, &n)) {
        return refuse_key(t, node, "a whole number");
    }
    t->request->asn = n;
    t->request->has_asn = true;
    return true;
}

static bool read_other(struct testing *t, const struct node *node)
{
    static const struct view header = {"header.", 7}, rate = {"rate.", 5},
                             set = {"in-set.", 7};
    static const char *const words[] = {
        "method",    "scheme",     "host",      "path",          "http-version",
        "client-ip", "user-agent", "header.",   "headers-known", "rate.",
        "in-set.",   "transport",  "country",   "as-org",        "ja3",
        "ja4",       "wba.state",  "wba.agent", "wba.key",       "asn",
        "robots"};
    char room[HINT_ROOM];

    if (view_equal(node->key, VIEW("user-agent"))) {
        return add_header(t, node, VIEW("user-agent"));
    }
    if (view_equal(node->key, VIEW("asn"))) {
        return read_asn(t, node);
    }
    if (view_starts(node->key, header) && node->key.size > header.size) {
        return add_header(
            t, node,
            view_of(node->key.at + header.size, node->key.size - header.size));
    }
    if (view_starts(node->key, rate)) {
        return read_rate(
            t, node,
            view_of(node->key.at + rate.size, node->key.size - rate.size));
    }
    if (view_starts(node->key, set)) {
        return read_set(
            t, node,
            view_of(node->key.at + set.size, node->key.size - set.size));
    }
    rules_refuse(
        t->rules, node->key_place, RULE_EXAMPLE,
        hint_nearest(room, problems_nearest(node->key, words,
                                            sizeof(words) / sizeof(words[0]))),
        "unknown key '%.*s' in an example", VIEW_ARG(node->key));
    return false;
}

static bool read_key(struct testing *t, const struct node *node)
{
    if (view_equal(node->key, VIEW("headers-known"))) {
        return read_known(t, node);
    }
    if (!schema_expect(node, NODE_SCALAR, t->rules->problems)) {
        return false;
    }
    for (size_t i = 0; i < PLAIN_KEYS; i++) {
        if (view_equal(node->key, view_text(plain_keys[i].name))) {
            put_plain(t->request, &plain_keys[i], node->text);
            return true;
        }
    }
    return read_other(t, node);
}

static bool read_example(struct testing *t, const struct node *example)
{
    bool good = true;

    arena_reset(t->workspace);
    request_clear(t->request);
    t->request->order_kept = true;
    t->request->signature.known = true;
    for (size_t i = 0; i < PLAIN_KEYS; i++) {
        put_plain(t->request, &plain_keys[i], view_text(plain_keys[i].preset));
    }
    for (size_t i = 0; i < program_rates(t->program); i++) {
        t->rates[i] = RATE_UNKNOWN;
    }
    for (size_t i = 0; i < program_sets(t->program); i++) {
        t->sets[i] = TRUTH_UNKNOWN;
    }
    for (const struct node *n = example->first; n; n = n->next) {
        good = read_key(t, n) && good;
    }
    return good;
}

/* ---- weighing it ---- */

static bool weigh(struct testing *t, const struct node *example)
{
    bool cut = false;

    if (!request_prepare(t->request, t->workspace)) {
        cut = true;
    } else {
        facts_fill(t->program->plan, t->request, t->values, t->workspace, &cut);
    }
    if (cut) {
        rules_refuse(t->rules, example->place, RULE_EXAMPLE, NULL,
                     "the example is too large");
        return false;
    }
    evaluation_stateless(t->evaluation, t->values);
    evaluation_stateful(t->evaluation, t->rates);
    return true;
}

static void check_one(struct testing *t, const struct draft_rule *rule,
                      const struct node *example, bool hit)
{
    static const char *const names[] = {"false", "unknown", "true"};
    enum truth truth;

    if (!schema_expect(example, NODE_MAP, t->rules->problems) ||
        !read_example(t, example) || !weigh(t, example)) {
        return;
    }
    truth = evaluation_rule(t->evaluation, rule->number);
    if ((truth == TRUTH_TRUE) != hit) {
        rules_refuse(t->rules, example->place, RULE_HIT, NULL,
                     "a %s of '%.*s', found the rule %s, expected it %s",
                     hit ? "hit" : "miss", VIEW_ARG(rule->info.id),
                     names[truth], hit ? "true" : "false or unknown");
    }
}

static void check_list(struct testing *t, const struct draft_rule *rule,
                       const struct node *list, bool hit)
{
    if (!list || !schema_expect(list, NODE_LIST, t->rules->problems)) {
        return;
    }
    for (const struct node *n = list->first; n; n = n->next) {
        check_one(t, rule, n, hit);
    }
}

/* ---- all of them ---- */

static bool make(struct testing *t)
{
    struct arena *arena = t->rules->arena;

    t->evaluation = evaluation_new(t->program);
    t->workspace = arena_new_fixed(WORKSPACE);
    t->request = arena_alloc(arena, sizeof(*t->request));
    t->values = arena_array(arena, plan_slots(t->program->plan) + 1,
                            sizeof(*t->values));
    t->rates =
        arena_array(arena, program_rates(t->program) + 1, sizeof(*t->rates));
    t->sets =
        arena_array(arena, program_sets(t->program) + 1, sizeof(*t->sets));
    return t->evaluation && t->workspace && t->request && t->values &&
           t->rates && t->sets;
}

bool examples_check(struct rules *rules)
{
    size_t before = problems_errors(rules->problems);
    struct testing t = {.rules = rules, .program = rules->program};

    if (!make(&t)) {
        rules_no_memory(rules);
    } else {
        evaluation_assume_sets(t.evaluation, t.sets);
        for (struct draft_rule *r = rules->first; r; r = r->next) {
            if (!r->altered) {
                check_list(&t, r, r->hits, true);
                check_list(&t, r, r->misses, false);
            }
        }
    }
    evaluation_free(t.evaluation);
    arena_free(t.workspace);
    return problems_errors(rules->problems) == before;
}
