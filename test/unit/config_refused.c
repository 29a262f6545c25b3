/* SPDX-License-Identifier: Apache-2.0 */
/* YAML that is refused: the code, the place, and no time lost on it. */
#include <stdlib.h>
#include <time.h>

#include "base/text.h"
#include "config/tree.h"
#include "guard.h"
#include "tap.h"

static struct guard g;

/* All problems of a text as "code line:column, ...", or "fine". */
static const char *problems_of(struct view text)
{
    static char room[1024];
    struct text t = text_in(room, sizeof(room) - 1);
    struct arena *arena = arena_new();
    struct problems *p = problems_new();
    bool fine = tree_read_text(arena, VIEW("t"), guard_view(&g, text), p);

    if (fine && problems_count(p) == 0) {
        text_add(&t, VIEW("fine"));
    }
    for (size_t i = 0; i < problems_count(p) && !fine; i++) {
        text_addf(&t, "%s%s %u:%u", i ? ", " : "", problems_code(p, i),
                  problems_line(p, i), problems_column(p, i));
    }
    room[t.size] = '\0';
    problems_free(p);
    arena_free(arena);
    return room;
}

struct refused_case {
    const char *text;
    size_t size;
    const char *wanted;
};

#define CASE(literal, wanted)                                                  \
    {                                                                          \
        literal, sizeof(literal) - 1, wanted                                   \
    }

static const struct refused_case cases[] = {
    CASE("a: \xff\n", "Y003 1:4"),
    CASE("a: b\n\xc3\xa9\xc3: c\n", "Y003 2:2"),
    CASE("\xff\xfe"
         "a\0:\0 \0b\0",
         "Y003 1:1"),
    CASE("a: \xed\xa0\x80\n", "Y003 1:4"),
    CASE("a: b\0\n", "Y004 1:5"),
    CASE("a: \x07\n", "Y004 1:4"),
    CASE("a: b # \x7f\n", "Y004 1:8"),
    CASE("a: b\r\nc: \xc2\x85\n", "Y004 2:4"),
    CASE("a: b\rc: \xe2\x80\xa8\n", "Y004 2:4"),
    CASE("a: \xef\xbb\xbf\n", "Y004 1:4"),
    CASE("a: \xef\xbf\xbf\n", "Y004 1:4"),
    CASE("a: b: c\n", "Y005 1:5"),
    CASE("a: [b\n", "Y005 2:1"),
    CASE("a: {b\n", "Y005 2:1"),
    CASE("a: 'b\n", "Y005 2:1"),
    CASE("a: @b\n", "Y005 1:4"),
    CASE("a: `b`\n", "Y005 1:4"),
    CASE("a: \"\\q\"\n", "Y005 1:5"),
    CASE("a: b\n c: d\n", "Y005 2:3"),
    CASE("a:\n  b: c\n d: e\n", "Y005 3:2"),
    CASE("a\nb: c\n", "Y005 2:2"),
    CASE("a: b\n- c\n", "Y005 2:1"),
    CASE("a:\n\tb: c\n", "Y005 2:1"),
    CASE("a: - b\n", "Y005 1:4"),
    CASE("]\n", "Y005 1:1"),
    CASE("%YAML 3.0\n--- a\n", "Y005 1:1"),
    CASE("%BOGUS\n--- a\n", "Y005 1:7"),
    CASE("a: 1\na: 2\n", "Y007 2:1"),
    CASE("a: 1\n'a': 2\n\"\\x61\": 3\n", "Y007 2:1, Y007 3:1"),
    CASE("{b: 1, a: 1, b: 2, a: 2}\n", "Y007 1:14, Y007 1:20"),
    CASE("x: {a: 1, a: 2}\ny: {a: 1}\nx: 3\n", "Y007 1:11, Y007 3:1"),
    CASE("a: &x 1\n", "Y008 1:4"),
    CASE("a: *x\n", "Y008 1:4"),
    CASE("- &x [1]\n- *x\n", "Y008 1:3, Y008 2:3"),
    CASE("&x a: 1\n", "Y008 1:1"),
    CASE("*x : 1\n", "Y008 1:1"),
    CASE("a: !!str 1\n", "Y009 1:4"),
    CASE("a: !x {b: 1}\n", "Y009 1:4"),
    CASE("a: ! b\n", "Y009 1:4"),
    CASE("a: !<x> [1]\n", "Y009 1:4"),
    CASE("%TAG !e! tag:e,2026:\n---\na: 1\n", "Y009 1:1"),
    CASE("a: 1\n---\nb: 2\n", "Y010 2:1"),
    CASE("--- a\n--- b\n--- c\n", "Y010 2:1"),
    CASE("a: 1\n...\nb: 2\n", "Y005 3:1"),
    CASE("? {a: b}\n: c\n", "Y011 1:3"),
    CASE("[a]: c\n", "Y011 1:1"),
    CASE("? [a]\n: c\n", "Y011 1:3"),
    CASE(": c\n", "Y005 1:1"),
    CASE("{? : a}\n", "Y011 1:4"),
    CASE("<<: {a: 1}\n", "Y012 1:1"),
    CASE("'<<': 1\n", "fine"),
    CASE("a: \"b\\0\"\n", "Y013 1:4"),
    CASE("\"a\\x00\": b\n", "Y013 1:1"),
    CASE("a: &x !!int 1\nb: *x\na: \"\\0\"\n",
         "Y008 1:4, Y009 1:4, Y008 2:4, Y013 3:4, Y007 3:1"),
    CASE("a: b\n...\n", "fine"),
    CASE("a: b\n...\n# end\n", "fine"),
};

