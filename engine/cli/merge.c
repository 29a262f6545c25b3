/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge merge: partial summaries of many machines as one.
 */
#include "cli/cli.h"
#include "cli/telling_options.h"
#include "replay/replay.h"

static const struct option options[] = {
    OPTIONS_TELLING,
    {.name = NULL},
};

static int merge(const char *const *operands, size_t count)
{
    int code = telling_check(&command_merge, 0);

    return code == EXIT_FINE ? replay_merge(operands, count, &cli_telling)
                             : code;
}

const struct command command_merge = {
    .name = "merge",
    .operands = "PARTIAL...",
    .about = "add up partial summaries of replays, and sum up",
    .options = options,
    .operands_least = 1,
    .operands_most = SIZE_MAX,
    .run = merge,
};
