/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge test: the hits and misses that rules carry, and request tables.
 * Every load runs the hits and misses and fails when one does not hold, so
 * that loading is their test.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/cli.h"

#define SUFFIX ".test.yaml"

static const char *config;

static const struct option options[] = {
    OPTION_CONFIG(&config),
    {.name = NULL},
};

/* ---- request tables ---- */

static void print_problems(const struct wb_problems *problems)
{
    size_t kept = wb_problems_count(problems);

    for (size_t i = 0; i < kept; i++) {
        fputs(wb_problem_text(problems, i), stderr);
    }
    if (wb_problems_errors(problems) > kept) {
        fprintf(stderr, "... and %zu more\n",
                wb_problems_errors(problems) - kept);
    }
}

static int test_table(struct wb_engine *engine, const char *path)
{
    int64_t now = (int64_t)time(NULL) * INT64_C(1000000);
    struct wb_problems *problems = wb_problems_new();
    enum wb_status status = WB_ERROR_MEMORY;
    size_t ran = 0;

    if (problems) {
        status = wb_engine_test(engine, path, now, problems, &ran);
    }
    if (status == WB_ERROR_MEMORY) {
        fputs("weighbridge: out of memory\n", stderr);
        wb_problems_free(problems);
        return EXIT_USAGE;
    }
    int code = load_code(status, path, problems);
    print_problems(problems);
    printf("%s: %zu requests, %zu not as expected\n", path, ran,
           wb_problems_errors(problems));
    wb_problems_free(problems);
    return code;
}

static int is_table(const struct dirent *entry)
{
    size_t size = strlen(entry->d_name), end = strlen(SUFFIX);

    return size > end && !strcmp(entry->d_name + size - end, SUFFIX);
}

/* The tables of a folder, in the order of their names. */
static int test_folder(struct wb_engine *engine, const char *folder)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_table, alphasort);
    int code = count < 0 ? EXIT_USAGE : EXIT_FINE;

    if (count <= 0) {
        fprintf(stderr, "weighbridge: %s: no file *%s\n", folder, SUFFIX);
        code = EXIT_USAGE;
    }
    for (int i = 0; i < count; i++) {
        char path[4096];
        int n =
            snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        int one = n > 0 && (size_t)n < sizeof path ? test_table(engine, path)
                                                   : EXIT_USAGE;

        code = one > code ? one : code;
        free(entries[i]);
    }
    free(entries);
    return code;
}

static int test_path(struct wb_engine *engine, const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode)
               ? test_folder(engine, path)
               : test_table(engine, path);
}

/* ---- all ---- */

static int test(const char *const *operands, size_t count)
{
    struct wb_engine *engine = NULL;
    int code = engine_open(config, &engine);

    if (code == EXIT_FINE) {
        printf("%s: %zu hits and misses of %zu rules hold, generation %s\n",
               config ? config : "demo", wb_engine_examples(engine),
               wb_engine_rules(engine), wb_engine_generation(engine));
        for (size_t i = 0; i < count; i++) {
            int one = test_path(engine, operands[i]);

            code = one > code ? one : code;
        }
    }
    wb_engine_unref(engine);
    return code;
}

static void test_help(void)
{
    puts("\nTABLE is a request table, or a folder with files *" SUFFIX ".");
}

const struct command command_test = {
    .name = "test",
    .operands = "[TABLE...]",
    .about = "run the hits and misses of rules, and request tables",
    .options = options,
    .operands_most = SIZE_MAX,
    .run = test,
    .help = test_help,
};
