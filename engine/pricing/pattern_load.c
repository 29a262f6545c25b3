/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Path patterns as they are written in a policy: checked so that each can
 * match something, and is the canonical spelling of what it matches.
 */
#include "pricing/parts_load.h"

#define PATTERN_MAX_SIZE 512
#define WILDCARDS_MAX 10

/* '**' next to anything but '/', or '***'. */
static bool has_stuck_stars(struct view text)
{
    struct view rest = text;

    while (rest.at) {
        struct view segment = view_cut(&rest, '/');
        if (segment.size != 2 && view_search(segment, VIEW("**")) != SIZE_MAX) {
            return true;
        }
    }
    return false;
}

static size_t count_stars(struct view text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.size; i++) {
        n += text.at[i] == '*' && (i == 0 || text.at[i - 1] != '*');
    }
    return n;
}

/* The spelling that clients send: what no path may hold as it is, escaped. */
static void write_escaped(struct text *t, struct view v)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < v.size; i++) {
        unsigned char c = (unsigned char)v.at[i];
        if (c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>' &&
            c != '`' && c != '{' && c != '}' && c != '|' && c != '^') {
            text_add_char(t, (char)c);
        } else {
            text_add_char(t, '%');
            text_add_char(t, digits[c >> 4]);
            text_add_char(t, digits[c & 15]);
        }
    }
}

static bool refuse_spelling(struct loader *loader, const struct node *node,
                            struct view right)
{
    char hint[400];
    struct text t = text_in(hint, sizeof hint - 1);

    text_add(&t, VIEW("did you mean '"));
    text_add(&t, load_shown(right));
    text_add(&t, VIEW("'?"));
    hint[t.size] = '\0';
    return load_error(loader, node, "P027", hint,
                      "expected a path in its canonical spelling, found "
                      "'%.*s'",
                      VIEW_ARG(load_shown(node->text)));
}

static bool check_spelling(struct loader *loader, const struct node *node,
                           bool strict)
{
    char room[3 * PATTERN_MAX_SIZE];
    struct text escaped = text_in(room, sizeof room);
    struct path path;

    write_escaped(&escaped, node->text);
    if (!view_equal(text_view(&escaped), node->text)) {
        return refuse_spelling(loader, node, text_view(&escaped));
    }
    if (view_find(node->text, '?') < node->text.size ||
        view_find(node->text, '#') < node->text.size) {
        return load_error(loader, node, "P027",
                          strict ? NULL : "query: { NAME: VALUE } tests it",
                          "a path has no '?' or '#', found '%.*s'",
                          VIEW_ARG(load_shown(node->text)));
    }
    if (!path_read(&path, node->text, loader->arena)) {
        return load_memory(loader, node);
    }
    if (!view_equal(path.canonical, node->text)) {
        return refuse_spelling(loader, node, path.canonical);
    }
    if (strict && path.ambiguous) {
        return load_error(loader, node, "P033", NULL,
                          "servers differ in how they read '%.*s': it can "
                          "never be free",
                          VIEW_ARG(load_shown(node->text)));
    }
    return true;
}

/* The size of "{name}" at the start, or 0. */
static size_t name_size(struct view v)
{
    size_t i = 1;

    while (v.size > 0 && v.at[0] == '{' && i < v.size &&
           (ascii_is_alnum(v.at[i]) || v.at[i] == '_' || v.at[i] == '-')) {
        i++;
    }
    return i > 1 && i < v.size && v.at[i] == '}' ? i + 1 : 0;
}

/* As gates and routers write it: "{name}" is any run within a segment, too. */
static struct view without_names(struct loader *loader, struct view text)
{
    struct view copy = arena_copy(loader->arena, text);
    char *bytes = (char *)(size_t)copy.at;
    size_t size = 0;

    for (size_t i = 0; bytes && i < text.size;) {
        size_t name = name_size(view_of(text.at + i, text.size - i));
        bytes[size++] = name ? '*' : text.at[i];
        i += name ? name : 1;
    }
    return bytes ? view_of(bytes, size) : VIEW_NONE;
}

bool pattern_read(struct loader *loader, const struct node *written,
                  bool strict, struct pattern *out)
{
    struct node named = *written;
    const struct node *node = &named;
    struct view text = without_names(loader, written->text);

    if (!text.at && written->text.at) {
        return load_memory(loader, written);
    }
    named.text = text;
    if (text.size == 0 || text.at[0] != '/') {
        return load_error(loader, node, "P026", NULL,
                          "expected a path that starts with '/', found "
                          "'%.*s'",
                          VIEW_ARG(load_shown(text)));
    }
    if (text.size > PATTERN_MAX_SIZE || count_stars(text) > WILDCARDS_MAX) {
        return load_error(loader, node, "P029", NULL,
                          "expected at most %d bytes and %d wildcards, found "
                          "%zu and %zu",
                          PATTERN_MAX_SIZE, WILDCARDS_MAX, text.size,
                          count_stars(text));
    }
    if (has_stuck_stars(text)) {
        return load_error(loader, node, "P028", "'*' stays within a segment",
                          "'**' is a whole segment, found '%.*s'",
                          VIEW_ARG(load_shown(text)));
    }
    if (!check_spelling(loader, node, strict)) {
        return false;
    }
    return pattern_make(out, text, loader->policy->folds_case, loader->arena) ||
           load_memory(loader, node);
}
