/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Subcommands of the program. Each is one file with one row: its name, its
 * options and the function that runs it. Exit codes are the same everywhere:
 * 0, 1 problems were found, 2 usage or I/O.
 */
#ifndef WB_CLI_CLI_H
#define WB_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "weighbridge.h"

enum exit_code { EXIT_FINE = 0, EXIT_PROBLEMS = 1, EXIT_USAGE = 2 };

/* One of flag, text and take gets what was given. */
struct option {
    const char *name;  /* "-c", "--json"; NULL ends a table */
    const char *value; /* what follows it ("FILE"); NULL: nothing */
    const char *about;
    bool *flag;
    const char **text;               /* the last one counts */
    bool (*take)(const char *value); /* each; false: it makes no sense */
};

struct command {
    const char *name;
    const char *operands; /* "LOG...", or "" */
    const char *about;
    const struct option *options; /* NULL: none */
    size_t operands_least, operands_most;
    /* Operands end with NULL. */
    int (*run)(const char *const *operands, size_t count);
    void (*help)(void); /* prints more to stdout, or NULL */
};

extern const struct command command_audit, command_check, command_convert,
    command_ctl, command_dump, command_explain, command_fields, command_help,
    command_merge, command_outcomes, command_publish, command_replay,
    command_schema, command_serve, command_simulate_price, command_snippet,
    command_test, command_version;

/* main.c: the table of commands; NULL past the end, or not found. */
const struct command *command_row(size_t i);
const struct command *command_find(const char *name);

/* options.c */
enum parsed { PARSED, PARSED_HELP, PARSED_WRONG /* and reported */ };
/* Reads what follows the command's name; operands move to the front of
 * `words`. */
enum parsed options_read(const struct command *command, const char **words,
                         size_t count, size_t *operands);
/* Prints to stderr what is wrong, and the usage line. Returns EXIT_USAGE. */
int usage_error(const struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The usage and every option, to stdout. */
void usage_write(const struct command *command);

/* engine.c */
/* Loads the configuration (NULL: the demo); problems and the engine's notice
 * go to stderr. An exit code; EXIT_FINE: *engine holds a reference. */
int engine_open(const char *config, struct wb_engine **engine);
/* The exit code that loading ended with: a configuration that could not be
 * read is I/O, one that reads wrong has problems. */
int load_code(enum wb_status status, const char *config,
              const struct wb_problems *problems);
/* A wb_sink to stdout. */
void sink_stdout(void *context, const char *data, size_t size);

#define OPTION_CONFIG(where)                                                   \
    {                                                                          \
        .name = "-c", .value = "FILE",                                         \
        .about = "configuration; without it: the built-in demo",               \
        .text = (where)                                                        \
    }

#endif
