/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge version
 */
#include <stdio.h>

#include "cli/cli.h"

static int version(const char *const *operands, size_t count)
{
    (void)operands;
    (void)count;
    printf("weighbridge %s\nfeatures: %s\n", wb_version(), wb_features());
    return EXIT_FINE;
}

const struct command command_version = {
    .name = "version",
    .operands = "",
    .about = "print version and features",
    .run = version,
};
