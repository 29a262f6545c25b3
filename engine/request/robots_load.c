/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a robots.txt: "user-agent" lines that follow each other begin a
 * group, "allow" and "disallow" are its rules. A pattern is kept as a path
 * of ours is written: unreserved characters decoded.
 */
#include "request/robots_load.h"

#define LINES_MAX 65536

struct robots_reading {
    struct arena *arena;
    struct robots_group *groups;
    struct robots_rule *rules;
    size_t group_count, rule_count;
    size_t first_open; /* groups from here take rules */
    bool taken;        /* ... and have one already */
};

enum robots_line { LINE_OTHER, LINE_AGENT, LINE_ALLOW, LINE_DISALLOW };

static enum robots_line read_line(struct view line, struct view *value)
{
    struct view rest = line;
    struct view key;

    rest.size = view_find(rest, '#');
    key = view_trim(view_cut(&rest, ':'));
    *value = rest.at ? view_trim(rest) : VIEW_NONE;
    if (value->size > 0 && value->at[value->size - 1] == '\r') {
        value->size--;
        *value = view_trim(*value);
    }
    if (!value->at) {
        return LINE_OTHER;
    }
    return view_equal_fold(key, VIEW("user-agent")) ? LINE_AGENT
           : view_equal_fold(key, VIEW("allow"))    ? LINE_ALLOW
           : view_equal_fold(key, VIEW("disallow")) ? LINE_DISALLOW
                                                    : LINE_OTHER;
}

static struct view without_mark(struct view text)
{
    return view_starts(text, VIEW("\xef\xbb\xbf"))
               ? view_of(text.at + 3, text.size - 3)
               : text;
}

bool robots_are(struct view text)
{
    struct view rest = without_mark(text), value;

    while (rest.at) {
        if (read_line(view_cut(&rest, '\n'), &value) == LINE_AGENT) {
            return true;
        }
    }
    return false;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* "%7Eb" is "~b"; what is reserved stays, in upper case. */
static struct view plain_pattern(struct arena *arena, struct view pattern)
{
    struct view copy = arena_copy(arena, pattern);
    char *at = (char *)(size_t)copy.at;
    size_t size = 0;

    for (size_t i = 0; copy.at && i < pattern.size; i++) {
        char c = pattern.at[i];
        int high = c == '%' && i + 2 < pattern.size
                       ? hex_value(pattern.at[i + 1])
                       : -1;
        int low = high >= 0 ? hex_value(pattern.at[i + 2]) : -1;
        char decoded = (char)(high * 16 + low);

        if (low >= 0 && (ascii_is_alnum(decoded) || decoded == '-' ||
                         decoded == '.' || decoded == '_' || decoded == '~')) {
            at[size++] = decoded;
            i += 2;
        } else if (low >= 0) {
            at[size++] = '%';
            at[size++] = "0123456789ABCDEF"[high];
            at[size++] = "0123456789ABCDEF"[low];
            i += 2;
        } else {
            at[size++] = c;
        }
    }
    copy.size = copy.at ? size : 0;
    return copy;
}

static void add_agent(struct robots_reading *r, struct view token)
{
    if (r->taken) {
        r->first_open = r->group_count;
        r->taken = false;
    }
    r->groups[r->group_count++] =
        (struct robots_group){token, &r->rules[r->rule_count], 0};
}

static bool add_rule(struct robots_reading *r, struct view pattern, bool allows)
{
    struct robots_rule *rule = &r->rules[r->rule_count];

    r->taken = true;
    if (pattern.size == 0) {
        return true; /* "Disallow:" forbids nothing */
    }
    rule->pattern = plain_pattern(r->arena, pattern);
    rule->allows = allows;
    r->rule_count++;
    for (size_t i = r->first_open; i < r->group_count; i++) {
        if (r->groups[i].rule_count == 0) {
            r->groups[i].rules = rule;
        }
        r->groups[i].rule_count++;
    }
    return rule->pattern.at != NULL;
}

const struct robots *robots_read(struct arena *arena, struct view text)
{
    struct robots_reading r = {.arena = arena};
    struct robots *robots = arena_alloc(arena, sizeof *robots);
    struct view rest = without_mark(text), value;
    size_t lines = 1;

    for (size_t i = 0; i < text.size; i++) {
        lines += text.at[i] == '\n';
    }
    lines = lines < LINES_MAX ? lines : LINES_MAX;
    r.groups = arena_array(arena, lines, sizeof *r.groups);
    r.rules = arena_array(arena, lines, sizeof *r.rules);
    if (!robots || !r.groups || !r.rules) {
        return NULL;
    }
    for (size_t i = 0; rest.at && i < lines; i++) {
        enum robots_line line = read_line(view_cut(&rest, '\n'), &value);

        if (line == LINE_AGENT && value.size > 0) {
            add_agent(&r, value);
        } else if ((line == LINE_ALLOW || line == LINE_DISALLOW) &&
                   r.group_count > 0 &&
                   !add_rule(&r, value, line == LINE_ALLOW)) {
            return NULL;
        }
    }
    *robots = (struct robots){r.groups, r.group_count};
    return robots;
}
