/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas: a map into a struct, presets, and every kind of mistake. */
#include "config/schema.h"

#include <stdlib.h>

#include "tap.h"

struct settings {
    struct view id;
    struct view note;
    int64_t score;
    int64_t window;
    int64_t room;
    int64_t share;
    bool on;
    int mode;
    const struct node *when;
    struct schema_texts labels;
};

static const char *const modes[] = {"count", "enforce", NULL};

#define AT(member) offsetof(struct settings, member)

static const struct schema_key keys[] = {
    {"id", SCHEMA_TEXT, AT(id), true, NULL, NULL, 0, 0, "name"},
    {"note", SCHEMA_TEXT, AT(note), false, "", NULL, 0, 0, "a text"},
    {"score", SCHEMA_INTEGER, AT(score), false, "7", NULL, -100, 100, "sum"},
    {"window", SCHEMA_DURATION, AT(window), false, "60s", NULL, 1000000,
     INT64_C(86400000000), "time"},
    {"room", SCHEMA_SIZE, AT(room), false, "64 KiB", NULL, 1024, INT64_MAX,
     "memory"},
    {"share", SCHEMA_PERCENT, AT(share), false, "12.5%", NULL, 0, 1000000,
     "part"},
    {"on", SCHEMA_BOOL, AT(on), false, "yes", NULL, 0, 0, "whether"},
    {"mode", SCHEMA_CHOICE, AT(mode), false, "enforce", modes, 0, 0, "how"},
    {"when", SCHEMA_NODE, AT(when), false, NULL, NULL, 0, 0, "anything"},
    {"labels", SCHEMA_TEXTS, AT(labels), false, NULL, NULL, 0, 0, "names"},
    {NULL, SCHEMA_TEXT, 0, false, NULL, NULL, 0, 0, NULL}};

static struct arena *arena;
static struct problems *problems;
static struct settings s;

/* Reads a text into s; problems holds what was wrong with it. */
static bool settings(const char *text)
{
    const struct node *map;

    problems_free(problems);
    problems = problems_new();
    memset(&s, 0, sizeof(s));
    map = tree_read_text(arena, VIEW("t"), view_text(text), problems);
    return map && schema_read(keys, map, "a setting", &s, arena, problems);
}

static void presets(void)
{
    ok(settings("id: a\n"), "what is required is enough");
    is_view(s.id, "a", "text");
    ok(s.note.at && s.note.size == 0, "an empty preset");
    is_number(s.score, 7, "integer");
    is_number(s.window, 60000000, "duration in microseconds");
    is_number(s.room, 65536, "size in bytes");
    is_number(s.share, 125000, "percentage in parts per million");
    ok(s.on, "truth");
    is_number(s.mode, 1, "choice");
    ok(!s.when && !s.labels.nodes, "no preset leaves it untouched");
}

static void values(void)
{
    ok(settings("id: 'x y'\nscore: -100\nwindow: 1d\nroom: 1GiB\n"
                "share: 0.0001%\non: Off\nmode: count\nwhen: {a: b}\n"
                "labels: [a, \"b\"]\nnote: \"\"\n"),
       "everything given");
    is_view(s.id, "x y", "text");
    is_number(s.score, -100, "the least");
    is_number(s.window, INT64_C(86400000000), "the most");
    is_number(s.room, 1 << 30, "a GiB");
    is_number(s.share, 1, "a part of a million");
    ok(!s.on, "off, in any case of letters");
    is_number(s.mode, 0, "the first choice");
    ok(s.when && node_get(s.when, "a"), "a node");
    is_number(s.labels.count, 2, "texts");
    is_view(s.labels.nodes[1]->text, "b", "the second");
    ok(settings("id: a\nlabels: one\n") && s.labels.count == 1, "one text");
    ok(settings("id: a\nlabels: []\n") && s.labels.count == 0, "no texts");
    ok(settings("id: a\nwhen:\n") && s.when && node_is_null(s.when),
       "an empty node is the owner's matter");
    ok(settings("id: a\nwindow: 1500ms\n") && s.window == 1500000, "ms");
    ok(settings("id: a\nwindow: 2m\n") && s.window == 120000000, "m");
    ok(settings("id: a\nwindow: 3h\n") && s.window == 10800000000, "h");
    ok(settings("id: a\nwindow: 3 h\n") && s.window == 10800000000, "a space");
    ok(settings("id: a\nroom: 4096B\n") && s.room == 4096, "B");
    ok(settings("id: a\nroom: 8MiB\n") && s.room == 8 << 20, "MiB");
    ok(settings("id: a\nshare: 100%\n") && s.share == 1000000, "all");
    ok(settings("id: a\nscore: \"5\"\n") && s.score == 5, "quotes");
}

