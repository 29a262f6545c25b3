/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge replay: what would have happened to the requests of a log.
 */
#include "replay/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

static const char *config;
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
    {.name = "--summary",
     .value = "JSON",
     .about = "write the summary as JSON; - is stdout",
     .text = &given.summary},
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

    puts("\nLOG is a file, or - for stdin; gzip and zstd are unpacked where\n"
         "they are built in (see weighbridge version). Formats:");
    for (size_t i = 0; (name = replay_format(i, &about)); i++) {
        printf("  %-20s %s\n", name, about);
    }
}

static bool is_stdout(const char *path)
{
    return path && !strcmp(path, "-");
}

static int replay(const char *const *operands, size_t count)
{
    struct wb_engine *engine = NULL;

    if (is_stdout(given.out) && is_stdout(given.summary)) {
        return usage_error(&command_replay,
                           "--out and --summary cannot share stdout");
    }
    given.paths = operands;
    given.path_count = count;
    int code = engine_open(config, &engine);
    if (code == EXIT_FINE) {
        code = replay_run(engine, &given);
    }
    wb_engine_unref(engine);
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
