/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge COMMAND: the table of commands, and what all of them share:
 * options are read by the command's own table, and what went to stdout must
 * have arrived before 0 is returned.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

static const struct command *const commands[] = {
    &command_serve,          &command_ctl,
    &command_outcomes,       &command_audit,
    &command_check,          &command_explain,
    &command_replay,         &command_merge,
    &command_test,           &command_dump,
    &command_simulate_price, &command_convert,
    &command_publish,        &command_snippet,
    &command_fields,         &command_schema,
    &command_version,        &command_help,
};

const struct command *command_row(size_t i)
{
    return i < sizeof commands / sizeof *commands ? commands[i] : NULL;
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; command_row(i); i++) {
        if (!strcmp(commands[i]->name, name)) {
            return commands[i];
        }
    }
    return NULL;
}

static int run(const struct command *command, const char **words, size_t count)
{
    size_t operands;

    switch (options_read(command, words, count, &operands)) {
    case PARSED_HELP:
        usage_write(command);
        return EXIT_FINE;
    case PARSED_WRONG:
        return EXIT_USAGE;
    default:
        return command->run(words, operands);
    }
}

static int run_words(const char **words, size_t count)
{
    const char *name = count ? words[0] : NULL;

    if (!name) {
        return usage_error(&command_help, "which command?");
    }
    if (!strcmp(name, "--help") || !strcmp(name, "-h")) {
        name = "help";
    } else if (!strcmp(name, "--version")) {
        name = "version";
    }
    const struct command *command = command_find(name);
    return command ? run(command, words + 1, count - 1)
                   : usage_error(&command_help, "unknown command '%s'", name);
}

int main(int argc, char **argv)
{
    size_t count = argc > 1 ? (size_t)argc - 1 : 0;
    const char **words = calloc(count + 1, sizeof *words);

    if (!words) {
        fputs("weighbridge: out of memory\n", stderr);
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < count; i++) {
        words[i] = argv[i + 1];
    }
    int code = run_words(words, count);
    free(words);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "weighbridge: stdout: %s\n", strerror(errno));
        return EXIT_USAGE;
    }
    return code;
}
