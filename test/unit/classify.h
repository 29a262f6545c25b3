/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pack from text, weighing requests: what the classify tests share.
 *
 *   struct weigher w;
 *   weigher_open(&w, HEAD "rules: ...", NULL);
 *   weigher_ask(&w, "curl/8.0");            a user agent alone
 *   weigher_rule(&w, "t/one")               its truth
 */
#ifndef WB_TEST_CLASSIFY_H
#define WB_TEST_CLASSIFY_H

#include <stdlib.h>

#include "base/hash.h"
#include "classify/evaluation.h"
#include "classify/rules_load.h"
#include "request/plan.h"

#define HEAD "pack: { name: t, release: 2026.11, language: 1 }\n"

struct weigher {
    struct arena *arena, *workspace;
    struct problems *problems;
    struct program *program;
    struct evaluation *evaluation;
    struct value *values;
    struct request request;
    struct known_names *names; /* see weigher_know_names() */
};

static const struct rules_options weigher_options = {.band_suspect = 30,
                                                     .band_agent = 60,
                                                     .undeclared_sets = true,
                                                     .automata_bytes =
                                                         (size_t)64 << 20,
                                                     .jit = true};

static inline void weigher_close(struct weigher *w)
{
    evaluation_free(w->evaluation);
    program_free(w->program);
    arena_free(w->workspace);
    arena_free(w->arena);
    problems_free(w->problems);
    free(w->values);
    *w = (struct weigher){0};
}

/* Knows the names that the pack reads, and one more if it is not NULL: only of
 * headers whose names are looked up values are remembered. */
static inline void weigher_know_names(struct weigher *w, const char *more)
{
    struct plan *plan = (struct plan *)(uintptr_t)program_plan(w->program);

    w->names = known_names_new(w->arena);
    if (!w->names || !plan_add_names(plan, w->names) ||
        (more && !known_names_add(w->names, view_text(more))) ||
        !plan_know(plan, w->names)) {
        abort();
    }
}

/* False when anything failed; what was made must be closed either way. */
static inline bool weigher_try(struct weigher *w, const char *text,
                               const struct rules_options *options)
{
    struct rules *rules;

    *w = (struct weigher){0};
    w->arena = arena_new();
    w->problems = problems_new();
    if (!w->arena || !w->problems || !hash_start()) {
        return false;
    }
    rules =
        rules_new(w->arena, options ? options : &weigher_options, w->problems);
    if (!rules || !rules_pack_text(rules, VIEW("test.yaml"), view_text(text),
                                   NULL, NULL)) {
        return false;
    }
    w->program = rules_compile(rules);
    if (!w->program) {
        return false;
    }
    w->workspace = arena_new_fixed((size_t)256 << 10);
    w->values =
        calloc(plan_slots(program_plan(w->program)) + 1, sizeof(*w->values));
    w->evaluation = evaluation_new(w->program);
    return w->workspace && w->values && w->evaluation;
}

static inline void weigher_open(struct weigher *w, const char *text,
                                const struct rules_options *options)
{
    if (!weigher_try(w, text, options)) {
        for (size_t i = 0; w->problems && i < problems_count(w->problems);
             i++) {
            fputs(problems_text(w->problems, i), stderr);
        }
        exit(2);
    }
}

static inline void weigher_start(struct weigher *w)
{
    arena_reset(w->workspace);
    request_clear(&w->request);
    w->request.order_kept = true;
}

/* Weighs the request as it stands. */
static inline void weigher_weigh(struct weigher *w, const uint64_t *rates)
{
    bool cut = false;

    if (!request_prepare(&w->request, w->workspace)) {
        abort();
    }
    facts_fill(program_plan(w->program), &w->request, w->values, w->workspace,
               &cut);
    evaluation_stateless(w->evaluation, w->values);
    evaluation_stateful(w->evaluation, rates);
}

static inline void weigher_ask(struct weigher *w, struct view user_agent)
{
    weigher_start(w);
    request_add_header(&w->request, VIEW("User-Agent"), user_agent);
    weigher_weigh(w, NULL);
}

static inline enum truth weigher_rule(const struct weigher *w, const char *id)
{
    for (size_t i = 0; i < program_rules(w->program); i++) {

        const struct rule_info *info = program_rule(w->program, i);
        if (view_equal(info->id, view_text(id))) {
            return evaluation_rule(w->evaluation, i);
        }
    }
    abort();
}

static inline enum truth weigher_label(const struct weigher *w,
                                       const char *name)
{
    size_t label = program_label_find(w->program, view_text(name));

    return label == SIZE_MAX ? TRUTH_FALSE
                             : evaluation_label(w->evaluation, label);
}

#endif