struct mistake {
    const char *text;
    const char *wanted; /* all problems, each "code line:column message" */
};

static const struct mistake mistakes[] = {
    {"{}", "S003 1:1 a setting needs 'id'; "},
    {"", "S003 1:1 a setting needs 'id'; "},
    {"x", "S002 1:1 expected a map, found 'x'; "},
    {"[x]", "S002 1:1 expected a map, found a list; "},
    {"~", "S007 1:1 expected a map, found nothing; "},
    {"id:\n", "S007 1:4 'id': expected a single value, found nothing; "},
    {"id: [a]\n", "S002 1:5 'id': expected a single value, found a list; "},
    {"id: a\nmoed: count\n", "S001 2:1 a setting has no key 'moed'; "},
    {"id: a\nID: b\n", "S001 2:1 a setting has no key 'ID'; "},
    {"id: a\nscore: 101\n",
     "S005 2:8 'score': expected -100 to 100, found '101'; "},
    {"id: a\nscore: -101\n",
     "S005 2:8 'score': expected -100 to 100, found '-101'; "},
    {"id: a\nscore: 1.5\n",
     "S004 2:8 'score': expected a whole number, found '1.5'; "},
    {"id: a\nscore: 010\n",
     "S004 2:8 'score': expected a whole number, found '010'; "},
    {"id: a\nscore: 0x10\n",
     "S004 2:8 'score': expected a whole number, found '0x10'; "},
    {"id: a\nscore: +1\n",
     "S004 2:8 'score': expected a whole number, found '+1'; "},
    {"id: a\nscore: '-'\n",
     "S004 2:8 'score': expected a whole number, found '-'; "},
    {"id: a\nscore: 99999999999999999999\n",
     "S004 2:8 'score': expected a whole number, found "
     "'99999999999999999999'; "},
    {"id: a\nscore: {}\n",
     "S002 2:8 'score': expected a whole number, found a map; "},
    {"id: a\nscore:\n",
     "S007 2:7 'score': expected a whole number, found nothing; "},
    {"id: a\nwindow: 60\n",
     "S004 2:9 'window': expected a duration, found '60'; "},
    {"id: a\nwindow: s\n",
     "S004 2:9 'window': expected a duration, found 's'; "},
    {"id: a\nwindow: 1.5s\n",
     "S004 2:9 'window': expected a duration, found '1.5s'; "},
    {"id: a\nwindow: -1s\n",
     "S004 2:9 'window': expected a duration, found '-1s'; "},
    {"id: a\nwindow: 1S\n",
     "S004 2:9 'window': expected a duration, found '1S'; "},
    {"id: a\nwindow: 1h30m\n",
     "S004 2:9 'window': expected a duration, found '1h30m'; "},
    {"id: a\nwindow: 106751992d\n",
     "S004 2:9 'window': expected a duration, found '106751992d'; "},
    {"id: a\nwindow: 999ms\n",
     "S005 2:9 'window': expected 1s to 1d, found '999ms'; "},
    {"id: a\nwindow: 25h\n",
     "S005 2:9 'window': expected 1s to 1d, found '25h'; "},
    {"id: a\nroom: 8K\n", "S004 2:7 'room': expected a size, found '8K'; "},
    {"id: a\nroom: 8\n", "S004 2:7 'room': expected a size, found '8'; "},
    {"id: a\nroom: 8kib\n", "S004 2:7 'room': expected a size, found '8kib'; "},
    {"id: a\nroom: 8589934592GiB\n",
     "S004 2:7 'room': expected a size, found '8589934592GiB'; "},
    {"id: a\nroom: 1B\n",
     "S005 2:7 'room': expected at least 1KiB, found '1B'; "},
    {"id: a\nshare: 5\n",
     "S004 2:8 'share': expected a percentage, found '5'; "},
    {"id: a\nshare: 0.00001%\n",
     "S004 2:8 'share': expected a percentage, found '0.00001%'; "},
    {"id: a\nshare: '%'\n",
     "S004 2:8 'share': expected a percentage, found '%'; "},
    {"id: a\nshare: 100.0001%\n",
     "S005 2:8 'share': expected 0% to 100%, found '100.0001%'; "},
    {"id: a\non: maybe\n",
     "S004 2:5 'on': expected true or false, found 'maybe'; "},
    {"id: a\non: 1\n", "S004 2:5 'on': expected true or false, found '1'; "},
    {"id: a\non: []\n",
     "S002 2:5 'on': expected true or false, found a list; "},
    {"id: a\nmode: Count\n",
     "S006 2:7 'mode': expected one of count, enforce, found 'Count'; "},
    {"id: a\nmode: [count]\n",
     "S002 2:7 'mode': expected one of count, enforce, found a list; "},
    {"id: a\nlabels: [a, [b], {}, ~]\n",
     "S002 2:13 expected a single value, found a list; "
     "S002 2:18 expected a single value, found a map; "
     "S007 2:22 expected a single value, found nothing; "},
    {"id: a\nlabels: {a: b}\n",
     "S002 2:9 'labels': expected a single value, found a map; "},
    {"score: x\nwindow: y\nz: 1\n",
     "S003 1:1 a setting needs 'id'; "
     "S004 1:8 'score': expected a whole number, found 'x'; "
     "S004 2:9 'window': expected a duration, found 'y'; "
     "S001 3:1 a setting has no key 'z'; "},
};

