/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy, a program and one request at a time, for tests of prices.
 * Include it in one .c file of a program.
 */
#ifndef WB_TEST_UNIT_PRICING_H
#define WB_TEST_UNIT_PRICING_H

#include <stdlib.h>

#include "base/hash.h"
#include "pricing/policy_load.h"

struct scales {
    struct arena *arena;
    struct arena *workspace;
    struct problems *problems;
    struct program *program;
    const struct plan *plan;
    struct policy *policy;
    struct evaluation *evaluation;
    struct value *values;
    struct request *request;
    const struct market *market; /* the test's; NULL: nothing moves */
};

static inline void scales_close(struct scales *s)
{
    evaluation_free(s->evaluation);
    program_free(s->program);
    free(s->values);
    free(s->request);
    problems_free(s->problems);
    arena_free(s->workspace);
    arena_free(s->arena);
    memset(s, 0, sizeof *s);
}

/* False when there was an error; s->problems says which. Close it anyway. */
static inline bool scales_open(struct scales *s, const char *policy,
                               const char *pack)
{
    struct rules_options options = {
        .band_suspect = 30, .band_agent = 60, .automata_bytes = 64u << 20};
    memset(s, 0, sizeof *s);
    hash_start();
    s->arena = arena_new();
    s->workspace = arena_new_fixed(256 * 1024);
    s->problems = problems_new();
    s->request = calloc(1, sizeof *s->request);
    struct rules *rules = rules_new(s->arena, &options, s->problems);
    if (!rules || !rules_pack_text(rules, VIEW("pack.yaml"), view_text(pack),
                                   NULL, NULL)) {
        return false;
    }
    struct node *tree = tree_read_text(s->arena, VIEW("policy.yaml"),
                                       view_text(policy), s->problems);
    s->policy = tree ? policy_read(s->arena, tree, VIEW("default"), VIEW_NONE,
                                   rules, s->problems)
                     : NULL;
    s->program = s->policy ? rules_compile(rules) : NULL;
    if (!s->program) {
        return false;
    }
    s->plan = rules_plan(rules);
    s->values = calloc(plan_slots(s->plan) + 1, sizeof *s->values);
    s->evaluation = evaluation_new(s->program);
    return s->values && s->evaluation;
}

/* Starts a request from a browser's side of things; no headers. */
static inline struct request *scales_request(struct scales *s,
                                             const char *method,
                                             const char *host,
                                             const char *target)
{
    struct request *r = s->request;
    request_clear(r);
    arena_reset(s->workspace);
    r->scheme = VIEW("https");
    r->http_version = VIEW("1.1");
    r->transport = VIEW("test");
    r->client_ip = VIEW("192.0.2.1");
    r->method = view_text(method);
    r->host = view_text(host);
    r->target = view_text(target);
    return r;
}

/* Evaluates the rules for the request as it stands. */
static inline void scales_evaluate(struct scales *s)
{
    bool cut = false;
    request_prepare(s->request, s->workspace);
    facts_fill(s->plan, s->request, s->values, s->workspace, &cut);
    evaluation_stateless(s->evaluation, s->values);
    evaluation_stateful(s->evaluation, NULL);
}

/* The price of the request under the last evaluation. */
static inline struct price scales_price(struct scales *s)
{
    struct price price;
    request_prepare(s->request, s->workspace);
    policy_price(s->policy, s->request, s->evaluation, s->market, &price);
    return price;
}

/* < 0: a is cheaper. For prices in one asset. */
static inline int compare_prices(const struct price *a, const struct price *b)
{
    if (a->action != b->action) {
        return (int)a->action - (int)b->action;
    }
    return amount_compare(&a->amount, &b->amount);
}

#endif
