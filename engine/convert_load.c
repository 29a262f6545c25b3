/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configurations of others, written as a policy of ours. What a file is,
 * its text tells: JSON with routes, or lines with "user-agent:".
 *
 *   C022 a file that is none of these
 */
#include <stdlib.h>

#include "base/file_load.h"
#include "base/hash.h"
#include "loading_load.h"
#include "request/robots_load.h"
#include "robots_policy_load.h"
#include "settings_tables_load.h"

#define BYTES_MAX (4 << 20)

struct conversion {
    struct arena *arena;
    struct problems *problems;
    struct rules *rules; /* the shipped ones, for what labels there are */
};

static bool knows(void *context, struct view label)
{
    return rules_gives(context, label);
}

static bool load_rules(struct conversion *c)
{
    struct rules_options options = {.jit = false};
    c->rules = rules_new(c->arena, &options, c->problems);
    return c->rules && shipped_rules(c->rules, VIEW("default"), c->arena);
}

static struct view convert_routes(struct conversion *c, const struct node *tree)
{
    struct aws_routes_settings settings = {0};
    if (!settings_section(aws_routes_keys, NULL, "aws-routes", &settings,
                          c->arena, c->problems)) {
        return VIEW_NONE;
    }
    return aws_routes_write(c->arena, tree, &settings, knows, c->rules,
                            c->problems);
}

static struct view refuse(struct conversion *c, const char *path,
                          const char *why)
{
    struct source *source = arena_alloc(c->arena, sizeof *source);
    struct place place = {source, 0, 0};
    if (source) {
        *source = (struct source){view_text(path), VIEW("")};
    }
    problems_add(c->problems, PROBLEM_ERROR, place, "C022", NULL, "%s", why);
    return VIEW_NONE;
}

static struct view convert_text(struct conversion *c, const char *path,
                                struct view text)
{
    if (!load_rules(c)) {
        return VIEW_NONE;
    }
    if (robots_are(text)) {
        const struct robots *robots = robots_read(c->arena, text);
        return robots ? robots_policy_write(c->arena, robots, knows, c->rules)
                      : VIEW_NONE;
    }
    const struct node *tree =
        tree_read_text(c->arena, view_text(path), text, c->problems);
    if (tree && !aws_routes_are(tree)) {
        return refuse(c, path,
                      "expected a robots.txt, or the routes of AWS' x402 "
                      "sample");
    }
    return tree ? convert_routes(c, tree) : VIEW_NONE;
}

static struct view convert(struct conversion *c, const char *path)
{
    struct file_text file;
    file_read(path, BYTES_MAX, &file);
    if (!file.text) {
        return refuse(c, path, file.error);
    }
    struct view copy = arena_copy(c->arena, view_of(file.text, file.size));
    free(file.text);
    return copy.at ? convert_text(c, path, copy) : VIEW_NONE;
}

enum wb_status wb_convert(const char *path, struct wb_problems *problems,
                          wb_sink *sink, void *context)
{
    struct conversion c = {arena_new(), (struct problems *)problems, NULL};
    if (!path || !sink || !hash_start() || !c.arena) {
        arena_free(c.arena);
        return path && sink ? WB_ERROR_MEMORY : WB_ERROR_ARGUMENT;
    }
    struct view text = convert(&c, path);
    if (text.at) {
        sink(context, text.at, text.size);
    }
    arena_free(c.arena);
    return text.at ? WB_OK : WB_ERROR_CONFIG;
}
