/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge check: loads everything, prints all problems to stdout.
 *
 * --json: {"ok","errors","warnings","generation","notice","problems":
 *   [{"file","line","column","level","code","message"}]}
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "cli/cli.h"

static const char *config;
static bool strict, json;

static const struct option options[] = {
    OPTION_CONFIG(&config),
    {.name = "--strict", .about = "warnings are errors", .flag = &strict},
    {.name = "--json", .about = "one JSON object", .flag = &json},
    {.name = NULL},
};

/* Twenty problems, each a few lines of text. */
#define JSON_ROOM ((size_t)1 << 20)

static void write_problem(struct json_writer *w,
                          const struct wb_problems *problems, size_t i)
{
    struct wb_problem_place place = wb_problem_place(problems, i);
    char room[32];
    struct text code = text_in(room, sizeof room);

    /* As it is printed: "WB-R014". */
    text_add(&code, VIEW("WB-"));
    text_add(&code, view_text(wb_problem_code(problems, i)));
    json_open_object(w);
    json_member(w, "file", view_text(place.file));
    json_key(w, "line");
    json_u64(w, place.line);
    json_key(w, "column");
    json_u64(w, place.column);
    json_member(w, "level",
                wb_problem_is_error(problems, i) ? VIEW("error")
                                                 : VIEW("warning"));
    json_member(w, "code", text_view(&code));
    json_member(w, "message", view_text(wb_problem_message(problems, i)));
    json_close_object(w);
}

static void write_result(struct json_writer *w,
                         const struct wb_problems *problems,
                         const struct wb_engine *engine, bool ok)
{
    json_open_object(w);
    json_key(w, "ok");
    json_bool(w, ok);
    json_key(w, "errors");
    json_u64(w, wb_problems_errors(problems));
    json_key(w, "warnings");
    json_u64(w, wb_problems_warnings(problems));
    json_member(w, "generation",
                view_text(engine ? wb_engine_generation(engine) : NULL));
    json_member(w, "notice",
                view_text(engine ? wb_engine_notice(engine) : NULL));
    json_key(w, "problems");
    json_open_array(w);
    for (size_t i = 0; i < wb_problems_count(problems); i++) {
        write_problem(w, problems, i);
    }
    json_close_array(w);
    json_close_object(w);
}

static bool print_json(const struct wb_problems *problems,
                       const struct wb_engine *engine, bool ok)
{
    char *room = malloc(JSON_ROOM);

    if (!room) {
        return false;
    }
    struct text text = text_in(room, JSON_ROOM);
    struct json_writer w = {&text, false};
    write_result(&w, problems, engine, ok);
    text_add_char(&text, '\n');
    fwrite(room, 1, text.size, stdout);
    free(room);
    return !text.cut;
}

/* What was told within the ttl holds: who waits may choose among it. */
static void print_demands(const struct wb_engine *engine)
{
    const char *site, *demand;

    for (size_t i = 0; (site = wb_engine_site(engine, i)); i++) {
        for (size_t k = 0; (demand = wb_engine_demand(engine, site, k)); k++) {
            uint64_t least = 0;
            wb_demand_number(engine, site, demand, WB_DEMAND_LEAST, &least);
            if (least < 1000000) {
                printf("demand %s of site %s: who pays without a quote may pay "
                       "the least that was told within quotes.ttl, down to "
                       "%.2g of the price of now\n",
                       demand, site, (double)least / 1e6);
            }
        }
    }
}

static void print_text(const struct wb_problems *problems,
                       const struct wb_engine *engine, bool ok)
{
    size_t errors = wb_problems_errors(problems);
    size_t warnings = wb_problems_warnings(problems);
    size_t shown = wb_problems_count(problems);

    for (size_t i = 0; i < shown; i++) {
        fputs(wb_problem_text(problems, i), stdout);
    }
    if (errors + warnings > shown) {
        printf("and %zu more\n", errors + warnings - shown);
    }
    printf("%s: %s, %zu error%s, %zu warning%s", config ? config : "demo",
           ok ? "ok" : "not ok", errors, errors == 1 ? "" : "s", warnings,
           warnings == 1 ? "" : "s");
    if (engine) {
        printf(", generation %s", wb_engine_generation(engine));
    }
    putchar('\n');
    if (engine && wb_engine_notice(engine)) {
        puts(wb_engine_notice(engine));
    }
    if (engine) {
        print_demands(engine);
        printf("claims: room for %s proven and %s unproven payments an hour, "
               "if each lives for the longest time that is accepted\n",
               wb_engine_setting(engine, "claims.proven-per-hour"),
               wb_engine_setting(engine, "claims.unproven-per-hour"));
    }
}

static int check(const char *const *operands, size_t count)
{
    struct wb_engine *engine = NULL;
    struct wb_problems *problems = wb_problems_new();

    (void)operands;
    (void)count;
    if (!problems) {
        fputs("weighbridge: out of memory\n", stderr);
        return EXIT_USAGE;
    }
    enum wb_status status = wb_engine_load(config, problems, &engine);
    int code = load_code(status, config, problems);
    if (code == EXIT_FINE && strict && wb_problems_warnings(problems) > 0) {
        code = EXIT_PROBLEMS;
    }
    if (!json) {
        print_text(problems, engine, code == EXIT_FINE);
    } else if (!print_json(problems, engine, code == EXIT_FINE)) {
        code = EXIT_USAGE;
    }
    wb_engine_unref(engine);
    wb_problems_free(problems);
    return code;
}

const struct command command_check = {
    .name = "check",
    .operands = "",
    .about = "load everything, print all problems",
    .options = options,
    .run = check,
};
