/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The price of one request under 10, 100 and 1,000 routes: the first route's
 * path, the last one's, an ambiguous path (every reading against every
 * route) and one that no route matches. Minimum of 7 rounds, CPU time.
 *
 * Then the whole of it: ten tiers a route and demand on, under 10 and 1,000
 * routes whose paths rotate, as a ratio; and a quote signed and checked
 * against the bare HMAC over the same bytes, medians of interleaved pairs.
 *
 *   price            prints times
 *   price --count N  prices N requests under 1,000 routes, prints nothing
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/hash.h"
#include "pricing/honour.h"
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
    struct market market;
};

static double cpu_seconds(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static void add_tiers(struct text *t)
{
    text_add(t, VIEW("    tiers:\n"));
    for (int i = 0; i < 10; i++) {
        text_addf(t,
                  "      - { when: { all: [ class: agent, header.x-tier: "
                  "\"%d\" ] }, price: 0.0%d usdc }\n",
                  i, i + 1);
    }
}

static char *make_policy(size_t routes, bool full)
{
    size_t room = 1024 + routes * (full ? 1200 : 160);
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
        text_addf(&t,
                  "  - id: r%zu\n"
                  "    match: { path: /section-%zu/** }\n"
                  "    price: 0.01 usdc\n",
                  i, i);
        if (full) {
            add_tiers(&t);
            text_add(&t, VIEW("    demand: { signal: requests, target: "
                              "1000/s }\n"));
        } else {
            text_add(&t, VIEW("    tiers: [ { when: { class: agent }, "
                              "price: 0.02 usdc } ]\n"));
        }
    }
    text[t.size] = '\0';
    return text;
}

static void open_bench(struct bench *b, size_t routes, bool full)
{
    static const char pack[] =
        "pack: { name: none, release: 2026.11, language: 1 }\nrules: []\n";
    struct rules_options options = {
        .band_suspect = 30, .band_agent = 60, .automata_bytes = 64u << 20};
    char *text = make_policy(routes, full);

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
    b->policy = tree ? policy_read(b->arena, tree, VIEW("default"), VIEW_NONE,
                                   rules, b->problems)
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

    open_bench(&b, routes, false);
    snprintf(last, sizeof last, "/section-%zu/a", routes - 1);
    time_path(&b, routes, "first", "/section-0/a");
    time_path(&b, routes, "last", last);
    time_path(&b, routes, "ambiguous", "/x/..;a=b/%73ection-%32//a.%2f;c/.");
    time_path(&b, routes, "none", "/elsewhere/a");
    close_bench(&b);
}

/* ---- all of it ---- */

#define REQUESTS 512

/* Nanoseconds a price, over requests whose routes rotate. */
static double time_rotating(struct bench *b, const struct request *requests)
{
    struct price price;
    double start = cpu_seconds();

    for (size_t i = 0; i < PER_ROUND; i++) {
        policy_price(b->policy, &requests[i % REQUESTS], b->evaluation,
                     &b->market, &price);
    }
    return (cpu_seconds() - start) / PER_ROUND * 1e9;
}

static struct request *make_requests(struct bench *b, size_t routes)
{
    struct request *requests = calloc(REQUESTS, sizeof *requests);

