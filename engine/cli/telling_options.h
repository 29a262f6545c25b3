/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options of what is told (replay/telling.h), which replay and merge share.
 */
#ifndef WB_CLI_TELLING_OPTIONS_H
#define WB_CLI_TELLING_OPTIONS_H

#include "cli/cli.h"
#include "replay/telling.h"

extern struct telling cli_telling;
bool take_condition(const char *value);
bool take_pays(const char *value);
bool take_elasticity(const char *value);

#define OPTIONS_TELLING                                                        \
    {.name = "--summary",                                                      \
     .value = "JSON",                                                          \
     .about = "write the summary as JSON; - is stdout",                        \
     .text = &cli_telling.summary},                                            \
        {.name = "--report",                                                   \
         .value = "HTML",                                                      \
         .about = "write a page for a browser; - is stdout",                   \
         .text = &cli_telling.report},                                         \
        {.name = "--partial",                                                  \
         .value = "FILE",                                                      \
         .about = "write counts that 'merge' adds up; - is stdout",            \
         .text = &cli_telling.partial},                                        \
        {.name = "--fail-if",                                                  \
         .value = "CONDITION",                                                 \
         .about = "exit 1 if 'KEY OP NUMBER' holds of the summary",            \
         .take = take_condition},                                              \
        {.name = "--pays",                                                     \
         .value = "CLASS=SHARE",                                               \
         .about = "forecast: of that class, 0 to 1 would pay",                 \
         .take = take_pays},                                                   \
    {                                                                          \
        .name = "--elasticity", .value = "E",                                  \
        .about = "forecast: at f times the price, f^-E of it remain",          \
        .take = take_elasticity                                                \
    }

/* Says what is wrong with the options together; EXIT_FINE: nothing. */
int telling_check(const struct command *command, unsigned other_stdouts);

#endif
