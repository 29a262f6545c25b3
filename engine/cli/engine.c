/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading a configuration for a subcommand, and writing to stdout.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

/* "WB-Y001: the file cannot be read", said of the file that was named. */
static bool unreadable(const char *config, const struct wb_problems *problems)
{
    for (size_t i = 0; config && i < wb_problems_count(problems); i++) {
        const char *file = wb_problem_place(problems, i).file;
        const char *code = wb_problem_code(problems, i);
        if (file && !strcmp(file, config) && strstr(code, "Y001")) {
            return true;
        }
    }
    return false;
}

int load_code(enum wb_status status, const char *config,
              const struct wb_problems *problems)
{
    if (status == WB_OK) {
        return EXIT_FINE;
    }
    return status == WB_ERROR_CONFIG && !unreadable(config, problems)
               ? EXIT_PROBLEMS
               : EXIT_USAGE;
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
    int code = load_code(status, config, problems);
    wb_problems_free(problems);
    return code;
}

void sink_stdout(void *context, const char *data, size_t size)
{
    (void)context;
    fwrite(data, 1, size, stdout);
}