static void depths(void)
{
    char text[128];
    unsigned bad = 0;

    for (size_t n = 1; n <= 60; n++) {
        const char *got;

        memset(text, '[', n);
        memset(text + n, ']', n);
        got = problems_of(view_of(text, 2 * n));
        bad += (n <= 32 && strcmp(got, "fine") != 0) ||
               (n > 32 && strcmp(got, "Y006 1:33") != 0);
    }
    is_number(bad, 0, "32 levels, no more");
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* `n` times `unit` (each '#' of it a running number) and what comes of it. */
static void is_quick(const char *unit, size_t n, const char *wanted,
                     const char *name)
{
    size_t room = n * (strlen(unit) + 8) + 1;
    char *bytes = malloc(room);
    struct text t = text_in(bytes, room);
    double start = seconds();
    const char *got;

    for (size_t i = 0; i < n; i++) {
        for (const char *c = unit; *c; c++) {
            if (*c == '#') {
                text_add_u64(&t, i);
            } else {
                text_add_char(&t, *c);
            }
        }
    }
    got = problems_of(text_view(&t));
    ok(strncmp(got, wanted, strlen(wanted)) == 0, "%s: %s", name, got);
    ok(seconds() - start < 20, "%s: in seconds", name);
    free(bytes);
}

/* What takes quadratic time in a simple reader. */
static void hostile(void)
{
    is_quick("[", 200000, "Y006 1:33", "brackets");
    is_quick("{a: ", 200000, "Y006 1:", "braces");
    is_quick("- ", 200000, "Y006 1:65", "dashes");
    is_quick("? ", 200000, "Y011 1:3", "question marks");
    is_quick("k#: v\n", 100000, "fine", "many keys");
    is_quick("k: v\n", 100000, "Y007 2:1, Y007 3:1", "many equal keys");
    is_quick("[#,\n", 30, "Y005", "open lists");
    is_quick("-\n", 1000100, "Y014 1000000:2", "many values");
    is_quick("\n", 1000000, "fine", "empty lines");
    is_quick("a", 10000000, "fine", "a long text");
}

static void sizes(void)
{
    size_t limit = (size_t)16 << 20;
    char *bytes = malloc(limit + 1);

    memset(bytes, '#', limit + 1);
    is_text(problems_of(view_of(bytes, limit)), "fine", "16 MiB");
    is_text(problems_of(view_of(bytes, limit + 1)), "Y002 0:0",
            "one byte more");
    free(bytes);
}

static void wording(void)
{
    struct arena *arena = arena_new();
    struct problems *p = problems_new();

    tree_read_text(arena, VIEW("a.yaml"), VIEW("a: [1, 2\nb: 3\n"), p);
    tree_read_text(arena, VIEW("a.yaml"), VIEW("when: a: b\n"), p);
    is_text(problems_text(p, 0),
            "a.yaml:2:2: error: a ',' or ']' was expected here, in the list "
            "that begins at 1:4 [WB-Y005]\n"
            "    2 | b: 3\n"
            "      |  ^\n",
            "where it began");
    is_text(problems_text(p, 1),
            "a.yaml:1:8: error: a ':' cannot stand here [WB-Y005]\n"
            "    1 | when: a: b\n"
            "      |        ^\n"
            "      | a value that holds ': ' needs quotes; else check the "
            "indentation\n",
            "and what to do");
    problems_free(p);
    arena_free(arena);
}

int main(void)
{
    g = guard_new(((size_t)16 << 20) + 1);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        is_text(problems_of(view_of(cases[i].text, cases[i].size)),
                cases[i].wanted, "refused no. %zu: %s", i, cases[i].wanted);
    }
    depths();
    hostile();
    sizes();
    wording();
    guard_free(&g);
    return tap_end();
}
