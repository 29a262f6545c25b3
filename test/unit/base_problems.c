/* SPDX-License-Identifier: Apache-2.0 */
/* Problems: their text, letter by letter, and what is kept of many. */
#include "base/problems.h"

#include <stdlib.h>

#include "tap.h"

/* The text of one problem; the caller compares it at once. */
static const char *text_of(struct view file, unsigned line, unsigned column,
                           const char *hint, const char *message)
{
    static char room[8192];
    struct source source = {VIEW("rules/a.yaml"), file};
    struct place place = {&source, line, column};
    struct problems *p = problems_new();

    problems_add(p, PROBLEM_ERROR, place, "R014", hint, "%s", message);
    snprintf(room, sizeof(room), "%s", problems_text(p, 0));
    problems_free(p);
    return room;
}

static void format(void)
{
    is_text(text_of(VIEW("a\n    user-agent: { contain: bot }\nb\n"), 2, 19,
                    "did you mean 'contains'?", "unknown test 'contain'"),
            "rules/a.yaml:2:19: error: unknown test 'contain' [WB-R014]\n"
            "    2 |     user-agent: { contain: bot }\n"
            "      |                   ^\n"
            "      | did you mean 'contains'?\n",
            "as the header draws it");
    is_text(text_of(VIEW("a\nb"), 2, 1, NULL, "m"),
            "rules/a.yaml:2:1: error: m [WB-R014]\n"
            "    2 | b\n"
            "      | ^\n",
            "the last line needs no end, a problem no hint");
    is_text(text_of(VIEW("a\r\nb\r\nc\r\n"), 2, 1, NULL, "m"),
            "rules/a.yaml:2:1: error: m [WB-R014]\n"
            "    2 | b\n"
            "      | ^\n",
            "CR LF ends a line");
    is_text(text_of(VIEW("a\rb\rc"), 3, 1, NULL, "m"),
            "rules/a.yaml:3:1: error: m [WB-R014]\n"
            "    3 | c\n"
            "      | ^\n",
            "and so does CR");
    is_text(text_of(VIEW("a\n\nb"), 2, 1, NULL, "m"),
            "rules/a.yaml:2:1: error: m [WB-R014]\n"
            "    2 |\n"
            "      | ^\n",
            "an empty line");
    is_text(text_of(VIEW("a\n"), 2, 1, NULL, "m"),
            "rules/a.yaml:2:1: error: m [WB-R014]\n"
            "    2 |\n"
            "      | ^\n",
            "the empty line at the end");
}

static void no_place(void)
{
    struct problems *p = problems_new();
    struct source source = {VIEW("a.yaml"), VIEW("x\n")};

    is_text(text_of(VIEW("a\n"), 9, 4, "h", "m"),
            "rules/a.yaml:9:4: error: m [WB-R014]\n"
            "      | h\n",
            "a line that is not there");
    is_text(text_of(VIEW("a\n"), 0, 0, NULL, "m"),
            "rules/a.yaml: error: m [WB-R014]\n", "line 0 names the file");
    problems_add(p, PROBLEM_WARNING, (struct place){NULL, 3, 4}, "X001", NULL,
                 "no %s", "place");
    is_text(problems_text(p, 0), "warning: no place [WB-X001]\n", "no file");
    is_number(problems_line(p, 0), 0, "no line without a file");
    is_text(problems_file(p, 0), "", "no file's name");
    problems_add(p, PROBLEM_ERROR, (struct place){&source, 1, 2}, "X002", "h",
                 "m");
    is_text(problems_file(p, 1), "a.yaml", "file");
    is_text(problems_code(p, 1), "X002", "code");
    is_text(problems_message(p, 1), "m", "message");
    is_text(problems_hint(p, 1), "h", "hint");
    is_text(problems_hint(p, 0), NULL, "no hint");
    is_number(problems_line(p, 1), 1, "line");
    is_number(problems_column(p, 1), 2, "column");
    is_number(problems_level(p, 1), PROBLEM_ERROR, "level");
    problems_free(p);
}

static void foreign_bytes(void)
{
    is_text(text_of(VIEW("\ta:\tb\n"), 1, 5, NULL, "m"),
            "rules/a.yaml:1:5: error: m [WB-R014]\n"
            "    1 |  a: b\n"
            "      |     ^\n",
            "a tab is one space");
    is_text(text_of(VIEW("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 x\n"), 1, 5,
                    NULL, "m"),
            "rules/a.yaml:1:5: error: m [WB-R014]\n"
            "    1 | \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 x\n"
            "      |     ^\n",
            "columns count characters");
    is_text(text_of(VIEW("a\xff\x1b[2Jb\n"), 1, 7, NULL, "x\x1b\n\xff"),
            "rules/a.yaml:1:7: error: x\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd "
            "[WB-R014]\n"
            "    1 | a\xef\xbf\xbd\xef\xbf\xbd[2Jb\n"
            "      |       ^\n",
            "what steers a terminal is replaced");
    is_text(text_of(VIEW("ab\n"), 1, 99, NULL, "m"),
            "rules/a.yaml:1:99: error: m [WB-R014]\n"
            "    1 | ab\n"
            "      |   ^\n",
            "a caret behind the line stands at its end");
}

