/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML into a tree, and the tree by a schema. Either there is a tree, whose
 * every node has a place in the text and keeps the promises of tree.h, or
 * there is a problem, whose text ends with a line end. An arena of the size
 * that the first byte says runs full somewhere.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "config/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

struct settings {
    struct view text;
    int64_t integer, duration, size, percent;
    bool truth;
    int choice;
    const struct node *node;
    struct schema_texts texts;
};

#define AT(member) offsetof(struct settings, member)

static const char *const choices[] = {"one", "two", NULL};
static const struct schema_key keys[] = {
    {"t", SCHEMA_TEXT, AT(text), true, NULL, NULL, 0, 0, ""},
    {"i", SCHEMA_INTEGER, AT(integer), false, "1", NULL, -9, 9, ""},
    {"d", SCHEMA_DURATION, AT(duration), false, "1s", NULL, 1, 9000000, ""},
    {"s", SCHEMA_SIZE, AT(size), false, NULL, NULL, 1, 1 << 20, ""},
    {"p", SCHEMA_PERCENT, AT(percent), false, NULL, NULL, 0, 1000000, ""},
    {"b", SCHEMA_BOOL, AT(truth), false, NULL, NULL, 0, 0, ""},
    {"c", SCHEMA_CHOICE, AT(choice), false, NULL, choices, 0, 0, ""},
    {"n", SCHEMA_NODE, AT(node), false, NULL, NULL, 0, 0, ""},
    {"l", SCHEMA_TEXTS, AT(texts), false, NULL, NULL, 0, 0, ""},
    {NULL, SCHEMA_TEXT, 0, false, NULL, NULL, 0, 0, NULL}};

/* With the empty one that a last line without an end gets after it. */
static unsigned count_lines(struct view text)
{
    unsigned lines = 2;

    for (size_t i = 0; i < text.size; i++) {
        lines += text.at[i] == '\n' || text.at[i] == '\r';
    }
    return lines;
}

static void check_node(const struct node *node, unsigned depth, unsigned lines)
{
    size_t n = 0;

    must(depth <= 32, "too deep");
    must(node->place.line >= 1 && node->place.line <= lines, "no such line");
    must(node->place.column >= 1, "columns count from 1");
    if (node->kind == NODE_SCALAR) {
        must(node->text.at[node->text.size] == '\0' &&
                 strlen(node->text.at) == node->text.size,
             "a text and its NUL");
        must(utf8_check(node->text) == node->text.size, "not UTF-8");
        must(!node->first && !node->count, "a scalar holds nothing");
    }
    for (const struct node *item = node->first; item; item = item->next, n++) {
        if (node->kind == NODE_MAP) {
            must(item->key.at != NULL && item->key_place.line >= 1, "a key");
        }
        check_node(item, depth + 1, lines);
    }
    must(n == node->count, "counted wrongly");
}

static void check_problems(const struct problems *problems)
{
    for (size_t i = 0; i < problems_count(problems); i++) {
        const char *text = problems_text(problems, i);
        size_t size = strlen(text);

        must(size > 0 && text[size - 1] == '\n', "a problem's last line");
        must(utf8_check(view_text(text)) == size, "a problem not UTF-8");
        for (size_t c = 0; c < size; c++) {
            must((unsigned char)text[c] >= 0x20 || text[c] == '\n',
                 "a control in a problem");
        }
    }
}

static void read_into(struct arena *arena, struct view text)
{
    struct problems *problems = problems_new();
    struct node *root = tree_read_text(arena, VIEW("f"), text, problems);

    must((root != NULL) == (problems_errors(problems) == 0),
         "a tree or a problem");
    if (root) {
        struct settings settings = {.integer = 0};
        bool fine;

        check_node(root, 0, count_lines(text));
        fine = schema_read(keys, root, "it", &settings, arena, problems);
        must(fine == (problems_errors(problems) == 0), "fine or a problem");
    }
    check_problems(problems);
    problems_free(problems);
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct view text = view_of((const char *)data, size);

    read_into(arena_new(), text);
    if (size > 0) {
        read_into(arena_new_fixed((size_t)data[0] * 16), text);
    }
    return 0;
}
