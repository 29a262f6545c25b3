/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a command's options by its table, and prints the usage from it.
 * Forms: -c FILE, -cFILE, --out FILE, --out=FILE, --json; operands may stand
 * anywhere; "--" ends the options; "-" is an operand.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

static void usage_line(const struct command *command, FILE *out)
{
    fprintf(out, "usage: weighbridge %s", command->name);
    for (const struct option *o = command->options; o && o->name; o++) {
        fprintf(out, o->value ? " [%s %s]" : " [%s]", o->name, o->value);
    }
    if (*command->operands) {
        fprintf(out, " %s", command->operands);
    }
    fputc('\n', out);
}

int usage_error(const struct command *command, const char *format, ...)
{
    va_list args;

    fputs("weighbridge: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    usage_line(command, stderr);
    return EXIT_USAGE;
}

void usage_write(const struct command *command)
{
    usage_line(command, stdout);
    printf("\n%s\n", command->about);
    if (command->options) {
        putchar('\n');
    }
    for (const struct option *o = command->options; o && o->name; o++) {
        char left[64];
        snprintf(left, sizeof left, "%s %s", o->name, o->value ? o->value : "");
        printf("  %-20s %s\n", left, o->about);
    }
    if (command->help) {
        command->help();
    }
}

/* The row that `word` names; *value: what stands in the same word, or
 * NULL. */
static const struct option *find(const struct command *command,
                                 const char *word, const char **value)
{
    for (const struct option *o = command->options; o && o->name; o++) {
        size_t size = strlen(o->name);
        *value = NULL;
        if (!strcmp(word, o->name)) {
            return o;
        }
        if (strncmp(word, o->name, size) != 0) {
            continue;
        }
        if (o->name[1] != '-' && o->value) {
            *value = word + size;
            return o;
        }
        if (o->name[1] == '-' && word[size] == '=') {
            *value = word + size + 1;
            return o;
        }
    }
    return NULL;
}

static bool store(const struct command *command, const struct option *option,
                  const char *value)
{
    if (option->flag) {
        *option->flag = true;
    } else if (option->text) {
        *option->text = value;
    } else if (!option->take(value)) {
        usage_error(command, "%s: '%s' makes no sense", option->name, value);
        return false;
    }
    return true;
}

/* Reads the option at words[*i] and moves *i to its last word. */
static bool read_option(const struct command *command, const char **words,
                        size_t count, size_t *i)
{
    const char *value;
    const struct option *option = find(command, words[*i], &value);

    if (!option) {
        usage_error(command, "unknown option '%s'", words[*i]);
        return false;
    }
    if (!option->value && value) {
        usage_error(command, "%s takes no value", option->name);
        return false;
    }
    if (option->value && !value) {
        if (*i + 1 == count) {
            usage_error(command, "%s: %s is missing", option->name,
                        option->value);
            return false;
        }
        value = words[++*i];
    }
    return store(command, option, value);
}

enum parsed options_read(const struct command *command, const char **words,
                         size_t count, size_t *operands)
{
    bool ended = false;
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        const char *word = words[i];
        if (ended || word[0] != '-' || word[1] == '\0') {
            words[n++] = word;
        } else if (!strcmp(word, "--")) {
            ended = true;
        } else if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
            return PARSED_HELP;
        } else if (!read_option(command, words, count, &i)) {
            return PARSED_WRONG;
        }
    }
    words[n] = NULL;
    *operands = n;
    if (n < command->operands_least) {
        usage_error(command, "%s is missing", command->operands);
        return PARSED_WRONG;
    }
    if (n > command->operands_most) {
        usage_error(command, "'%s' is one too many",
                    words[command->operands_most]);
        return PARSED_WRONG;
    }
    return PARSED;
}
