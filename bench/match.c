/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many literals at once: rules for 100 to 10,000 made-up agent names, one
 * literal each, against user agents that rotate, nine in ten browsers'.
 * Three things over the same values: the automaton's pass alone, a whole
 * evaluation of the rules, and Vectorscan where its header and library are
 * installed (block mode, caseless, one match per literal).
 *
 *   match            times: the minimum of 7 rounds; ratios to Vectorscan:
 *                    the median of 7 interleaved pairs
 *   match --count N  N evaluations under 1,500 rules, prints nothing: for
 *                    counting instructions
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/hash.h"
#include "classify/evaluation.h"
#include "classify/image.h"
#include "classify/rules_load.h"

#if defined(__has_include)
#if __has_include(<hs/hs.h>)
#define HAVE_HS 1
#include <dlfcn.h>
#include <hs/hs.h>
#endif
#endif
#ifndef HAVE_HS
#define HAVE_HS 0
#endif

#define ROUNDS 7
#define AGENTS 4096
#define NAMES_MAX 10000
#define NAME_MAX_BYTES 32

static char names[NAMES_MAX][NAME_MAX_BYTES];
static struct view agents[AGENTS];
static uint64_t seed = 20261121;

static unsigned draw(unsigned below)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (unsigned)(seed >> 33) % below;
}

