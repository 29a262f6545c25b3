/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes the options of what is told; see telling_options.h.
 */
#include "cli/telling_options.h"

#include "replay/condition.h"

struct telling cli_telling;

bool take_condition(const char *value)
{
    if (cli_telling.condition_count == CONDITIONS_MAX ||
        !condition_is_one(value)) {
        return false;
    }
    cli_telling.conditions[cli_telling.condition_count++] = value;
    return true;
}

bool take_pays(const char *value)
{
    return forecast_pays(&cli_telling.forecast, value);
}

bool take_elasticity(const char *value)
{
    return forecast_elasticity(&cli_telling.forecast, value);
}

int telling_check(const struct command *command, unsigned other_stdouts)
{
    if (telling_on_stdout(&cli_telling) + other_stdouts > 1) {
        return usage_error(command, "only one of --out, --summary, --report "
                                    "and --partial can have stdout");
    }
    return EXIT_FINE;
}