    for (size_t i = 0; requests && i < REQUESTS; i++) {
        char target[64];
        int n = snprintf(target, sizeof target, "/section-%zu/a",
                         i * 7919 % routes);
        struct view copy = arena_copy(b->arena, view_of(target, (size_t)n));
        requests[i].method = VIEW("GET");
        requests[i].host = VIEW("example.com");
        requests[i].target = copy;
        requests[i].time = INT64_C(1767225600000000);
        request_prepare(&requests[i], b->arena);
    }
    return requests;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void open_full(struct bench *b, size_t routes)
{
    open_bench(b, routes, true);
    b->market.store = store_memory_open(64, 64, NULL);
    b->market.meters = b->market.store ? meters_open(b->market.store) : NULL;
    if (!b->market.meters) {
        exit(2);
    }
}

static void close_full(struct bench *b)
{
    b->market.store->ops->close(b->market.store);
    meters_close(b->market.meters);
    close_bench(b);
}

static void time_full(void)
{
    struct bench few;
    struct bench many;
    double ratios[ROUNDS];
    double best[2] = {1e18, 1e18};

    open_full(&few, 10);
    open_full(&many, 1000);
    struct request *of_few = make_requests(&few, 10);
    struct request *of_many = make_requests(&many, 1000);
    if (!of_few || !of_many) {
        exit(2);
    }
    time_rotating(&few, of_few);
    time_rotating(&many, of_many);
    for (int i = 0; i < ROUNDS; i++) {
        double a = time_rotating(&few, of_few);
        double b = time_rotating(&many, of_many);
        ratios[i] = b / a;
        best[0] = a < best[0] ? a : best[0];
        best[1] = b < best[1] ? b : best[1];
    }
    qsort(ratios, ROUNDS, sizeof *ratios, compare_doubles);
    printf("10 tiers and demand: 10 routes %.0f ns, 1000 routes %.0f ns, "
           "ratio %.2f\n",
           best[0], best[1], ratios[ROUNDS / 2]);
    free(of_few);
    free(of_many);
    close_full(&few);
    close_full(&many);
}

/* ---- quotes ---- */

static void time_quotes(void)
{
    static const char secret[] = "0123456789abcdef0123456789abcdef";
    struct quote_key key = {
        .header = VIEW("eyJhbGciOiJIUzI1NiIsImtpZCI6ImsxIn0."), .signs = true};
    struct quote_keys keys = {&key, 1};
    struct quote quote = {
        .generation = VIEW("0123456789abcdef"),
        .site = VIEW("default"),
        .host = VIEW("news.example"),
        .method = VIEW("GET"),
        .path = VIEW("/premium/2026/11/a-report"),
        .route = VIEW("premium"),
        .tier = 4,
        .multiplier = 1250000,
        .amount = amount_from_u64(37500),
        .asset = VIEW("0x036CbD53842c5426634e7929541eC2318f3dCF7e"),
        .network = VIEW("eip155:84532"),
        .pay_to = VIEW("0x209693Bc6afc0C5328bA36FaF03C514EF312287C"),
        .issued = 1767225600,
        .expires = 1767225900};
    double ratios[ROUNDS];
    double quote_ns = 1e18;
    double mac_ns = 1e18;
    size_t size = 0;

    hmac_key(&key.hmac, view_of(secret, 32));
    for (int i = 0; i < ROUNDS; i++) {
        char room[QUOTE_MAX];
        char scratch[QUOTE_MAX];
        unsigned char mac[32];
        struct quote read;
        double start = cpu_seconds();
        for (size_t k = 0; k < PER_ROUND; k++) {
            struct text t = text_in(room, sizeof room);
            quote.issued = 1767225600 + (int64_t)(k % 7);
            quote_write(&keys, &quote, &t);
            size = t.size;
            if (quote_read(&keys, text_view(&t), INT64_C(1767225610000000),
                           scratch, &read) != QUOTE_GOOD) {
                exit(2);
            }
        }
        double a = (cpu_seconds() - start) / PER_ROUND * 1e9;
        start = cpu_seconds();
        for (size_t k = 0; k < 2 * PER_ROUND; k++) {
            room[0] = (char)k;
            hmac_sign(&key.hmac, view_of(room, size - 44), mac);
            room[1] = (char)mac[0];
        }
        double b = (cpu_seconds() - start) / PER_ROUND * 1e9;
        ratios[i] = a / b;
        quote_ns = a < quote_ns ? a : quote_ns;
        mac_ns = b < mac_ns ? b : mac_ns;
    }
    qsort(ratios, ROUNDS, sizeof *ratios, compare_doubles);
    printf("a quote of %zu bytes signed and checked %.0f ns, both HMACs "
           "alone %.0f ns, ratio %.2f\n",
           size, quote_ns, mac_ns, ratios[ROUNDS / 2]);
}

int main(int argc, char **argv)
{
    hash_start();
    if (argc == 3 && !strcmp(argv[1], "--count")) {
        struct bench b;
        struct price price;
        open_bench(&b, 1000, false);
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
    time_full();
    time_quotes();
    return 0;
}