static double cpu_seconds(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

/* ---- what is looked for, and in what ---- */

static void make_names(void)
{
    static const char *const parts[] = {
        "acme", "data", "web",  "site", "seo",  "meta", "link", "feed",
        "open", "news", "mega", "page", "rank", "list", "zoom", "core",
        "grid", "nova", "flux", "quil", "vert", "omni", "tera", "lumo"};
    static const char *const ends[] = {"bot",     "crawler", "spider", "fetch",
                                       "agent",   "scan",    "-bot/",  "reader",
                                       "checker", "probe"};

    for (unsigned i = 0; i < NAMES_MAX; i++) {
        unsigned n = draw(1000);

        snprintf(names[i], NAME_MAX_BYTES, n % 3 ? "%s%s%s" : "%s-%s%s",
                 parts[draw(24)], parts[draw(24)], ends[draw(10)]);
        if (n % 2) {
            snprintf(names[i] + strlen(names[i]), 8, "%u", n);
        }
    }
}

static void make_agents(size_t name_count)
{
    char text[256];

    for (unsigned i = 0; i < AGENTS; i++) {
        char *copy;

        if (i % 10 == 0) {
            snprintf(text, sizeof(text),
                     "Mozilla/5.0 (compatible; %s/%u.%u; "
                     "+https://www.example.com/about)",
                     names[draw((unsigned)name_count)], draw(9), draw(99));
        } else {
            snprintf(text, sizeof(text),
                     "Mozilla/5.0 (Windows NT 10.0; Win64; x64) "
                     "AppleWebKit/537.36 (KHTML, like Gecko) "
                     "Chrome/%u.0.%u.%u Safari/537.36",
                     100 + draw(60), draw(9000), draw(200));
        }
        copy = malloc(strlen(text) + 1);
        if (!copy) {
            exit(2);
        }
        free((void *)(uintptr_t)agents[i].at);
        agents[i] = view_text(strcpy(copy, text));
    }
}

/* ---- ours ---- */

struct ours {
    struct arena *arena;
    struct problems *problems;
    struct program *program;
    struct evaluation *evaluation;
    struct value *values;
};

static void open_ours(struct ours *o, size_t name_count)
{
    struct rules_options options = {.band_suspect = 30,
                                    .band_agent = 60,
                                    .automata_bytes = (size_t)64 << 20,
                                    .jit = true};
    size_t room = 256 + name_count * 160;
    char *text = malloc(room);
    struct text t = text_in(text, room - 1);
    struct rules *rules;

    *o = (struct ours){.arena = arena_new(), .problems = problems_new()};
    text_add(&t, VIEW("pack: { name: b, release: 2026.11, language: 1 }\n"
                      "rules:\n"));
    for (size_t i = 0; i < name_count; i++) {
        text_addf(&t,
                  "  - { id: r%zu, score: 100, labels: ['agent:name:r%zu'], "
                  "when: { user-agent: { contains: '%s' } } }\n",
                  i, i, names[i]);
    }
    text[t.size] = '\0';
    rules = rules_new(o->arena, &options, o->problems);
    if (!rules ||
        !rules_pack_text(rules, VIEW("bench"), text_view(&t), NULL, NULL)) {
        exit(2);
    }
    o->program = rules_compile(rules);
    if (!o->program) {
        exit(2);
    }
    free(text);
    o->evaluation = evaluation_new(o->program);
    o->values =
        calloc(plan_slots(program_plan(o->program)) + 1, sizeof(*o->values));
    if (!o->evaluation || !o->values) {
        exit(2);
    }
}

static void close_ours(struct ours *o)
{
    evaluation_free(o->evaluation);
    program_free(o->program);
    problems_free(o->problems);
    arena_free(o->arena);
    free(o->values);
}

static size_t pass_once(struct ours *o, struct view agent)
{
    struct automaton_pass pass;
    struct automaton_hit hits[32];
    size_t count = 0, found;

    automaton_start(&pass, &o->program->automata[0], agent);
    while ((found = automaton_find(&pass, hits, 32)) > 0) {
        count += found;
    }
    return count;
}

static size_t weigh_once(struct ours *o, struct view agent)
{
    const size_t *fired;

    o->values[o->program->user_agent_slot] =
        (struct value){.state = VALUE_PRESENT, .text = agent};
    evaluation_stateless(o->evaluation, o->values);
    evaluation_stateful(o->evaluation, NULL);
    return evaluation_fired(o->evaluation, &fired);
}

/* ---- Vectorscan ---- */

struct theirs {
    void *library;
#if HAVE_HS
    hs_database_t *database;
    hs_scratch_t *scratch;
    hs_error_t (*scan)(const hs_database_t *, const char *, unsigned, unsigned,
                       hs_scratch_t *, match_event_handler, void *);
#endif
};

#if HAVE_HS
static void *symbol(const struct theirs *t, const char *name)
{
    void *at = dlsym(t->library, name);

    if (!at) {
        exit(2);
    }
    return at;
}

static bool open_theirs(struct theirs *t, size_t name_count)
{
    static const char *expressions[NAMES_MAX];
    static unsigned flags[NAMES_MAX], ids[NAMES_MAX];
    hs_error_t (*compile)(const char *const *, const unsigned *,
                          const unsigned *, unsigned, unsigned,
                          const hs_platform_info_t *, hs_database_t **,
                          hs_compile_error_t **);
    hs_error_t (*alloc)(const hs_database_t *, hs_scratch_t **);
    hs_compile_error_t *error;

    *t = (struct theirs){.library = dlopen("libhs.so.5", RTLD_NOW)};
    if (!t->library) {
        return false;
    }
    /* Names hold no character that means something in a pattern. */
    for (size_t i = 0; i < name_count; i++) {
        expressions[i] = names[i];
        flags[i] = HS_FLAG_CASELESS | HS_FLAG_SINGLEMATCH;
        ids[i] = (unsigned)i;
    }
    *(void **)&compile = symbol(t, "hs_compile_multi");
    *(void **)&alloc = symbol(t, "hs_alloc_scratch");
    *(void **)&t->scan = symbol(t, "hs_scan");
    return compile(expressions, flags, ids, (unsigned)name_count, HS_MODE_BLOCK,
                   NULL, &t->database, &error) == HS_SUCCESS &&
           alloc(t->database, &t->scratch) == HS_SUCCESS;
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to,
                    unsigned flags, void *context)
{
    (void)id, (void)from, (void)to, (void)flags;
    ++*(size_t *)context;
    return 0;
}

static size_t scan_once(struct theirs *t, struct view agent)
{
    size_t count = 0;

    t->scan(t->database, agent.at, (unsigned)agent.size, 0, t->scratch,
            on_match, &count);
    return count;
}

static void close_theirs(struct theirs *t)
{
    hs_error_t (*drop)(hs_scratch_t *);
    hs_error_t (*free_database)(hs_database_t *);

    *(void **)&drop = symbol(t, "hs_free_scratch");
    *(void **)&free_database = symbol(t, "hs_free_database");
    drop(t->scratch);
    free_database(t->database);
    dlclose(t->library);
}
#else
static bool open_theirs(struct theirs *t, size_t name_count)
{
    (void)name_count;
    t->library = NULL;
    return false;
}

static size_t scan_once(struct theirs *t, struct view agent)
{
    (void)t, (void)agent;
    return 0;
}

static void close_theirs(struct theirs *t)
{
    (void)t;
}
#endif

/* ---- rounds ---- */

enum what { PASS, WEIGH, SCAN, WHATS };

/* What was found, so that no compiler leaves the work out. */
static volatile size_t sink;

/* Nanoseconds for one user agent. */
static double time_round(enum what what, struct ours *o, struct theirs *t)
{
    double start = cpu_seconds();

    for (int repeat = 0; repeat < 8; repeat++) {
        for (size_t i = 0; i < AGENTS; i++) {
            sink += what == PASS    ? pass_once(o, agents[i])
                    : what == WEIGH ? weigh_once(o, agents[i])
                                    : scan_once(t, agents[i]);
        }
    }
    return (cpu_seconds() - start) * 1e9 / (8.0 * AGENTS);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static void run_size(size_t name_count)
{
    double least[WHATS] = {1e18, 1e18, 1e18}, ratios[ROUNDS];
    struct ours o;
    struct theirs t;
    bool theirs = open_theirs(&t, name_count);

    make_agents(name_count);
    open_ours(&o, name_count);
    for (int round = 0; round < ROUNDS; round++) {
        double times[WHATS] = {0};

        for (enum what what = PASS; what < (theirs ? WHATS : SCAN); what++) {
            times[what] = time_round(what, &o, &t);
            if (times[what] < least[what]) {
                least[what] = times[what];
            }
        }
        ratios[round] = theirs ? times[PASS] / times[SCAN] : 0;
    }
    qsort(ratios, ROUNDS, sizeof(*ratios), compare_doubles);
    printf("%6zu literals, %7u states, %8zu bytes: pass %4.0f ns, "
           "rules %4.0f ns",
           name_count, o.program->automata[0].state_count,
           o.program->automata[0].bytes, least[PASS], least[WEIGH]);
    if (theirs) {
        printf(", vectorscan %4.0f ns, pass to it %.2f", least[SCAN],
               ratios[ROUNDS / 2]);
        close_theirs(&t);
    }
    printf("\n");
    close_ours(&o);
}

/* As many rules on numbers and networks, which one search finds. */
static void run_indexed(size_t rule_count)
{
    struct rules_options options = {.band_suspect = 30, .band_agent = 60};
    struct ours o = {.arena = arena_new(), .problems = problems_new()};
    size_t room = 256 + rule_count * 160;
    char *text = malloc(room);
    struct text t = text_in(text, room - 1);
    struct rules *rules = rules_new(o.arena, &options, o.problems);
    struct address address;
    double least = 1e18;

    text_add(&t, VIEW("pack: { name: b, release: 2026.11, language: 1 }\n"
                      "rules:\n"));
    for (size_t i = 0; i < rule_count / 2; i++) {
        text_addf(&t,
                  "  - { id: n%zu, score: 1, when: { asn: %zu } }\n"
                  "  - { id: i%zu, score: 1, "
                  "when: { client-ip: { in-net: 10.%zu.%zu.0/24 } } }\n",
                  i, 64512 + i, i, i / 256 % 256, i % 256);
    }
    text[t.size] = '\0';
    if (!rules ||
        !rules_pack_text(rules, VIEW("b"), text_view(&t), NULL, NULL)) {
        exit(2);
    }
    o.program = rules_compile(rules);
    o.evaluation = o.program ? evaluation_new(o.program) : NULL;
    o.values =
        calloc(o.program ? o.program->slot_count + 1 : 1, sizeof(*o.values));
    if (!o.evaluation || !o.values ||
        !address_read(VIEW("10.0.7.9"), &address)) {
        exit(2);
    }
    for (uint32_t i = 0; i < o.program->slot_count; i++) {
        o.values[i] = (struct value){.state = VALUE_PRESENT,
                                     .text = VIEW("x"),
                                     .number = 64517,
                                     .address = &address};
    }
    for (int round = 0; round < ROUNDS; round++) {
        double start = cpu_seconds(), time;

        for (int i = 0; i < 20000; i++) {
            evaluation_stateless(o.evaluation, o.values);
            evaluation_stateful(o.evaluation, NULL);
        }
        time = (cpu_seconds() - start) * 1e9 / 20000;
        least = time < least ? time : least;
    }
    printf("%6zu rules on numbers and networks: %4.0f ns\n", rule_count, least);
    free(text);
    close_ours(&o);
}

static int count_only(size_t n)
{
    struct ours o;
    size_t fired = 0;

    make_agents(1500);
    open_ours(&o, 1500);
    for (size_t i = 0; i < n; i++) {
        fired += weigh_once(&o, agents[i % AGENTS]);
    }
    close_ours(&o);
    return fired > 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    static const size_t sizes[] = {100, 400, 1500, 10000};

    if (!hash_start()) {
        return 2;
    }
    make_names();
    if (argc == 3 && !strcmp(argv[1], "--count")) {
        return count_only(strtoul(argv[2], NULL, 10));
    }
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        run_size(sizes[i]);
    }
    run_indexed(100);
    run_indexed(10000);
    return 0;
}
