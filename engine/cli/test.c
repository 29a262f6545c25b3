/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge test: the hits and misses that rules carry. Every load runs
 * them and fails when one does not hold, so that loading is the test.
 */
#include <stdio.h>

#include "cli/cli.h"

static const char *config;

static const struct option options[] = {
    OPTION_CONFIG(&config),
    {.name = NULL},
};

static int test(const char *const *operands, size_t count)
{
    struct wb_engine *engine = NULL;
    int code = engine_open(config, &engine);

    (void)operands;
    (void)count;
    if (code == EXIT_FINE) {
        printf("%s: all hits and misses hold, generation %s\n",
               config ? config : "demo", wb_engine_generation(engine));
    }
    wb_engine_unref(engine);
    return code;
}

const struct command command_test = {
    .name = "test",
    .operands = "",
    .about = "run the hits and misses that rules carry",
    .options = options,
    .run = test,
};
