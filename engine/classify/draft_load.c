/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The draft itself: its start, and how all that read into it report what is
 * wrong. It knows none of them.
 */
#include "classify/draft_load.h"

#include <stdarg.h>
#include <stdio.h>

struct rules *rules_new(struct arena *arena,
                        const struct rules_options *options,
                        struct problems *problems)
{
    static const unsigned char plain[TRANSFORMS_MAX] = {0};
    struct rules *rules = arena_alloc(arena, sizeof(*rules));

    if (!rules) {
        return NULL;
    }
    rules->arena = arena;
    rules->options = *options;
    rules->problems = problems;
    rules->plan = plan_new(arena);
    names_start(&rules->files, arena);
    names_start(&rules->rule_ids, arena);
    names_start(&rules->atom_keys, arena);
    names_start(&rules->labels, arena);
    names_start(&rules->rate_names, arena);
    names_start(&rules->set_names, arena);
    for (size_t i = 0; i < options->set_count; i++) {
        struct view name = arena_copy(arena, options->sets[i].name);

        if (!name.at || names_add(&rules->set_names, name) != i) {
            return NULL;
        }
    }
    if (!rules->plan) {
        return NULL;
    }
    /* The class asks whether the user agent is known. */
    rules->user_agent_slot =
        plan_slot(rules->plan, FIELD_USER_AGENT, VIEW_NONE, plain);
    return rules->user_agent_slot == SIZE_MAX ? NULL : rules;
}

struct plan *rules_plan(const struct rules *rules)
{
    return rules->plan;
}

void rules_miss(struct rules *rules)
{
    rules->broken = true;
}

struct draft_node *draft_node_new(struct rules *rules, enum draft_kind kind)
{
    struct draft_node *node = arena_alloc(rules->arena, sizeof(*node));

    if (!node) {
        rules_no_memory(rules);
        return NULL;
    }
    node->kind = kind;
    return node;
}

bool id_is_good(struct view id)
{
    for (size_t i = 0; i < id.size; i++) {
        char c = id.at[i];
        bool inner = c == '-' && i > 0;

        if (!inner && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) {
            return false;
        }
    }
    return id.size > 0;
}

/* ---- problems ---- */

static const char *const problem_codes[RULE_PROBLEM_COUNT] = {
#define RULE_PROBLEM_CODE(id, code, doc) code,
    RULE_PROBLEM_TABLE(RULE_PROBLEM_CODE)
#undef RULE_PROBLEM_CODE
};

void rules_refuse(struct rules *rules, struct place place,
                  enum rule_problem problem, const char *hint,
                  const char *format, ...)
{
    char message[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    problems_add(rules->problems, PROBLEM_ERROR, place, problem_codes[problem],
                 hint, "%s", message);
}

const char *hint_nearest(char room[HINT_ROOM], const char *nearest)
{
    if (!nearest) {
        return NULL;
    }
    snprintf(room, HINT_ROOM, "did you mean '%s'?", nearest);
    return room;
}

bool rules_no_memory(struct rules *rules)
{
    rules_refuse(rules, (struct place){0}, RULE_MEMORY, NULL, "out of memory");
    return false;
}
