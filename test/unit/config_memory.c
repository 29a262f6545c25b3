/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every allocation of loading fails once, with all that follow: loading says
 * so, nothing crashes, nothing leaks. First the arena alone, in any build;
 * then the C library's allocator below libyaml and us.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/schema.h"
#include "failing.h"
#include "tap.h"

struct settings {
    struct view id;
    struct schema_texts labels;
    const struct node *when;
};

static const struct schema_key keys[] = {
    {"id", SCHEMA_TEXT, offsetof(struct settings, id), true, NULL, NULL, 0, 0,
     "name"},
    {"labels", SCHEMA_TEXTS, offsetof(struct settings, labels), false, "a",
     NULL, 0, 0, "names"},
    {"when", SCHEMA_NODE, offsetof(struct settings, when), false, NULL, NULL, 0,
     0, "condition"},
    {NULL, SCHEMA_TEXT, 0, false, NULL, NULL, 0, 0, NULL}};

static const char good[] =
    "id: \"x \\u00e9\"\n"
    "when:\n  all: [a, 'b', {c: d}]\n  text: |\n    one\n    two\n";
static const char bad[] =
    "id: &x [y]\nid: *x\nwhenn: !!z {a: 1, a: 2}\nlist: [1,\n";

/* True: loaded. False: not, and `said` whether a problem tells. */
static bool load(struct arena *arena, const char *text, bool *said)
{
    struct problems *problems = problems_new();
    struct settings settings = {.id = VIEW_NONE};
    bool fine = false;

    if (arena) {
        const struct node *map =
            tree_read_text(arena, VIEW("t.yaml"), view_text(text), problems);

        fine = map &&
               schema_read(keys, map, "a setting", &settings, arena, problems);
    }
    *said = !problems || problems_errors(problems) > 0;
    for (size_t i = 0; problems && i < problems_count(problems); i++) {
        *said &= problems_text(problems, i) && problems_message(problems, i) &&
                 problems_file(problems, i) && problems_code(problems, i);
    }
    problems_free(problems);
    return fine;
}

static void small_arenas(void)
{
    unsigned wrong = 0;
    bool said;
    size_t size;

    for (size = 0; size < 100000; size += 16) {
        struct arena *arena = arena_new_fixed(size);
        bool fine = load(arena, good, &said);

        wrong += fine == said;
        arena_free(arena);
        if (fine) {
            break;
        }
    }
    ok(size > 1000 && size < 100000, "loads in an arena of %zu bytes", size);
    is_number(wrong, 0, "and in no smaller one, which is said");
}

static void failing_calls(const char *text, bool is_good, const char *name)
{
    unsigned wrong = 0;
    long n = 0;
    bool failed = true;

    for (; failed && n < 5000; n++) {
        long before = failing_live;
        struct arena *arena;
        bool said, fine;

        failing_start(n);
        arena = arena_new();
        fine = load(arena, text, &said);
        arena_free(arena);
        failed = failing_stop();
        wrong += fine && !is_good;
        wrong += !fine && arena && !said;
        wrong += failing_live != before;
        wrong += !failed && fine != is_good;
    }
    ok(n > 20 && n < 5000, "%s: %ld allocations", name, n - 1);
    is_number(wrong, 0, "%s: each failing is said, and leaks nothing", name);
}

/* Fails the n-th allocation only of reading a file. */
static void failing_file(void)
{
    char path[] = "/tmp/wb-config-memory-XXXXXX";
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");
    unsigned wrong = 0;
    bool failed = true;

    fputs(good, file);
    fclose(file);
    for (long n = 0; failed && n < 5000; n++) {
        struct problems *problems = problems_new();
        struct arena *arena = arena_new();
        const struct node *map;
        long before = failing_live;

        failing_start(n);
        map = tree_read_file(arena, path, problems);
        failed = failing_stop();
        wrong += !map && problems_errors(problems) == 0;
        wrong += !failed && !map;
        arena_free(arena);
        problems_free(problems);
        wrong += failing_live > before;
    }
    unlink(path);
    is_number(wrong, 0, "a file: each failing is said");
}

int main(void)
{
    small_arenas();
    if (FAILING_WORKS) {
        failing_calls(good, true, "a good file");
        failing_calls(bad, false, "a bad file");
        failing_file();
    } else {
        tap_skip("the sanitizer has its own allocator");
    }
    return tap_end();
}
