/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge version
 */
#include <stdio.h>

#include "cli/cli.h"
#include "replay/replay.h"

static int version(const char *const *operands, size_t count)
{
    (void)operands;
    (void)count;
    const char *name;

    printf("weighbridge %s\nfeatures: %s", wb_version(), wb_features());
    for (size_t i = 0; (name = replay_unpacks(i)); i++) {
        printf(" %s", name);
    }
    putchar('\n');
    return EXIT_FINE;
}

const struct command command_version = {
    .name = "version",
    .operands = "",
    .about = "print version and features",
    .run = version,
};
