/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule sets of any size from a seed, and what they cost: one whole decision
 * under 100, 1,000 and 10,000 rules, and loading 10,000 of them.
 *
 *   90%  a literal in the user agent     3%  a regular expression with one
 *    5%  literals in two headers         1%  a header absent, a literal not
 *    1%  a rate
 *
 *   rules                    times: the minimum of 7 interleaved rounds
 *   rules --make RULES [x]   writes such a pack; x: with hits and misses
 *   rules --count N RULES    N decisions under RULES rules, prints nothing:
 *                            for counting instructions
 */
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "traffic.h"

#define REQUESTS 20000 /* whole batches */
#define ROUNDS 7
#define SEED 20261121
#define RULES_MAX 10000
#define START INT64_C(1767225600000000)

static struct traffic_request requests[REQUESTS];

static double cpu_seconds(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

/* ---- the rules ---- */

static const char *const parts[] = {"acme", "data", "site", "meta", "link",
                                    "feed", "open", "news", "mega", "page",
                                    "rank", "list", "zoom", "core", "grid",
                                    "nova", "flux", "vert", "omni", "lumo"};
static const char *const ends[] = {"bot",   "crawler", "spider", "fetch",
                                   "agent", "scan",    "reader", "probe"};
static const char *const categories[] = {"ai-training",    "search",
                                         "social-preview", "monitor",
                                         "archiver",       "feed-reader"};
static const char *const headers[] = {"accept", "accept-language", "x-client",
                                      "via", "x-requested-with"};
#define PICK(list) (list)[traffic_below(seed, sizeof(list) / sizeof *(list))]

/* Made-up names differ in their numbers, if in nothing else. */
static void make_name(char name[64], unsigned i)
{
    uint64_t state = SEED + i, *seed = &state;
    traffic_random(seed);
    const char *first = PICK(parts);
    const char *second = PICK(parts);
    snprintf(name, 64, "%s%s%s%s%u", first, traffic_below(seed, 2) ? "-" : "",
             second, PICK(ends), i);
}

enum kind { LITERAL, PAIR, REGEX, WITHOUT, RATE };

static enum kind kind_of(unsigned i)
{
    unsigned n = i % 100;
    return n < 90   ? LITERAL
           : n < 95 ? PAIR
           : n < 98 ? REGEX
           : n < 99 ? WITHOUT
                    : RATE;
}

/* The condition, and what else a request must have for it to hold. */
static void write_when(FILE *out, enum kind kind, const char *name,
                       const char *header, unsigned i, uint64_t *seed)
{
    static const char *const tests[] = {"contains", "word", "starts-with"};
    switch (kind) {
    case LITERAL:
        fprintf(out, "{ user-agent: { %s: %s } }", PICK(tests), name);
        break;
    case PAIR:
        fprintf(out,
                "{ header.%s: { contains: %s }, "
                "header.accept-encoding: { word: gzip } }",
                header, name);
        break;
    case REGEX:
        fprintf(out, "{ user-agent: { matches: '(?i)\\b%s/[0-9]+\\.' } }",
                name);
        break;
    case WITHOUT:
        fprintf(out,
                "{ header.accept: absent, "
                "not: { user-agent: { contains: %s } } }",
                name);
        break;
    case RATE:
        fprintf(out, "{ rate.%s: { at-least: %u } }",
                i % 200 < 100 ? "minute" : "hour", 100 + i);
        break;
    }
}

static void write_examples(FILE *out, enum kind kind, const char *name,
                           const char *header, unsigned i)
{
    static const char browser[] =
        "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 "
        "Firefox/153.0";
    fprintf(out, "    hits: [{ ");
    switch (kind) {
    case LITERAL:
    case REGEX:
        fprintf(out, "user-agent: '%s/1.0'", name);
        break;
    case PAIR:
        fprintf(out,
                "user-agent: x, header.%s: 'a %s', "
                "header.accept-encoding: 'gzip, br'",
                header, name);
        break;
    case WITHOUT:
        fprintf(out, "user-agent: other/1.0");
        break;
    case RATE:
        fprintf(out, "user-agent: x, rate.%s: %u",
                i % 200 < 100 ? "minute" : "hour", 100 + i);
        break;
    }
    fprintf(out,
            " }]\n    misses: [{ user-agent: \"%s\", header.accept: "
            "'*/*' }]\n",
            browser);
}

/* Every rule scores: which of them fired is what is worked out. */
static void write_pack(FILE *out, unsigned count, bool examples)
{
    uint64_t state = SEED, *seed = &state;
    fprintf(out, "pack: { name: made, release: 2026.11, language: 1 }\n"
                 "rates:\n"
                 "  minute: { per: client-ip, window: 60s }\n"
                 "  hour: { per: client-ip, window: 1h }\n"
                 "rules:\n");
    for (unsigned i = 0; i < count; i++) {
        enum kind kind = kind_of(i);
        const char *header = PICK(headers);
        char name[64];
        make_name(name, i);
        fprintf(out,
                "  - id: r%u\n    score: 100\n"
                "    labels: ['agent:name:%s', 'agent:category:%s']\n"
                "    when: ",
                i, name, categories[i % 6]);
        write_when(out, kind, name, header, i, seed);
        fprintf(out, "\n");
        if (examples) {
            write_examples(out, kind, name, header, i);
        }
    }
}

/* ---- an engine on them ---- */

static void fail(const char *what, const struct wb_problems *problems)
{
    fprintf(stderr, "%s: %s\n", what,
            problems && wb_problems_count(problems)
                ? wb_problem_message(problems, 0)
                : "failed");
    exit(2);
}

static void write_files(char folder[32], unsigned count, bool examples)
{
    char path[64];
    FILE *file;
    strcpy(folder, "/tmp/bench-rules-XXXXXX");
    if (!mkdtemp(folder)) {
        fail("mkdtemp", NULL);
    }
    snprintf(path, sizeof path, "%s/pack.yaml", folder);
    file = fopen(path, "w");
    if (!file) {
        fail(path, NULL);
    }
    write_pack(file, count, examples);
    fclose(file);
    snprintf(path, sizeof path, "%s/weighbridge.yaml", folder);
    file = fopen(path, "w");
    if (!file) {
        fail(path, NULL);
    }
    fprintf(file, "version: 1\nrules: pack.yaml\n");
    fclose(file);
}

static void remove_files(const char *folder)
{
    static const char *const names[] = {"pack.yaml", "weighbridge.yaml"};
    char path[64];
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

/* *seconds: of loading. */
static struct wb_engine *load(unsigned count, bool examples, double *seconds)
{
    struct wb_problems *problems = wb_problems_new();
    struct wb_engine *engine = NULL;
    char folder[32], path[64];
    write_files(folder, count, examples);
    snprintf(path, sizeof path, "%s/weighbridge.yaml", folder);
    *seconds = cpu_seconds();
    if (wb_engine_load(path, problems, &engine) != WB_OK) {
        remove_files(folder);
        fail("load", problems);
    }
    *seconds = cpu_seconds() - *seconds;
    remove_files(folder);
    wb_problems_free(problems);
    return engine;
}

/* ---- what it costs ---- */

struct set {
    unsigned count;
    struct wb_engine *engine;
    struct wb_state *state;
    struct wb_request *request;
    double best; /* seconds for all requests */
};

static void open_set(struct set *set, unsigned count)
{
    double seconds;
    *set = (struct set){.count = count,
                        .engine = load(count, false, &seconds),
                        .request = wb_request_new(),
                        .best = 1e9};
    if (!set->request ||
        wb_state_open(set->engine, NULL, &set->state) != WB_OK) {
        fail("state", NULL);
    }
}

static void close_set(struct set *set)
{
    wb_request_free(set->request);
    wb_state_close(set->state);
    wb_engine_unref(set->engine);
}

static void decide(struct set *set, const struct traffic_request *t, size_t i)
{
    wb_request_begin(set->request, set->engine, START + (int64_t)i * 1000);
    traffic_fill(t, set->request);
    wb_decide(set->request, set->state, NULL, NULL);
    wb_request_reset(set->request);
}

static double time_round(struct set *set)
{
    double spent = 0;
    for (size_t i = 0; i < REQUESTS; i += TRAFFIC_BATCH) {
        const struct traffic_request *batch = traffic_batch(&requests[i]);
        double start = cpu_seconds();
        for (size_t k = 0; k < TRAFFIC_BATCH; k++) {
            decide(set, &batch[k], i + k);
        }
        spent += cpu_seconds() - start;
    }
    return spent;
}

static void print_decisions(void)
{
    static const unsigned sizes[] = {100, 1000, RULES_MAX};
    struct set sets[3];
    for (size_t i = 0; i < 3; i++) {
        open_set(&sets[i], sizes[i]);
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < 3; i++) {
            double spent = time_round(&sets[i]);
            sets[i].best = spent < sets[i].best ? spent : sets[i].best;
        }
    }
    for (size_t i = 0; i < 3; i++) {
        printf("%6u rules: %6.0f ns a decision, %.2f of that under %u\n",
               sets[i].count, sets[i].best / REQUESTS * 1e9,
               sets[i].best / sets[0].best, sizes[0]);
        close_set(&sets[i]);
    }
}

static void print_load(bool examples)
{
    double best = 1e9, seconds;
    for (int round = 0; round < 3; round++) {
        wb_engine_unref(load(RULES_MAX, examples, &seconds));
        best = seconds < best ? seconds : best;
    }
    printf("%6u rules: %6.3f s to load%s\n", RULES_MAX, best,
           examples ? ", hits and misses run" : "");
}

/* Half of the agents in ten requests are of the rules. */
static void make_requests(void)
{
    uint64_t traffic = 42;
    char name[64];
    for (unsigned i = 0; i < REQUESTS; i++) {
        traffic_make(&requests[i], &traffic, TRAFFIC_NEW);
        if (i % 20 == 0) {
            struct traffic_request *t = &requests[i];
            make_name(name, i % RULES_MAX);
            t->count = t->text_size = 0;
            traffic_add(t, "Host", "example.com");
            traffic_add(t, "User-Agent", name);
            traffic_add(t, "Accept", "*/*");
        }
    }
}

int main(int argc, char **argv)
{
    if (argc >= 3 && !strcmp(argv[1], "--make")) {
        write_pack(stdout, (unsigned)strtoul(argv[2], NULL, 10), argc > 3);
        return 0;
    }
    make_requests();
    if (argc == 4 && !strcmp(argv[1], "--count")) {
        size_t n = strtoul(argv[2], NULL, 10);
        struct set set;
        open_set(&set, (unsigned)strtoul(argv[3], NULL, 10));
        for (size_t i = 0; i < n; i++) {
            decide(&set, &requests[i % REQUESTS], i);
        }
        close_set(&set);
        return 0;
    }
    print_decisions();
    print_load(false);
    print_load(true);
    return 0;
}
