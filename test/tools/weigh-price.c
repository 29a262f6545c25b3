/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies for test/policy/run:
 *
 *   weigh-price check POLICY [PACK]   problems; then "loaded", perhaps with
 *                                     the notice
 *   weigh-price dump POLICY PACK      the grid
 *   weigh-price cases POLICY PACK     request lines from stdin, with prices
 *
 * A request line is
 *
 *   METHOD HOST TARGET [| Name: value]... => anything
 *
 * and is written again with the price in place of "anything"; '-' is an
 * unknown fact, "| ~ a,b" says that only headers a and b were captured. Other
 * lines are written as they are, so that a file of right lines stays as it
 * was.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/record_time.h"
#include "pricing/policy_load.h"

#define KNOWN_MAX 8

struct driver {
    struct arena *arena;
    struct arena *workspace;
    struct problems *problems;
    struct program *program;
    const struct plan *plan;
    struct policy *policy;
    struct evaluation *evaluation;
    struct value *values;
    struct request *request;
    struct view known[KNOWN_MAX];
};

static bool load(struct driver *d, const char *policy, const char *pack)
{
    struct rules_options options = {
        .band_suspect = 30, .band_agent = 60, .automata_bytes = 64u << 20};
    struct rules *rules = rules_new(d->arena, &options, d->problems);
    struct node *tree;

    if (!rules || (pack && !rules_pack(rules, pack, VIEW_NONE))) {
        return false;
    }
    tree = tree_read_file(d->arena, policy, d->problems);
    if (!tree) {
        return false;
    }
    d->policy = policy_read(d->arena, tree, VIEW("default"), VIEW_NONE, rules,
                            d->problems);
    if (!d->policy) {
        return false;
    }
    d->program = rules_compile(rules);
    d->plan = d->program ? rules_plan(rules) : NULL;
    return d->program;
}

static void print_problems(const struct driver *d)
{
    for (size_t i = 0; i < problems_count(d->problems); i++) {
        fputs(problems_text(d->problems, i), stdout);
    }
}

static void print_view(void *context, struct view text)
{
    (void)context;
    fwrite(text.at, 1, text.size, stdout);
}

/* ---- cases ---- */

static struct view fact(struct view *line)
{
    struct view word = view_cut(line, ' ');
    return view_equal(word, VIEW("-")) ? VIEW_NONE : word;
}

static void read_known(struct driver *d, struct view names)
{
    struct request *r = d->request;
    names = view_trim(names);
    r->headers_limited = true;
    r->headers_known = d->known;
    r->headers_known_count = 0;
    while (names.at && names.size && r->headers_known_count < KNOWN_MAX) {
        d->known[r->headers_known_count++] = view_cut(&names, ',');
    }
}

/* Views into `line`, which lives as long. */
static void read_request(struct driver *d, struct view line)
{
    struct request *r = d->request;

    request_clear(r);
    arena_reset(d->workspace);
    r->scheme = VIEW("https");
    r->http_version = VIEW("1.1");
    r->transport = VIEW("test");
    r->client_ip = VIEW("192.0.2.1");
    r->method = fact(&line);
    r->host = fact(&line);
    r->target = fact(&line);
    if (line.at) {
        view_cut(&line, '|');
    }
    while (line.at) {
        struct view value = view_trim(view_cut(&line, '|'));
        if (view_starts(value, VIEW("@ "))) {
            record_time_read(view_of(value.at + 2, value.size - 2), &r->time);
            continue;
        }
        struct view name = view_cut(&value, ':');
        if (view_starts(name, VIEW("~"))) {
            read_known(d, view_of(name.at + 1, name.size - 1));
        } else {
            request_add_header(r, name, view_trim(value));
        }
    }
    if (!request_prepare(r, d->workspace)) {
        fputs("weigh-price: the workspace is full\n", stderr);
        exit(2);
    }
}

static void print_price(const struct price *price)
{
    char room[PRICE_OFFERS_MAX * AMOUNT_TEXT];
    struct text t = text_in(room, sizeof room);

    switch (price->action) {
    case PRICE_FREE:
        printf("free");
        break;
    case PRICE_CHARGE:
        for (size_t i = 0; i < price->offer_count; i++) {
            const struct money *money = &price->offers[i];
            text_add(&t, i ? VIEW(" or ") : VIEW("charge "));
            amount_write(&t, &money->amount);
            text_add_char(&t, ' ');
            text_add(&t, money->asset->name);
        }
        printf("%.*s", (int)t.size, room);
        break;
    case PRICE_REJECT:
        printf("reject %u", price->refusal->status);
        if (price->refusal->reason.at) {
            printf(" %.*s", VIEW_ARG(price->refusal->reason));
        }
        break;
    }
    printf(" (%.*s", VIEW_ARG(price->route));
    if (price->units) {
        printf(", %llu units", (unsigned long long)price->units);
    }
    if (price->tier) {
        printf(", tier %u", price->tier);
    }
    puts(")");
}

static void run_case(struct driver *d, struct view line)
{
    struct price price;
    bool cut = false;

    read_request(d, line);
    facts_fill(d->plan, d->request, d->values, d->workspace, &cut);
    evaluation_stateless(d->evaluation, d->values);
    evaluation_stateful(d->evaluation, NULL);
    policy_price(d->policy, d->request, d->evaluation, NULL, &price);
    print_price(&price);
}

static int run_cases(struct driver *d)
{
    char line[8192];

    d->evaluation = evaluation_new(d->program);
    d->values = calloc(plan_slots(d->plan) + 1, sizeof *d->values);
    if (!d->evaluation || !d->values) {
        return 2;
    }
    while (fgets(line, sizeof line, stdin)) {
        size_t arrow = view_search(view_text(line), VIEW(" => "));
        if (line[0] == '#' || line[0] == '\n' || arrow == SIZE_MAX) {
            fputs(line, stdout);
            continue;
        }
        printf("%.*s => ", (int)arrow, line);
        run_case(d, view_of(line, arrow));
    }
    return 0;
}

static int run(struct driver *d, int argc, char **argv)
{
    bool check = !strcmp(argv[1], "check");
    bool fine = load(d, argv[2], argc > 3 ? argv[3] : NULL);

    if (check || !fine) {
        print_problems(d);
    }
    if (!fine) {
        return 1;
    }
    if (check) {
        struct view notice = policy_notice(d->policy);
        printf("loaded%s%.*s\n", notice.at ? ": " : "", VIEW_ARG(notice));
        return 0;
    }
    if (!strcmp(argv[1], "dump")) {
        policy_dump(d->policy, d->program, print_view, NULL);
        return 0;
    }
    return run_cases(d);
}

int main(int argc, char **argv)
{
    struct driver d = {0};
    int status = 2;

    if (argc < 3) {
        fputs("usage: weigh-price check|dump|cases POLICY [PACK]\n", stderr);
        return 2;
    }
    d.arena = arena_new();
    d.workspace = arena_new_fixed(256 * 1024);
    d.problems = problems_new();
    d.request = calloc(1, sizeof *d.request);
    if (hash_start() && d.arena && d.workspace && d.problems && d.request) {
        status = run(&d, argc, argv);
    }
    evaluation_free(d.evaluation);
    program_free(d.program);
    free(d.values);
    free(d.request);
    problems_free(d.problems);
    arena_free(d.workspace);
    arena_free(d.arena);
    return status;
}
