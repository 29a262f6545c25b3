/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The examples' self-test: each hit and miss of each rule becomes a request,
 * the whole program weighs it, and the rule must be true, or must not.
 * A rule that an override or a pin changed, or that reads labels of such a
 * rule, is left out: its examples speak of the rules as they were written.
 */
#include "classify/draft_load.h"

#include "classify/evaluation.h"
#include "classify/written_request_load.h"
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

/* What a signature was found to be, as if it had been checked, and what the
 * site's robots.txt says. */
static bool read_found(struct testing *t, const struct node *node, bool *taken)
{
    struct view key = node->key;

    *taken = true;
    if (view_equal(key, VIEW("wba.state"))) {
        t->request->signature.state = node->text;
    } else if (view_equal(key, VIEW("wba.agent"))) {
        t->request->signature.agent = node->text;
    } else if (view_equal(key, VIEW("wba.key"))) {
        t->request->signature.key = node->text;
    } else if (view_equal(key, VIEW("robots"))) {
        t->request->robots_said = node->text;
    } else {
        *taken = false;
    }
    return true;
}

/* Keys that stand for what a live request brings from elsewhere. */
static bool read_assumed(void *context, const struct node *node, bool *taken)
{
    const struct view rate = VIEW("rate."), set = VIEW("in-set.");
    struct testing *t = context;
    struct view key = node->key;

    if (view_starts(key, rate)) {
        *taken = read_rate(t, node,
                           view_of(key.at + rate.size, key.size - rate.size));
        return *taken;
    }
    if (view_starts(key, set)) {
        *taken =
            read_set(t, node, view_of(key.at + set.size, key.size - set.size));
        return *taken;
    }
    return read_found(t, node, taken);
}

static const char *const words[] = {
    "rate.", "in-set.", "wba.state", "wba.agent", "wba.key", "robots", NULL};

static void write_example(struct shape_writer *w, const struct shape *self)
{
    (void)self;
    written_request_shape(w, words);
}
static const struct shape example_shape = {
    .kind = SHAPE_OWN, .name = "request", .write = write_example};
const struct shape examples_shape = {.kind = SHAPE_LIST, .of = &example_shape};

static bool read_example(struct testing *t, const struct node *example)
{
    const struct written_request written = {.request = t->request,
                                            .workspace = t->workspace,
                                            .problems = t->rules->problems,
                                            .code = "R023",
                                            .other = read_assumed,
                                            .context = t,
                                            .words = words};

    arena_reset(t->workspace);
    for (size_t i = 0; i < program_rates(t->program); i++) {
        t->rates[i] = RATE_UNKNOWN;
    }
    for (size_t i = 0; i < program_sets(t->program); i++) {
        t->sets[i] = TRUTH_UNKNOWN;
    }
    bool good = written_request_read(&written, example);

    t->request->signature.known = true;
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

    if (!read_example(t, example) || !weigh(t, example)) {
        return;
    }
    t->rules->examples++;
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

size_t rules_examples(const struct rules *rules)
{
    return rules->examples;
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
