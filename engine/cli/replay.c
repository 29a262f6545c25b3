/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge replay: what would have happened to the requests of a log.
 */
#include "replay/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/telling_options.h"

static const char *config;
static const char *against;
static struct replay_options given;

static bool take_format(const char *value)
{
    const char *about;
    const char *name;

    for (size_t i = 0; (name = replay_format(i, &about)); i++) {
        if (!strcmp(name, value)) {
            given.format = value;
            return true;
        }
    }
    return false;
}

static bool take_threads(const char *value)
{
    char *end;
    long threads = strtol(value, &end, 10);

    if (end == value || *end || threads < 1 || threads > 256) {
        return false;
    }
    given.threads = (unsigned)threads;
    return true;
}

static bool take_form(const char *value)
{
    return columns_form(&given.columns, value);
}

static bool take_columns(const char *value)
{
    return columns_list(&given.columns, value);
}

static bool take_only(const char *value)
{
    return filter_add(&given.filter, value);
}

static bool take_explain(const char *value)
{
    char *end;
    long samples = strtol(value, &end, 10);

    given.samples = (size_t)samples;
    return end != value && !*end && samples >= 1 && samples <= 1000;
}

static const struct option options[] = {
    OPTION_CONFIG(&config),
    {.name = "--format",
     .value = "NAME",
     .about = "format of the logs; without it: the first lines tell",
     .take = take_format},
    {.name = "--out",
     .value = "NDJSON",
     .about = "write a decision record for each request; - is stdout",
     .text = &given.out},
    {.name = "--form",
     .value = "FORM",
     .about = "of --out: json, csv or tsv",
     .take = take_form},
    {.name = "--columns",
     .value = "KEYS",
     .about = "of csv and tsv: keys of the record, as time,agent.name",
     .take = take_columns},
    {.name = "--only",
     .value = "KEY=VALUE",
     .about = "count and write these only; see below",
     .take = take_only},
    {.name = "--explain",
     .value = "N",
     .about = "show the first N requests that each rule fired for",
     .take = take_explain},
    {.name = "--clients",
     .about = "what is shown of them has the client's address",
     .flag = &given.clients},
    {.name = "--against",
     .value = "FILE",
     .about = "another configuration: what would it change?",
     .text = &against},
    OPTIONS_TELLING,
    {.name = "--threads",
     .value = "N",
     .about = "1 to 256; the output does not depend on it",
     .take = take_threads},
    {.name = NULL},
};

static void formats_help(void)
{
    const char *about;
    const char *name;

    puts("\nLOG is a file, a folder, or - for stdin; several are merged by "
         "time. gzip and\nzstd are unpacked where they are built in (see "
         "weighbridge version). Formats:");
    for (size_t i = 0; (name = replay_format(i, &about)); i++) {
        printf("  %-20s %s\n", name, about);
    }
    printf("\n--only takes");
    for (size_t i = 0; (name = filter_key(i)); i++) {
        printf(" %s", name);
    }
    puts("; of one key any value\nwill do, different keys must all hold.");
}

/* Both configurations; an exit code. */
static int open_engines(struct wb_engine **engine, struct wb_engine **other)
{
    int code = engine_open(config, engine);

    if (code == EXIT_FINE && against) {
        code = engine_open(against, other);
    }
    return code;
}

static int replay(const char *const *operands, size_t count)
{
    struct wb_engine *engine = NULL;
    struct wb_engine *other = NULL;
    int code = telling_check(&command_replay, is_stdout(given.out));

    if (code != EXIT_FINE) {
        return code;
    }
    columns_default(&given.columns);
    given.telling = cli_telling;
    given.paths = operands;
    given.path_count = count;
    code = open_engines(&engine, &other);
    if (code == EXIT_FINE) {
        given.against = other;
        code = replay_run(engine, &given);
    }
    wb_engine_unref(engine);
    wb_engine_unref(other);
    return code;
}

const struct command command_replay = {
    .name = "replay",
    .operands = "LOG...",
    .about = "decide on the requests of a log, and sum up",
    .options = options,
    .operands_least = 1,
    .operands_most = SIZE_MAX,
    .run = replay,
    .help = formats_help,
};
