/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge dump: what the configuration was compiled to.
 */
#include <stdio.h>

#include "cli/cli.h"

static const char *config;
static bool prices;

static const struct option options[] = {
    OPTION_CONFIG(&config),
    {.name = "--prices",
     .about = "the price grid instead of the rules' program",
     .flag = &prices},
    {.name = NULL},
};

static int dump(const char *const *operands, size_t count)
{
    struct wb_engine *engine = NULL;
    int code = engine_open(config, &engine);

    (void)operands;
    (void)count;
    if (code == EXIT_FINE &&
        wb_engine_dump(engine, prices ? WB_DUMP_PRICES : WB_DUMP_PROGRAM,
                       sink_stdout, NULL) != WB_OK) {
        fputs("weighbridge: out of memory\n", stderr);
        code = EXIT_USAGE;
    }
    wb_engine_unref(engine);
    return code;
}

const struct command command_dump = {
    .name = "dump",
    .operands = "",
    .about = "print the compiled program, or the price grid",
    .options = options,
    .run = dump,
};
