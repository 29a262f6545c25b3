/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge help [COMMAND]
 */
#include <stdio.h>

#include "cli/cli.h"

static int help(const char *const *operands, size_t count)
{
    if (count > 0) {
        const struct command *command = command_find(operands[0]);
        if (!command) {
            return usage_error(&command_help, "unknown command '%s'",
                               operands[0]);
        }
        usage_write(command);
        return EXIT_FINE;
    }
    puts("usage: weighbridge COMMAND [OPTION]... [OPERAND]...\n\n"
         "Weighs HTTP requests before a payment gate: who asks, whether the\n"
         "payment is sound and unused, what the resource costs now.\n");
    for (size_t i = 0; command_row(i); i++) {
        printf("  %-10s %s\n", command_row(i)->name, command_row(i)->about);
    }
    puts("\nweighbridge help COMMAND lists its options. Exit codes: 0, "
         "1 problems,\n2 usage or I/O.");
    return EXIT_FINE;
}

const struct command command_help = {
    .name = "help",
    .operands = "[COMMAND]",
    .about = "say what there is",
    .operands_most = 1,
    .run = help,
};
