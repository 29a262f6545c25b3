/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request tables: whole requests, and what is to become of each.
 *
 *   requests:
 *     - about: a phone that is called a bot
 *       request: { user-agent: "...", header.accept: "...", path: /a }
 *       expect: { class: [human, suspect], price: 0, rules: [default/x] }
 *
 * Each request is decided without a state; what differs is reported with
 * the rules that fired.
 *
 *   T001 not as expected   T002 a request or an expectation that is none
 */
#include "classify/written_request_load.h"
#include "config/schema.h"
#include "decision.h"

#define FOUND_ROOM 1024

struct table_file {
    const struct node *requests;
};

static const struct schema_key table_keys[] = {
    {"requests", SCHEMA_NODE, offsetof(struct table_file, requests), true, NULL,
     NULL, 0, 0, "requests, each with what is expected"},
    {0}};

struct row {
    struct view about;
    const struct node *request, *expect;
};

static const struct schema_key row_keys[] = {
    {"about", SCHEMA_TEXT, offsetof(struct row, about), false, NULL, NULL, 0, 0,
     "what it shows, in words"},
    {"request", SCHEMA_NODE, offsetof(struct row, request), true, NULL, NULL, 0,
     0, "facts and headers, as in a rule's hits"},
    {"expect", SCHEMA_NODE, offsetof(struct row, expect), true, NULL, NULL, 0,
     0, "the decision, as far as it matters"},
    {0}};

/* A table under way. */
struct table {
    struct wb_request *request;
    struct arena *arena;
    struct problems *problems;
    struct row row;
    bool failed;
};

/* ---- what was found ---- */

/* "class agent, score 100; fired default/gptbot +100" */
static void add_found(const struct wb_request *r, struct text *out)
{
    const size_t *fired = NULL;
    size_t n = r->evaluation ? evaluation_fired(r->evaluation, &fired) : 0;

    text_addf(out, "%.*s, score %d", VIEW_ARG(class_names[r->verdict.class]),
              r->verdict.score);
    for (size_t i = 0; i < n; i++) {

        const struct rule_info *rule =
            program_rule(r->ruleset->program, fired[i]);
        text_add(out, i == 0 ? VIEW("; fired ") : VIEW(", "));
        text_add(out, rule->id);
        if (rule->score) {
            text_addf(out, " %+d", rule->score);
        }
    }
}

static void differ(struct table *t, const struct node *node, struct view found)
{
    char room[FOUND_ROOM];
    struct text all = text_in(room, sizeof room);
    bool not = view_starts(node->key, VIEW("not-"));
    struct view wanted = not                         ? VIEW("none of these")
                         : node->kind == NODE_SCALAR ? node->text
                                                     : VIEW("one of these");

    add_found(t->request, &all);
    problems_add(t->problems, PROBLEM_ERROR, node->place, "T001", NULL,
                 "%.*s: found %.*s, expected %.*s (%.*s)", VIEW_ARG(node->key),
                 VIEW_ARG(found), VIEW_ARG(wanted), VIEW_ARG(text_view(&all)));
    t->failed = true;
}

static bool is_one_of(const struct node *wanted, struct view found)
{
    if (wanted->kind == NODE_SCALAR) {
        return view_equal(wanted->text, found);
    }
    for (const struct node *n = wanted->first; n; n = n->next) {
        if (n->kind == NODE_SCALAR && view_equal(n->text, found)) {
            return true;
        }
    }
    return false;
}

/* ---- expectations ---- */

/* Single answers: their name here, and what they are. */
static const struct {
    const char *name;
    enum wb_answer answer;
} answers[] = {
    {"action", WB_ANSWER_ACTION},
    {"reason", WB_ANSWER_REASON},
    {"class", WB_ANSWER_CLASS},
    {"agent", WB_ANSWER_AGENT_NAME},
    {"category", WB_ANSWER_AGENT_CATEGORY},
    {"org", WB_ANSWER_AGENT_ORG},
    {"site", WB_ANSWER_SITE},
    {"route", WB_ANSWER_ROUTE},
    {"price-action", WB_ANSWER_PRICE_ACTION},
    {"price", WB_ANSWER_PRICE},
    {"amount", WB_ANSWER_PRICE_AMOUNT},
    {"payment", WB_ANSWER_PAYMENT_STATE},
};
#define ANSWERS (sizeof(answers) / sizeof(answers[0]))

static bool has_label(const struct wb_request *r, struct view label)
{
    size_t i = program_label_find(r->ruleset->program, label);

    return i != SIZE_MAX && evaluation_label(r->evaluation, i) == TRUTH_TRUE;
}

static bool has_fired(const struct wb_request *r, struct view id)
{
    const size_t *fired = NULL;
    size_t n = evaluation_fired(r->evaluation, &fired);

    for (size_t i = 0; i < n; i++) {

        const struct rule_info *rule =
            program_rule(r->ruleset->program, fired[i]);
        if (view_equal(rule->id, id)) {
            return true;
        }
    }
    return false;
}

