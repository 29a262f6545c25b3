/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading a configuration for a subcommand, and writing to stdout.
 */
#include <stdio.h>

#include "cli/cli.h"

int load_code(enum wb_status status)
{
    switch (status) {
    case WB_OK:
        return EXIT_FINE;
    case WB_ERROR_CONFIG:
        return EXIT_PROBLEMS;
    default:
        return EXIT_USAGE;
    }
}

int engine_open(const char *config, struct wb_engine **engine)
{
    struct wb_problems *problems = wb_problems_new();

    if (!problems) {
        fputs("weighbridge: out of memory\n", stderr);
        return EXIT_USAGE;
    }
    enum wb_status status = wb_engine_load(config, problems, engine);
    for (size_t i = 0; i < wb_problems_count(problems); i++) {
        fputs(wb_problem_text(problems, i), stderr);
    }
    if (status == WB_ERROR_MEMORY) {
        fputs("weighbridge: out of memory\n", stderr);
    } else if (status == WB_OK && wb_engine_notice(*engine)) {
        fprintf(stderr, "weighbridge: %s\n", wb_engine_notice(*engine));
    }
    wb_problems_free(problems);
    return load_code(status);
}

void sink_stdout(void *context, const char *data, size_t size)
{
    (void)context;
    fwrite(data, 1, size, stdout);
}
