/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a pack. What loads passes its own check, can be dumped, and
 * says the same of a few requests whether rules are woken or all looked at
 * (unless it states a literal by `with`, which may be a lie).
 */
#include <stdlib.h>

#include "base/hash.h"
#include "classify/evaluation.h"
#include "classify/image.h"
#include "classify/rules_load.h"

#include "fuzz.h"

struct loaded {
    struct arena *arena;
    struct problems *problems;
    struct program *program;
    struct evaluation *evaluation;
    struct value *values;
};

static void load(struct loaded *l, struct view text, bool no_prefilter)
{
    struct rules_options options = {.band_suspect = 30,
                                    .band_agent = 60,
                                    .undeclared_sets = true,
                                    .automata_bytes = 4096,
                                    .no_prefilter = no_prefilter};
    struct rules *rules;

    *l = (struct loaded){.arena = arena_new(), .problems = problems_new()};
    must(l->arena && l->problems && hash_start());
    rules = rules_new(l->arena, &options, l->problems);
    must(rules);
    if (rules_pack_text(rules, VIEW("fuzz"), text, NULL, NULL)) {
        l->program = rules_compile(rules);
    }
    must(l->program || problems_errors(l->problems) > 0);
    if (l->program) {
        l->evaluation = evaluation_new(l->program);
        l->values = calloc(plan_slots(program_plan(l->program)) + 1,
                           sizeof(*l->values));
        must(l->evaluation && l->values);
    }
}

static void drop(struct loaded *l)
{
    evaluation_free(l->evaluation);
    program_free(l->program);
    free(l->values);
    problems_free(l->problems);
    arena_free(l->arena);
}

static void weigh(struct loaded *l, struct request *request,
                  struct arena *workspace)
{
    bool cut;

    facts_fill(program_plan(l->program), request, l->values, workspace, &cut);
    evaluation_stateless(l->evaluation, l->values);
    evaluation_stateful(l->evaluation, NULL);
}

static void fill(struct request *request, unsigned i)
{
    request_clear(request);
    request->target = VIEW("/a/b?q=ab");
    request->method = VIEW("GET");
    request->client_ip = i == 1 ? VIEW("192.0.2.1") : VIEW_NONE;
    request->order_kept = true;
    if (i < 2) {
        request_add_header(request, VIEW("User-Agent"),
                           i ? VIEW("Mozilla/5.0 bot curl") : VIEW("ab"));
        request_add_header(request, VIEW("Accept"), VIEW(""));
    } else {
        request->headers_limited = true;
    }
}

/* Where a limit was met the number of runs decides. */
static void compare(struct loaded *some, struct loaded *all, unsigned i)
{
    static struct request request;
    struct arena *workspace = arena_new_fixed(256 * 1024);

    fill(&request, i);
    must(workspace && request_prepare(&request, workspace));
    weigh(some, &request, workspace);
    weigh(all, &request, workspace);
    if (!evaluation_verdict(all->evaluation)->limited) {
        for (size_t r = 0; r < program_rules(some->program); r++) {
            must(evaluation_rule(some->evaluation, r) ==
                 evaluation_rule(all->evaluation, r));
        }
    }
    arena_free(workspace);
}

static void count(void *context, struct view text)
{
    *(size_t *)context += text.size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct view text = view_of((const char *)data, size);
    struct loaded some, all;
    bool stated = view_search(text, VIEW("with")) != SIZE_MAX;
    size_t dumped = 0;

    load(&some, text, false);
    load(&all, text, true);
    must(stated || !some.program == !all.program);
    if (some.program) {
        must(!program_verify(some.program));
        program_dump(some.program, count, &dumped);
        must(dumped > 0);
        for (unsigned i = 0; i < 3 && !stated; i++) {
            compare(&some, &all, i);
        }
    }
    drop(&some);
    drop(&all);
    return 0;
}
