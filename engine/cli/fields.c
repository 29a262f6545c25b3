/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge fields: the table of fields that rules may name.
 */
#include "cli/cli.h"

static int fields(const char *const *operands, size_t count)
{
    (void)operands;
    (void)count;
    wb_fields_write(sink_stdout, NULL);
    return EXIT_FINE;
}

const struct command command_fields = {
    .name = "fields",
    .operands = "",
    .about = "list the fields that rules may name",
    .run = fields,
};
