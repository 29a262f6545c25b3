/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drafting. A path that some group disallows becomes a route, the longest
 * first, as the longest rule wins in a robots.txt; a route for all the rest
 * ends it. In each, robots that have a group of their own are asked for by
 * name; everybody else is '*'.
 *
 *   Disallow: /a/      /a/x         and two stars for x
 *   Disallow: /a       /a, /a*, /a* and all below
 *   Disallow: /a$      /a
 *   Disallow: a star inside   one segment only: ours does not cross '/'
 */
#include "robots_policy_load.h"

#include <stdlib.h>

#include "base/text.h"

#define ROOM ((size_t)1 << 20)
#define PATHS_MAX 256
#define LABEL_ROOM 80

struct drafting {
    const struct robots *robots;
    robots_policy_knows *knows;
    void *context;
    struct view paths[PATHS_MAX]; /* disallowed by some group */
    size_t path_count;
    struct text out;
};

static void put(struct drafting *d, const char *text)
{
    text_add(&d->out, view_text(text));
}

static void put_view(struct drafting *d, struct view v)
{
    for (size_t i = 0; i < v.size; i++) {
        char c = v.at[i];
        if (c == '"' || c == '\\') {
            text_add_char(&d->out, '\\');
        }
        text_add_char(&d->out, c >= ' ' && c < 0x7f ? c : '?');
    }
}

/* ---- paths ---- */

static int by_length(const void *a, const void *b)
{
    const struct view *x = a, *y = b;
    return x->size == y->size  ? view_compare(*x, *y)
           : x->size > y->size ? -1
                               : 1;
}

static bool is_whole(struct view pattern)
{
    return view_equal(pattern, VIEW("/")) || view_equal(pattern, VIEW("/*")) ||
           view_equal(pattern, VIEW("*"));
}

static void gather_paths(struct drafting *d)
{
    size_t kept = 0;
    for (size_t i = 0; i < d->robots->group_count; i++) {
        const struct robots_group *group = &d->robots->groups[i];
        for (size_t k = 0; k < group->rule_count && d->path_count < PATHS_MAX;
             k++) {
            struct view pattern = group->rules[k].pattern;
            if (!is_whole(pattern) && pattern.at[0] == '/' &&
                pattern.size <= 200) {
                d->paths[d->path_count++] = pattern;
            }
        }
    }
    qsort(d->paths, d->path_count, sizeof *d->paths, by_length);
    for (size_t i = 0; i < d->path_count; i++) {
        if (kept == 0 || !view_equal(d->paths[kept - 1], d->paths[i])) {
            d->paths[kept++] = d->paths[i];
        }
    }
    d->path_count = kept;
}

static void put_patterns(struct drafting *d, struct view path)
{
    bool ends = path.at[path.size - 1] == '$';
    path.size -= ends;
    while (path.size > 1 && path.at[path.size - 1] == '*' && !ends) {
        path.size--;
    }
    put(d, "[\"");
    put_view(d, path);
    if (!ends && path.at[path.size - 1] == '/') {
        put(d, "**");
    } else if (!ends) {
        put(d, "*\", \"");
        put_view(d, path);
        put(d, "*/**");
    }
    put(d, "\"]");
}

/* ---- robots ---- */

/* "Google-Extended" -> agent:name:google-extended, if a rule gives it. */
static bool label_of(const struct drafting *d, struct view token,
                     struct text *out)
{
    text_add(out, VIEW("agent:name:"));
    for (size_t i = 0; i < token.size; i++) {
        char c = ascii_lower(token.at[i]);
        text_add_char(out, ascii_is_alnum(c) ? c : '-');
    }
    return !out->cut && d->knows(d->context, text_view(out));
}

static bool is_first(const struct robots *robots, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (view_equal_fold(robots->groups[k].token, robots->groups[i].token)) {
            return false;
        }
    }
    return !view_equal(robots->groups[i].token, VIEW("*"));
}

/* Those with a group of their own that may, or may not, fetch the path. */
static void put_named(struct drafting *d, struct view path, bool allowed)
{
    for (size_t i = 0; i < d->robots->group_count; i++) {
        struct view token = d->robots->groups[i].token;
        char room[LABEL_ROOM];
        struct text label = text_in(room, sizeof room);
        if (!is_first(d->robots, i) ||
            robots_allows(d->robots, token, path, VIEW_NONE) != allowed) {
            continue;
        }
        put(d, "      - { when: { ");
        if (label_of(d, token, &label)) {
            put(d, "label: \"");
            put_view(d, text_view(&label));
        } else {
            put(d, "user-agent: { word: \"");
            put_view(d, token);
        }
        put(d, label.cut || !d->knows(d->context, text_view(&label))
                   ? "\" } }, price: "
                   : "\" }, price: ");
        put(d, allowed ? "0.01 usdc }\n" : "reject }\n");
    }
}

/* A path that a pattern stands for, for asking: stars and '$' left out. */
static struct view example_of(struct view pattern, char *room, size_t size)
{
    struct text text = text_in(room, size);
    for (size_t i = 0; i < pattern.size; i++) {
        if (pattern.at[i] != '*' && pattern.at[i] != '$') {
            text_add_char(&text, pattern.at[i]);
        }
    }
    return text_view(&text);
}

static void put_tiers(struct drafting *d, struct view path)
{
    bool others = robots_allows(d->robots, VIEW("*"), path, VIEW_NONE);
    put(d, "    tiers:\n"
           "      - { when: { class: [human, suspect, unknown] }, "
           "price: free }\n");
    put_named(d, path, false);
    if (!others) {
        put_named(d, path, true);
    }
    put(d, others ? "    price: 0.01 usdc\n" : "    price: reject\n");
}

static void put_routes(struct drafting *d)
{
    char room[256];
    for (size_t i = 0; i < d->path_count; i++) {
        text_addf(&d->out, "  - id: robots-%zu\n    match: { path: ", i + 1);
        put_patterns(d, d->paths[i]);
        put(d, " }\n");
        put_tiers(d, example_of(d->paths[i], room, sizeof room));
    }
    put(d, "  - id: everything\n    match: { path: \"/**\" }\n");
    put_tiers(d, VIEW("/"));
}

struct view robots_policy_write(struct arena *arena,
                                const struct robots *robots,
                                robots_policy_knows *knows, void *context)
{
    struct drafting *d = calloc(1, sizeof *d);
    char *room = malloc(ROOM);
    struct view copy = VIEW_NONE;
    if (d && room) {
        d->robots = robots;
        d->knows = knows;
        d->context = context;
        d->out = text_in(room, ROOM);
        gather_paths(d);
        put(d,
            "# Drafted from a robots.txt: what it disallows is refused, the\n"
            "# rest has a price. Nothing is paid to anybody before pay-to is\n"
            "# your own address.\n"
            "version: 1\nassets: { usdc: usdc@base-sepolia }\n"
            "pay-to: \"0x000000000000000000000000000000000000dEaD\"\n"
            "always-free: [/robots.txt, /favicon.ico, /sitemap*.xml, /ads.txt, "
            "/llms.txt, /license.xml, /.well-known/**]\nroutes:\n");
        put_routes(d);
        put(d, "otherwise: free\n");
        copy = d->out.cut ? VIEW_NONE : arena_copy(arena, text_view(&d->out));
    }
    free(room);
    free(d);
    return copy;
}