static const char *found(void)
{
    static char room[4096];
    size_t used = 0;

    room[0] = '\0';
    for (size_t i = 0; i < problems_count(problems); i++) {
        int n = snprintf(room + used, sizeof(room) - used, "%s %u:%u %s; ",
                         problems_code(problems, i), problems_line(problems, i),
                         problems_column(problems, i),
                         problems_message(problems, i));

        used += (size_t)n;
    }
    return room;
}

static void hints(void)
{
    settings("id: a\nmoed: count\n");
    is_text(problems_hint(problems, 0), "did you mean 'mode'?", "a key");
    settings("id: a\nzzz: count\n");
    is_text(problems_hint(problems, 0),
            "its keys are id, note, score, window, room, share, on, mode, "
            "when, labels",
            "no key is near");
    settings("id: a\nmode: counts\n");
    is_text(problems_hint(problems, 0), "did you mean 'count'?", "a word");
    settings("id: a\nmode: zzz\n");
    is_text(problems_hint(problems, 0), NULL, "no word is near");
    settings("id: a\nwindow: 5\n");
    is_text(problems_hint(problems, 0),
            "a number with ms, s, m, h or d, such as 30s", "a unit");
    settings("~");
    is_text(problems_hint(problems, 0), "an empty map is written {}", "{}");
    settings("id: a\nscore: 1000\nwindow: 5d\n");
    is_number(s.score, 7, "what is wrong leaves the preset");
    is_number(s.window, 60000000, "there too");
}

static void readers(void)
{
    const struct node *list;
    int64_t n = 42;
    bool truth = true;

    settings("id: a\nwhen: [5, 1m, 2KiB, no, 50%, x]\n");
    list = s.when->first;
    ok(schema_integer(list, 0, 0, &n, problems) && n == 5, "no bounds");
    ok(!schema_integer(list, 6, 9, &n, problems) && n == 5, "out of bounds");
    list = list->next;
    ok(schema_duration(list, &n, problems) && n == 60000000, "a duration");
    list = list->next;
    ok(schema_size(list, &n, problems) && n == 2048, "a size");
    list = list->next;
    ok(schema_bool(list, &truth, problems) && !truth, "a truth");
    list = list->next;
    ok(schema_percent(list, &n, problems) && n == 500000, "a percentage");
    list = list->next;
    ok(schema_expect(list, NODE_SCALAR, problems), "as expected");
    ok(!schema_expect(list, NODE_MAP, problems), "not as expected");
    is_number(problems_errors(problems), 2, "each wrong one reported");
}

int main(void)
{
    arena = arena_new();
    presets();
    values();
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        bool fine = settings(mistakes[i].text);

        is_text(found(), mistakes[i].wanted, "mistake no. %zu", i);
        ok(!fine, "mistake no. %zu is one", i);
    }
    hints();
    readers();
    problems_free(problems);
    arena_free(arena);
    return tap_end();
}