/* Each of a list must be there, or none may. */
static void expect_each(struct table *t, const struct node *wanted, bool there,
                        bool (*has)(const struct wb_request *r, struct view v))
{
    const struct node *first =
        wanted->kind == NODE_SCALAR ? wanted : wanted->first;

    for (const struct node *n = first; n; n = n->next) {
        bool found = t->request->evaluation && has(t->request, n->text);

        if (found != there) {
            differ(t, wanted, found ? n->text : VIEW("none such"));
        }
        if (n == wanted) {
            return;
        }
    }
}

static void expect_number(struct table *t, const struct node *wanted,
                          uint64_t found)
{
    char room[24];
    struct text text = text_in(room, sizeof room);

    text_add_u64(&text, found);
    if (!is_one_of(wanted, text_view(&text))) {
        differ(t, wanted, text_view(&text));
    }
}

static void refuse_key(struct table *t, const struct node *node)
{
    static const char *const others[] = {"status", "score",      "labels",
                                         "rules",  "not-labels", "not-rules"};
    const char *words[ANSWERS + 6];
    const char *nearest;
    char hint[96];

    for (size_t i = 0; i < ANSWERS; i++) {
        words[i] = answers[i].name;
    }
    memcpy(words + ANSWERS, others, sizeof others);
    nearest = problems_nearest(node->key, words, ANSWERS + 6);
    struct text text = text_in(hint, sizeof hint - 1);
    text_addf(&text, "did you mean '%s'?", nearest ? nearest : "");
    hint[text.size] = '\0';
    problems_add(t->problems, PROBLEM_ERROR, node->key_place, "T002",
                 nearest ? hint : NULL, "unknown key '%.*s' in an expectation",
                 VIEW_ARG(node->key));
    t->failed = true;
}

static void expect_one(struct table *t, const struct node *wanted)
{
    const struct wb_request *r = t->request;
    struct view key = wanted->key;

    for (size_t i = 0; i < ANSWERS; i++) {
        if (view_equal(key, view_text(answers[i].name))) {
            struct wb_text found = wb_decision_answer(r, answers[i].answer);

            if (!is_one_of(wanted, view_of(found.data, found.size))) {
                differ(t, wanted, view_of(found.data, found.size));
            }
            return;
        }
    }
    if (view_equal(key, VIEW("status"))) {
        expect_number(t, wanted, r->status);
    } else if (view_equal(key, VIEW("score"))) {
        expect_number(t, wanted, (uint64_t)r->verdict.score);
    } else if (view_equal(key, VIEW("labels"))) {
        expect_each(t, wanted, true, has_label);
    } else if (view_equal(key, VIEW("not-labels"))) {
        expect_each(t, wanted, false, has_label);
    } else if (view_equal(key, VIEW("rules"))) {
        expect_each(t, wanted, true, has_fired);
    } else if (view_equal(key, VIEW("not-rules"))) {
        expect_each(t, wanted, false, has_fired);
    } else {
        refuse_key(t, wanted);
    }
}

/* ---- one request, and all ---- */

static void run_row(struct table *t, struct wb_engine *engine, int64_t now)
{
    struct wb_request *r = t->request;
    const struct row *row = &t->row;

    if (wb_request_begin(r, engine, now) != WB_OK) {
        t->failed = true;
        return;
    }
    const struct written_request written = {.request = &r->facts,
                                            .workspace = r->workspace,
                                            .problems = t->problems,
                                            .code = "T002"};
    if (!written_request_read(&written, row->request) ||
        !schema_expect(row->expect, NODE_MAP, t->problems)) {
        t->failed = true;
        return;
    }
    r->facts.time = now;
    wb_decide_blocking(r, NULL);
    for (const struct node *n = row->expect->first; n; n = n->next) {
        expect_one(t, n);
    }
}

static void run_table(struct table *t, const struct node *tree,
                      struct wb_engine *engine, int64_t now, size_t *ran)
{
    struct table_file file = {0};

    if (!tree ||
        !schema_read(table_keys, tree, "a request table", &file, t->arena,
                     t->problems) ||
        !schema_expect(file.requests, NODE_LIST, t->problems)) {
        t->failed = true;
        return;
    }
    for (const struct node *n = file.requests->first; n; n = n->next) {
        t->row = (struct row){0};
        if (!schema_read(row_keys, n, "a request", &t->row, t->arena,
                         t->problems)) {
            t->failed = true;
            continue;
        }
        run_row(t, engine, now);
        ++*ran;
    }
}

enum wb_status wb_engine_test(struct wb_engine *engine, const char *path,
                              int64_t now, struct wb_problems *problems,
                              size_t *ran)
{
    struct table t = {.request = wb_request_new(),
                      .arena = arena_new(),
                      .problems = (struct problems *)problems};
    enum wb_status status = WB_ERROR_MEMORY;

    *ran = 0;
    if (t.request && t.arena) {
        run_table(&t, tree_read_file(t.arena, path, t.problems), engine, now,
                  ran);
        status = t.failed ? WB_ERROR_CONFIG : WB_OK;
    }
    wb_request_free(t.request);
    arena_free(t.arena);
    return status;
}
