/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configurations of others, written as a policy of ours.
 */
#include "aws_routes_load.h"
#include "base/hash.h"
#include "loading_load.h"
#include "settings_tables_load.h"

struct conversion {
    struct arena *arena;
    struct problems *problems;
    struct rules *rules; /* the shipped ones, for what labels there are */
};

static bool knows(void *context, struct view label)
{
    return rules_gives(context, label);
}

static struct view convert_routes(struct conversion *c, const struct node *tree)
{
    struct aws_routes_settings settings = {0};
    struct rules_options options = {.jit = false};
    c->rules = rules_new(c->arena, &options, c->problems);
    if (!c->rules || !shipped_rules(c->rules, VIEW("default"), c->arena) ||
        !settings_section(aws_routes_keys, NULL, "aws-routes", &settings,
                          c->arena, c->problems)) {
        return VIEW_NONE;
    }
    return aws_routes_write(c->arena, tree, &settings, knows, c->rules,
                            c->problems);
}

static struct view convert(struct conversion *c, const char *path)
{
    const struct node *tree = tree_read_file(c->arena, path, c->problems);
    if (!tree) {
        return VIEW_NONE;
    }
    if (!aws_routes_are(tree)) {
        problems_add(c->problems, PROBLEM_ERROR, tree->place, "C022", NULL,
                     "expected the routes of AWS' x402 sample");
        return VIEW_NONE;
    }
    return convert_routes(c, tree);
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
