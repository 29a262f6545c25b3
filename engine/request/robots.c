/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking a robots.txt. A pattern is matched against path and query as one
 * text; stars are tried from the left, each as short as the rest allows, so
 * that no pattern takes more steps than its length times the path's.
 */
#include "request/robots.h"

#include <stdint.h>

static bool is_word(struct view text, size_t at, size_t size)
{
    return (at == 0 || !ascii_is_alnum(text.at[at - 1])) &&
           (at + size == text.size || !ascii_is_alnum(text.at[at + size]));
}

static bool holds_word(struct view text, struct view word)
{
    for (size_t i = 0; word.size > 0 && i + word.size <= text.size; i++) {
        if (view_fold_equal(text.at + i, word.at, word.size) &&
            is_word(text, i, word.size)) {
            return true;
        }
    }
    return false;
}

struct view robots_token(const struct robots *robots, struct view user_agent)
{
    struct view best = VIEW_NONE;

    for (size_t i = 0; i < robots->group_count; i++) {
        struct view token = robots->groups[i].token;

        if (view_equal(token, VIEW("*"))) {
            best = best.at ? best : token;
        } else if ((!best.at || view_equal(best, VIEW("*")) ||
                    token.size > best.size) &&
                   holds_word(user_agent, token)) {
            best = token;
        }
    }
    return best;
}

/* The byte at `i` of path, '?' and query. */
static char byte_at(struct view path, struct view query, size_t i)
{
    if (i < path.size) {
        return path.at[i];
    }
    return i == path.size ? '?' : query.at[i - path.size - 1];
}

static bool matches(struct view pattern, struct view path, struct view query)
{
    size_t size = path.size + (query.at ? query.size + 1 : 0);
    size_t p = 0, t = 0, star = SIZE_MAX, from = 0;
    bool ends = pattern.size > 0 && pattern.at[pattern.size - 1] == '$';

    pattern.size -= ends;
    for (;;) {
        if (p < pattern.size && pattern.at[p] == '*') {
            star = ++p;
            from = t;
        } else if (p == pattern.size && (!ends || t == size)) {
            return true;
        } else if (p < pattern.size && t < size &&
                   pattern.at[p] == byte_at(path, query, t)) {
            p++;
            t++;
        } else if (star != SIZE_MAX && from < size) {
            p = star; /* the star takes one byte more */
            t = ++from;
        } else {
            return false;
        }
    }
}

bool robots_allows(const struct robots *robots, struct view token,
                   struct view path, struct view query)
{
    size_t longest = 0;
    bool allows = true;

    for (size_t i = 0; i < robots->group_count; i++) {
        const struct robots_group *group = &robots->groups[i];

        for (size_t k = 0;
             view_equal_fold(group->token, token) && k < group->rule_count;
             k++) {
            const struct robots_rule *rule = &group->rules[k];

            if (rule->pattern.size < longest ||
                !matches(rule->pattern, path, query)) {
                continue;
            }
            allows = rule->allows ||
                     (allows && rule->pattern.size == longest && longest > 0);
            longest = rule->pattern.size;
        }
    }
    return allows;
}
