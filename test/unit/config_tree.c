/* SPDX-License-Identifier: Apache-2.0 */
/* Trees: what YAML becomes, and where each piece stands in its file. */
#include "config/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "guard.h"
#include "tap.h"

static struct arena *arena;
static struct problems *problems;
static struct guard g;

static struct node *tree(const char *text)
{
    return tree_read_text(arena, VIEW("t.yaml"),
                          guard_view(&g, view_text(text)), problems);
}

/* A tree on one line: maps {key:value ...}, lists [..], quoted 'text'. */
static void print(struct text *t, const struct node *node)
{
    const char *brackets = node->kind == NODE_MAP ? "{}" : "[]";

    if (node->kind == NODE_SCALAR) {
        text_addf(t, node->quoted ? "'%.*s'" : "%.*s", VIEW_ARG(node->text));
        return;
    }
    text_add_char(t, brackets[0]);
    for (const struct node *n = node->first; n; n = n->next) {
        if (n != node->first) {
            text_add_char(t, ' ');
        }
        if (n->key.at) {
            text_addf(t, "%.*s:", VIEW_ARG(n->key));
        }
        print(t, n);
    }
    text_add_char(t, brackets[1]);
}

static const char *printed(const char *text)
{
    static char room[1024];
    struct text t = text_in(room, sizeof(room) - 1);
    const struct node *node = tree(text);

    if (node) {
        print(&t, node);
    } else {
        text_add(&t, VIEW("(refused)"));
    }
    room[t.size] = '\0';
    return room;
}

static void shapes(void)
{
    is_text(printed("a: 1\nb: [x, 'y', \"z\"]\n"), "{a:1 b:[x 'y' 'z']}",
            "a map and a list");
    is_text(printed("- a\n- - b\n  - c\n- {}\n- []\n"), "[a [b c] {} []]",
            "lists and empty containers");
    is_text(printed("a:\n  b:\n    c: d\n"), "{a:{b:{c:d}}}", "nested");
    is_text(printed("a: |\n  x\n  y\nb: >\n  x\n  y\n"),
            "{a:'x\ny\n' b:'x y\n'}", "blocks count as quoted");
    is_text(printed("a:\nb: ~\n"), "{a: b:~}", "nothing");
    is_text(printed("'a b': 1\n\"*\": 2\n"), "{a b:1 *:2}", "quoted keys");
    is_text(printed("[a: b, c]"), "[{a:b} c]", "a map in a list");
    is_text(printed("{a, b: 1}"), "{a: b:1}", "a key alone");
    is_text(printed("x"), "x", "a value alone");
    is_text(printed("? a\n: b\n"), "{a:b}", "a key written at length");
    is_text(printed("%YAML 1.1\n---\na: 1\n...\n"), "{a:1}", "with marks");
    is_text(printed("a: yes # no\n"), "{a:yes}", "scalars are not typed");
    is_text(printed("a: \"\\u00e9\\x41\"\n"),
            "{a:'\xc3\xa9"
            "A'}",
            "escapes");
    is_text(printed("a: x#y: z\n"), "(refused)", "a colon too many");
}

static void empties(void)
{
    is_text(printed(""), "{}", "an empty file");
    is_text(printed("# only this\n"), "{}", "comments only");
    is_text(printed("---\n"), "{}", "a mark only");
    is_text(printed("\xef\xbb\xbf"), "{}", "a byte order mark only");
    is_text(printed("''"), "''", "an empty text is a value");
    is_text(printed("~"), "~", "null is a value");
}

static void is_at(const struct node *node, unsigned line, unsigned column,
                  const char *name)
{
    ok(node && node->place.line == line && node->place.column == column,
       "%s stands at %u:%u", name, line, column);
}

static void places(void)
{
    const struct node *root =
        tree("\xef\xbb\xbf# \xc3\xa9\na: 1\nb:\n  - x\n  - {c: \"\xc3\xa9\", "
             "d: y}\r\n\xc3\xa9: z\n");
    const struct node *b = node_get(root, "b");
    const struct node *d = node_get(b->first->next, "d");

    is_at(root, 2, 1, "the map");
    is_at(node_get(root, "a"), 2, 4, "a's value");
    is_at(b, 4, 3, "the list");
    is_at(b->first, 4, 5, "its first item");
    is_at(b->first->next, 5, 5, "its second");
    is_at(d, 5, 17, "a value behind a wide character");
    is_number(d->key_place.column, 14, "its key");
    is_at(node_get(root, "\xc3\xa9"), 6, 4, "after CR LF");
    is_view(d->place.source->name, "t.yaml", "the file's name");
    ok(!node_get(root, "c"), "a key that is not there");
    ok(!node_get(b, "c"), "a list has no keys");
    is_number(root->count, 3, "a map's count");
    is_number(b->count, 2, "a list's count");
    is_number(b->first->text.at[1], 0, "texts have a NUL after them");
}

static void nulls(void)
{
    const struct node *root =
        tree("[~, null, Null, NULL, '', \"~\", 'null', nil, [], {}]");
    const struct node *node = root->first;
    unsigned null = 0;

    for (size_t i = 0; i < 4; i++, node = node->next) {
        null += node_is_null(node);
    }
    is_number(null, 4, "what is null");
    for (null = 0; node; node = node->next) {
        null += node_is_null(node);
    }
    is_number(null, 0, "what is not");
    is_text(node_kind_name(NODE_MAP), "a map", "a map's name");
    is_text(node_kind_name(NODE_LIST), "a list", "a list's name");
    is_text(node_kind_name(NODE_SCALAR), "a single value", "a scalar's name");
}

static void files(void)
{
    char path[] = "/tmp/wb-config-tree-XXXXXX";
    int fd = mkstemp(path);
    const struct node *root;
    ssize_t written = write(fd, "a: b\n", 5);

    close(fd);
    root = tree_read_file(arena, path, problems);
    ok(written == 5 && root && node_get(root, "a"), "a file");
    is_view(root->place.source->name, path, "named by its path");
    unlink(path);
    is_number(problems_errors(problems), 1, "nothing else was wrong");
    ok(!tree_read_file(arena, path, problems), "no file");
    is_text(problems_code(problems, 1), "Y001", "is a problem");
    is_text(problems_message(problems, 1),
            "the file cannot be read: No such file or directory",
            "that says why");
    ok(!tree_read_file(arena, "/", problems), "a folder");
    is_text(problems_code(problems, 2), "Y001", "is a problem too");
}

int main(void)
{
    arena = arena_new();
    problems = problems_new();
    g = guard_new(4096);
    shapes();
    empties();
    places();
    nulls();
    files();
    guard_free(&g);
    problems_free(problems);
    arena_free(arena);
    return tap_end();
}
