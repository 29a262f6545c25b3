/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Required literals of regular expressions, one row each. "-" is none.
 */
#include "tap.h"

#include "classify/draft_load.h"

struct row {
    const char *pattern;
    const char *wanted; /* joined with '|', in the order found */
    bool folds;
};

static const struct row rows[] = {
    {"bot", "bot", false},
    {"(?i)bot", "bot", true},
    {"bo(?i)t|spider", "bo|spider", true},
    {"a", "-", false},
    {"", "-", false},
    {"bots?", "bot", false},
    {"bots*", "bot", false},
    {"bots+x", "bots", false},
    {"bots{0}", "bot", false},
    {"bots{0,3}", "bot", false},
    {"bots{2}", "bots", false},
    {"bots{2,}yz", "bots", false},
    {"bots{x}", "bots{x}", false},
    {"bots{,3}", "-", true},
    {"ab??cd", "cd", false},
    {"ab++cd", "ab", false},
    {"ab*+cd", "cd", false},
    {"x.yz", "yz", false},
    {"^abc$", "abc", false},
    {"ab\\.cd", "ab.cd", false},
    {"ab\\dcd", "ab", false},
    {"ab\\x63de", "ab", false},
    {"ab\\x{63}def", "def", false},
    {"ab\\c[def", "def", false},
    {"ab\\12def", "def", false},
    {"ab\\Qcd\\E", "-", true},
    {"ab\\g{1}cde", "cde", false},
    {"(ab)\\k<n>cde", "cde", false},
    {"[abc]de", "de", false},
    {"[]abc]def", "def", false},
    {"[^]abc]def", "def", false},
    {"[[:alpha:]x]def", "def", false},
    {"[a\\]bc]def", "def", false},
    {"[a\\c]bc]def", "def", false},
    {"[\\Qab]\\E]def", "-", true},
    {"(abc)", "abc", false},
    {"(abc)?de", "de", false},
    {"(abc){0}de", "de", false},
    {"(abc){0,}de", "de", false},
    {"(abc)+", "abc", false},
    {"(?:abc|de)f", "abc|de", false},
    {"(?:abc|)de", "de", false},
    {"abc|", "-", false},
    {"abc|d", "-", false},
    {"a(bc|de|fgh)i", "bc|de|fgh", false},
    {"(?<name>abc)d", "abc", false},
    {"(?P<name>abc)d", "abc", false},
    {"(?'name'abc)d", "abc", false},
    {"(?>abc)d", "abc", false},
    {"(?|abc|def)", "abc|def", false},
    {"(?=abc)de", "de", false},
    {"(?!abc)de", "de", false},
    {"(?<=abc)de", "de", false},
    {"(?<!abc)de", "de", false},
    {"(?#abc)de", "de", false},
    {"ab(?#c)*de", "-", true},
    {"ab(?#c)de", "ab", false},
    {"(?x)a b c", "-", true},
    {"(?s)ab.cde", "cde", false},
    {"(?i:ab)cde", "cde", true},
    {"(?-i:ab)", "ab", true},
    {"(?^:ab)", "-", true},
    {"(abc)(?1)", "abc", false},
    {"(abc)(?P>n)", "abc", false},
    {"(?R)abc", "abc", false},
    {"(?(1)abc|def)", "-", true},
    {"(*ACCEPT)abc", "-", true},
    {"a(*ACCEPT)bc", "-", true},
    {"ab(?C1)cd", "-", true},
    {"a]b}c", "a]b}c", false},
    {"\\bbot\\b", "bot", false},
    {"\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9", false},
};

static void test_row(struct arena *arena, const struct row *row)
{
    struct view literals[LITERALS_MAX];
    bool folds;
    size_t count =
        regex_literals(arena, view_text(row->pattern), literals, &folds);
    char room[256];
    struct text t = text_in(room, sizeof(room) - 1);

    for (size_t i = 0; i < count; i++) {
        text_add(&t, i ? VIEW("|") : VIEW(""));
        text_add(&t, literals[i]);
    }
    if (count == 0) {
        text_add(&t, VIEW("-"));
    }
    room[t.size] = '\0';
    is_text(room, row->wanted, "%s", row->pattern);
    ok(folds == row->folds, "%s: %s", row->pattern,
       row->folds ? "in any case" : "as it stands");
}

/* Nesting and width have an end; both give up. */
static void test_bounds(struct arena *arena)
{
    struct view literals[LITERALS_MAX];
    char pattern[600] = "";
    bool folds;

    for (int i = 0; i < 100; i++) {
        strcat(pattern, "(");
    }
    strcat(pattern, "abc");
    for (int i = 0; i < 100; i++) {
        strcat(pattern, ")");
    }
    is_number(regex_literals(arena, view_text(pattern), literals, &folds), 0,
              "a hundred groups in each other");
    pattern[0] = '\0';
    for (int i = 0; i <= LITERALS_MAX; i++) {
        snprintf(pattern + strlen(pattern), 8, "%sw%d", i ? "|" : "", 100 + i);
    }
    is_number(regex_literals(arena, view_text(pattern), literals, &folds), 0,
              "more branches than are kept");
    *strrchr(pattern, '|') = '\0';
    is_number(regex_literals(arena, view_text(pattern), literals, &folds),
              LITERALS_MAX, "as many as are kept");
}

int main(void)
{
    struct arena *arena = arena_new();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row(arena, &rows[i]);
    }
    test_bounds(arena);
    arena_free(arena);
    return tap_end();
}