/* The columns, from 1, where the source line and the caret have theirs. */
static void long_lines(void)
{
    static const unsigned columns[] = {1,   50,  80,  81,  82,  157, 158,
                                       160, 161, 165, 200, 299, 300, 301};
    char line[301];

    memset(line, '.', sizeof(line));
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        unsigned column = columns[i];
        const char *text, *shown, *caret;
        size_t size;

        memset(line, '.', sizeof(line));
        line[300] = '\n';
        if (column <= 300) {
            line[column - 1] = 'X';
        }
        text = text_of(view_of(line, sizeof(line)), 1, column, NULL, "m");
        shown = strchr(text, '\n') + 1 + 8;
        size = (size_t)(strchr(shown, '\n') - shown);
        caret = strchr(strchr(shown, '\n'), '|') + 2;
        caret += strspn(caret, " ");
        ok(size == 160 && *caret == '^', "column %u: the line is cut", column);
        if (column <= 300) {
            size_t at = (size_t)(caret - (strchr(shown, '\n') + 1 + 8));

            ok(shown[at] == 'X', "column %u: the caret is below it", column);
        }
    }
}

static void long_words(void)
{
    static char word[5000];
    struct problems *p = problems_new();
    struct source source = {view_of(word, 4999), view_of(word, 4999)};

    memset(word, '\xff', sizeof(word) - 1);
    problems_add(p, PROBLEM_ERROR, (struct place){&source, 1, 4000}, "X001",
                 word, "%s", word);
    ok(strlen(problems_text(p, 0)) < 8192 &&
           strstr(problems_text(p, 0), "... [WB-X001]\n"),
       "what is long is cut");
    ok(strlen(problems_message(p, 0)) <= 3 * 600, "the message");
    ok(problems_text(p, 0)[strlen(problems_text(p, 0)) - 1] == '\n',
       "the end is there");
    problems_free(p);
}

static void add(struct problems *p, enum problem_level level, int n)
{
    problems_add(p, level, (struct place){NULL, 0, 0}, "X001", NULL, "no. %d",
                 n);
}

static void many(void)
{
    struct problems *p = problems_new();

    for (int i = 0; i < 25; i++) {
        add(p, PROBLEM_ERROR, i);
    }
    is_number(problems_count(p), 20, "20 are kept");
    is_number(problems_errors(p), 25, "all are counted");
    is_text(problems_message(p, 19), "no. 19", "the first 20");
    problems_free(p);

    p = problems_new();
    for (int i = 0; i < 25; i++) {
        add(p, i == 2 ? PROBLEM_ERROR : PROBLEM_WARNING, i);
    }
    is_number(problems_warnings(p), 24, "warnings are counted apart");
    is_number(problems_errors(p), 1, "from errors");
    for (int i = 25; i < 50; i++) {
        add(p, PROBLEM_ERROR, i);
    }
    is_number(problems_count(p), 20, "still 20");
    is_text(problems_message(p, 0), "no. 2", "no warning hides an error");
    is_text(problems_message(p, 1), "no. 25", "errors stay in order");
    is_text(problems_message(p, 19), "no. 43", "to the last kept");
    problems_free(p);
    problems_add(NULL, PROBLEM_ERROR, (struct place){NULL, 0, 0}, "X", NULL,
                 "x");
    problems_free(NULL);
}

static const char *nearest(const char *found)
{
    static const char *const words[] = {"contains", "starts-with", "ends-with",
                                        "is",       "in",          "less-than"};

    return problems_nearest(view_text(found), words, 6);
}

static void nearest_words(void)
{
    static char word[200];

    is_text(nearest("contain"), "contains", "a letter is missing");
    is_text(nearest("containss"), "contains", "a letter too many");
    is_text(nearest("cantains"), "contains", "a wrong letter");
    is_text(nearest("contians"), "contains", "two letters swapped");
    is_text(nearest("Starts-With"), "starts-with", "the wrong case");
    is_text(nearest("starts_with"), "starts-with", "an underscore");
    is_text(nearest("end-wiht"), "ends-with", "two mistakes");
    is_text(nearest("IN"), "in", "a short word in capitals");
    is_text(nearest("at"), NULL, "a short word is near nothing");
    is_text(nearest("matches"), NULL, "another word");
    is_text(nearest(""), NULL, "no word");
    memset(word, 'a', sizeof(word) - 1);
    is_text(nearest(word), NULL, "a very long word");
    is_text(problems_nearest(VIEW("a"), NULL, 0), NULL, "no words");
}

int main(void)
{
    format();
    no_place();
    foreign_bytes();
    long_lines();
    long_words();
    many();
    nearest_words();
    return tap_end();
}
