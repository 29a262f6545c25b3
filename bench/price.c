/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The price of one request under 10, 100 and 1,000 routes: the first route's
 * path, the last one's, an ambiguous path (every reading against every
 * route) and one that no route matches. Minimum of 7 rounds, CPU time.
 *
 *   price            prints times
 *   price --count N  prices N requests under 1,000 routes, prints nothing
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/hash.h"
#include "pricing/policy_load.h"

#define ROUNDS 7
#define PER_ROUND 20000

struct bench {
    struct arena *arena, *workspace;
    struct problems *problems;
    struct program *program;
    const struct policy *policy;
    struct evaluation *evaluation;
    struct value *values;
    struct request request;
};

static double cpu_seconds(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static char *make_policy(size_t routes)
{
    size_t room = 1024 + routes * 160;
    char *text = malloc(room);
    struct text t = text_in(text, room - 1);

    if (!text) {
        exit(2);
    }
    text_addf(&t, "version: 1\n"
                  "assets: { usdc: usdc@base-sepolia }\n"
                  "pay-to: \"0x209693Bc6afc0C5328bA36FaF03C514EF312287C\"\n"
                  "always-free: [/robots.txt, /.well-known/**]\n"
                  "otherwise: free\n"
                  "routes:\n");
    for (size_t i = 0; i < routes; i++) {
        text_addf(
            &t,
            "  - id: r%zu\n"
            "    match: { path: /section-%zu/** }\n"
            "    tiers: [ { when: { class: agent }, price: 0.02 usdc } ]\n"
            "    price: 0.01 usdc\n",
            i, i);
    }
    text[t.size] = '\0';
    return text;
}

static void open_bench(struct bench *b, size_t routes)
{
    static const char pack[] =
        "pack: { name: none, release: 2026.11, language: 1 }\nrules: []\n";
    struct rules_options options = {
        .band_suspect = 30, .band_agent = 60, .automata_bytes = 64u << 20};
    char *text = make_policy(routes);

    memset(b, 0, sizeof *b);
    b->arena = arena_new();
    b->workspace = arena_new_fixed(256 * 1024);
    b->problems = problems_new();
    struct rules *rules = rules_new(b->arena, &options, b->problems);
    if (!rules ||
        !rules_pack_text(rules, VIEW("p"), view_text(pack), NULL, NULL)) {
        exit(2);
    }
    struct node *tree =
        tree_read_text(b->arena, VIEW("policy"), view_text(text), b->problems);
    b->policy = tree
                    ? policy_read(b->arena, tree, VIEW("default"), VIEW_NONE, rules, b->problems)
                    : NULL;
    b->program = b->policy ? rules_compile(rules) : NULL;
    free(text);
    if (!b->program) {
        fputs("price: the policy does not load\n", stderr);
        exit(2);
    }
    b->evaluation = evaluation_new(b->program);
    b->values = calloc(plan_slots(rules_plan(rules)) + 1, sizeof *b->values);
    if (!b->evaluation || !b->values) {
        exit(2);
    }
    evaluation_stateless(b->evaluation, b->values);
    evaluation_stateful(b->evaluation, NULL);
}

static void close_bench(struct bench *b)
{
    evaluation_free(b->evaluation);
    program_free(b->program);
    free(b->values);
    problems_free(b->problems);
    arena_free(b->workspace);
    arena_free(b->arena);
}

static void ask(struct bench *b, const char *target)
{
    request_clear(&b->request);
    arena_reset(b->workspace);
    b->request.method = VIEW("GET");
    b->request.host = VIEW("example.com");
    b->request.target = view_text(target);
    request_prepare(&b->request, b->workspace);
}

static void time_path(struct bench *b, size_t routes, const char *name,
                      const char *target)
{
    double best = 1e18;
    struct price price;

    ask(b, target);
    for (int round = 0; round < ROUNDS; round++) {
        double start = cpu_seconds();
        for (size_t i = 0; i < PER_ROUND; i++) {
            policy_price(b->policy, &b->request, b->evaluation, NULL, &price);
        }
        double ns = (cpu_seconds() - start) / PER_ROUND * 1e9;
        best = ns < best ? ns : best;
    }
    printf("%5zu routes  %-10s %9.0f ns\n", routes, name, best);
}

static void time_routes(size_t routes)
{
    struct bench b;
    char last[64];

    open_bench(&b, routes);
    snprintf(last, sizeof last, "/section-%zu/a", routes - 1);
    time_path(&b, routes, "first", "/section-0/a");
    time_path(&b, routes, "last", last);
    time_path(&b, routes, "ambiguous", "/x/..;a=b/%73ection-%32//a.%2f;c/.");
    time_path(&b, routes, "none", "/elsewhere/a");
    close_bench(&b);
}

int main(int argc, char **argv)
{
    hash_start();
    if (argc == 3 && !strcmp(argv[1], "--count")) {
        struct bench b;
        struct price price;
        open_bench(&b, 1000);
        ask(&b, "/section-500/a");
        for (long i = strtol(argv[2], NULL, 10); i > 0; i--) {
            policy_price(b.policy, &b.request, b.evaluation, NULL, &price);
        }
        close_bench(&b);
        return 0;
    }
    time_routes(10);
    time_routes(100);
    time_routes(1000);
    return 0;
}
