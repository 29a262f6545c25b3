/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge schema: what a configuration, a pack or a policy looks like,
 * as a JSON Schema for editors, on standard output.
 */
#include <string.h>

#include "cli/cli.h"

static const char *const names[] = {[WB_SCHEMA_CONFIG] = "config",
                                    [WB_SCHEMA_RULES] = "rules",
                                    [WB_SCHEMA_POLICY] = "policy"};
#define NAMES (sizeof names / sizeof *names)

static int schema(const char *const *operands, size_t count)
{
    const char *name = count ? operands[0] : "config";

    for (size_t i = 0; i < NAMES; i++) {
        if (!strcmp(names[i], name)) {
            return wb_schema_write((enum wb_schema)i, sink_stdout, NULL) ==
                           WB_OK
                       ? EXIT_FINE
                       : EXIT_USAGE;
        }
    }
    return usage_error(&command_schema,
                       "unknown file '%s': config, rules or policy", name);
}

const struct command command_schema = {
    .name = "schema",
    .operands = "[config|rules|policy]",
    .about = "print what such a file looks like, as a JSON Schema for editors",
    .operands_most = 1,
    .run = schema,
};
