/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge convert: a file of others as a policy, on standard output.
 */
#include <stdio.h>

#include "cli/cli.h"

static int convert(const char *const *operands, size_t count)
{
    struct wb_problems *problems = wb_problems_new();
    enum wb_status status;

    (void)count;
    if (problems == NULL) {
        fputs("weighbridge: out of memory\n", stderr);
        return EXIT_USAGE;
    }
    status = wb_convert(operands[0], problems, sink_stdout, NULL);
    for (size_t i = 0; i < wb_problems_count(problems); i++) {
        fputs(wb_problem_text(problems, i), stderr);
    }
    if (status != WB_OK && wb_problems_errors(problems) == 0) {
        fputs("weighbridge: out of memory\n", stderr);
    }
    wb_problems_free(problems);
    return status == WB_OK             ? EXIT_FINE
           : status == WB_ERROR_CONFIG ? EXIT_PROBLEMS
                                       : EXIT_USAGE;
}

const struct command command_convert = {
    .name = "convert",
    .operands = "FILE",
    .about = "write a policy from another's configuration",
    .operands_least = 1,
    .operands_most = 1,
    .run = convert,
};
