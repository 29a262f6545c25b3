/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Required literals: a set of texts one of which stands in every match of a
 * pattern. Reads a small part of PCRE2's syntax and gives up on the rest:
 *
 *   sequence      the best of its literal runs and of its groups' sets
 *   alternation   the union of its branches' sets; none if one has none
 *   x? x* x{0,}   nothing required      x+ x{2}   x once, then a cut
 *   assertions, classes, escapes, back references, calls: a cut
 *
 * Wrong here means a match that is never looked for, so everything that is
 * not understood to the end is given up: (*VERB), \Q, (?x), conditions.
 */
#include "classify/draft_load.h"

#define DEPTH_MAX 24
#define RUN_MAX 64
#define LENGTH_MIN 2

struct set {
    struct view literals[LITERALS_MAX];
    size_t count; /* 0: nothing is known to be required */
};

struct pattern {
    struct arena *arena;
    const char *at, *end;
    unsigned depth;
    bool folds; /* somewhere case does not matter */
    bool given_up;
};

/* What stands before a quantifier. */
enum item { ITEM_BYTE, ITEM_CUT, ITEM_GROUP };

static bool at_end(const struct pattern *p)
{
    return p->given_up || p->at == p->end;
}

static bool next_is(const struct pattern *p, char c)
{
    return !at_end(p) && *p->at == c;
}

static bool take(struct pattern *p, char c)
{
    bool is = next_is(p, c);

    p->at += is;
    return is;
}

/* Past the next `c`. */
static void skip_past(struct pattern *p, char c)
{
    while (!at_end(p) && *p->at != c) {
        p->at++;
    }
    if (!take(p, c)) {
        p->given_up = true;
    }
}

/* ---- sets ---- */

static size_t shortest(const struct set *set)
{
    size_t least = SIZE_MAX;

    for (size_t i = 0; i < set->count; i++) {
        if (set->literals[i].size < least) {
            least = set->literals[i].size;
        }
    }
    return set->count ? least : 0;
}

/* Longer literals are met more seldom; fewer of them, too. */
static void keep_better(struct set *best, const struct set *other)
{
    size_t a = shortest(best), b = shortest(other);

    if (b < LENGTH_MIN) {
        return;
    }
    if (b > a || (b == a && other->count < best->count)) {
        *best = *other;
    }
}

static void keep_run(struct pattern *p, struct set *best, const char *run,
                     size_t *size)
{
    struct set one = {.count = 1};

    if (*size >= LENGTH_MIN) {
        one.literals[0] = arena_copy(p->arena, view_of(run, *size));
        if (!one.literals[0].at) {
            p->given_up = true;
        } else {
            keep_better(best, &one);
        }
    }
    *size = 0;
}

/* ---- quantifiers ---- */

static bool digits(const char **at, const char *end, bool *zero)
{
    const char *start = *at;

    *zero = true;
    while (*at < end && **at >= '0' && **at <= '9') {
        *zero = *zero && **at == '0';
        (*at)++;
    }
    return *at > start;
}

/* {n} {n,} {n,m}: then true, and past it. */
static bool take_braces(struct pattern *p, bool *may_be_none)
{
    const char *at = p->at + 1;
    bool zero, other;

    if (at < p->end && *at == ',') {
        p->given_up = true; /* {,n}: versions of PCRE2 differ */
        return false;
    }
    if (!digits(&at, p->end, &zero)) {
        return false;
    }
    if (at < p->end && *at == ',') {
        at++;
        digits(&at, p->end, &other);
    }
    if (at == p->end || *at != '}') {
        return false;
    }
    p->at = at + 1;
    *may_be_none = zero;
    return true;
}

static bool take_quantifier(struct pattern *p, bool *may_be_none)
{
    *may_be_none = true;
    if (take(p, '*') || take(p, '?')) {
        return true;
    }
    if (take(p, '+')) {
        *may_be_none = false;
        return true;
    }
    return next_is(p, '{') && take_braces(p, may_be_none);
}

/* All quantifiers of an item, with their lazy and possessive marks. */
static void take_quantifiers(struct pattern *p, bool *optional, bool *single)
{
    bool may_be_none;

    *optional = false;
    *single = true;
    while (!p->given_up && take_quantifier(p, &may_be_none)) {
        *optional = *optional || may_be_none;
        *single = false;
        if (!take(p, '?')) {
            take(p, '+');
        }
    }
}

/* ---- escapes and classes ---- */

/* {name}, <name>, 'name', or a number. */
static void skip_reference(struct pattern *p)
{
    if (take(p, '{')) {
        skip_past(p, '}');
    } else if (take(p, '<')) {
        skip_past(p, '>');
    } else if (take(p, '\'')) {
        skip_past(p, '\'');
    } else {
        while (!at_end(p) && (*p->at == '+' || *p->at == '-' ||
                              (*p->at >= '0' && *p->at <= '9'))) {
            p->at++;
        }
    }
}

static void skip_one_or_braces(struct pattern *p)
{
    if (take(p, '{')) {
        skip_past(p, '}');
    } else if (!at_end(p)) {
        p->at++;
    }
}

static void skip_digits(struct pattern *p, const char *allowed)
{
    while (!at_end(p) && *p->at && strchr(allowed, *p->at)) {
        p->at++;
    }
}

/* After a backslash. */
static enum item read_escape(struct pattern *p, char *byte)
{
    char c;

    if (at_end(p)) {
        p->given_up = true;
        return ITEM_CUT;
    }
    c = *p->at++;
    if (!ascii_is_alnum(c)) {
        *byte = c;
        return ITEM_BYTE;
    }
    if (c >= '0' && c <= '9') {
        skip_digits(p, "0123456789");
    } else if (c == 'x' && !next_is(p, '{')) {
        skip_digits(p, "0123456789abcdefABCDEF");
    } else if (c == 'x' || c == 'o' || c == 'p' || c == 'P') {
        skip_one_or_braces(p);
    } else if (c == 'g' || c == 'k') {
        skip_reference(p);
    } else if (c == 'c') {
        p->at += !at_end(p);
    } else if (!strchr("aefnrtbBAZzGdDsSwWhHvVRXK", c)) {
        p->given_up = true;
    }
    return ITEM_CUT;
}

/* [:alpha:] within a class, after its '['. */
static void skip_posix(struct pattern *p)
{
    take(p, ':');
    take(p, '^');
    while (!at_end(p) && *p->at >= 'a' && *p->at <= 'z') {
        p->at++;
    }
    if (!take(p, ':') || !take(p, ']')) {
        p->given_up = true;
    }
}

/* After '['. */
static void skip_class(struct pattern *p)
{
    take(p, '^');
    take(p, ']');
    while (!at_end(p) && *p->at != ']') {
        char c = *p->at++;

        if (c == '\\') {
            if (next_is(p, 'Q') || next_is(p, 'E')) {
                p->given_up = true;
            }
            take(p, 'c'); /* and the letter behind it */
            p->at += !at_end(p);
        } else if (c == '[' && next_is(p, ':')) {
            skip_posix(p);
        } else if (c == '[' && (next_is(p, '.') || next_is(p, '='))) {
            p->given_up = true;
        }
    }
    if (!take(p, ']')) {
        p->given_up = true;
    }
}

/* ---- groups ---- */

static void read_alternation(struct pattern *p, struct set *out);

enum group {
    GROUP_PLAIN, /* what is in it is required */
    GROUP_ASIDE, /* an assertion */
    GROUP_NONE   /* nothing is left to read: options, calls, comments */
};

/* "(?i-s:" and "(?i)"; after "(?". */
static enum group read_options(struct pattern *p)
{
    while (!at_end(p) && *p->at && strchr("imsUJn-", *p->at)) {
        p->folds = p->folds || *p->at == 'i';
        p->at++;
    }
    if (take(p, ':')) {
        return GROUP_PLAIN;
    }
    if (!take(p, ')')) {
        p->given_up = true;
    }
    return GROUP_NONE;
}

/* A quantifier after a comment belongs to what stands before it. */
static enum group skip_comment(struct pattern *p)
{
    skip_past(p, ')');
    if (!at_end(p) && *p->at && strchr("*+?{", *p->at)) {
        p->given_up = true;
    }
    return GROUP_NONE;
}

/* After "(?<" or "(?P<": a name. */
static enum group skip_name(struct pattern *p, char end)
{
    skip_past(p, end);
    return GROUP_PLAIN;
}

/* After "(?". */
static enum group read_special(struct pattern *p)
{
    if (take(p, ':') || take(p, '>') || take(p, '|')) {
        return GROUP_PLAIN;
    }
    if (take(p, '=') || take(p, '!')) {
        return GROUP_ASIDE;
    }
    if (take(p, '#')) {
        return skip_comment(p);
    }
    if (take(p, '<')) {
        return take(p, '=') || take(p, '!') ? GROUP_ASIDE : skip_name(p, '>');
    }
    if (take(p, '\'')) {
        return skip_name(p, '\'');
    }
    if (take(p, 'P')) {
        if (take(p, '<')) {
            return skip_name(p, '>');
        }
        skip_past(p, ')');
        return GROUP_NONE;
    }
    if (next_is(p, 'R') || next_is(p, '&') || next_is(p, '+') ||
        (!at_end(p) && *p->at >= '0' && *p->at <= '9')) {
        skip_past(p, ')');
        return GROUP_NONE;
    }
    if (p->end - p->at > 1 && *p->at == '-' && p->at[1] >= '0' &&
        p->at[1] <= '9') {
        skip_past(p, ')');
        return GROUP_NONE;
    }
    return read_options(p);
}

/* After '('. */
static enum item read_group(struct pattern *p, struct set *out)
{
    enum group group = GROUP_PLAIN;

    out->count = 0;
    if (next_is(p, '*') || p->depth == DEPTH_MAX) {
        p->given_up = true;
        return ITEM_CUT;
    }
    if (take(p, '?')) {
        group = read_special(p);
    }
    if (group == GROUP_NONE || p->given_up) {
        return ITEM_CUT;
    }
    p->depth++;
    read_alternation(p, out);
    p->depth--;
    if (!take(p, ')')) {
        p->given_up = true;
    }
    return group == GROUP_PLAIN ? ITEM_GROUP : ITEM_CUT;
}

/* ---- sequences and alternations ---- */

static enum item read_item(struct pattern *p, char *byte, struct set *group)
{
    char c = *p->at++;

    switch (c) {
    case '\\':
        return read_escape(p, byte);
    case '[':
        skip_class(p);
        return ITEM_CUT;
    case '(':
        return read_group(p, group);
    case '.':
    case '^':
    case '$':
        return ITEM_CUT;
    case '*':
    case '+':
    case '?':
        p->given_up = true;
        return ITEM_CUT;
    default:
        *byte = c;
        return ITEM_BYTE;
    }
}

static void read_sequence(struct pattern *p, struct set *best)
{
    char run[RUN_MAX];
    size_t size = 0;

    best->count = 0;
    while (!at_end(p) && *p->at != '|' && *p->at != ')') {
        struct set group;
        char byte = 0;
        enum item item = read_item(p, &byte, &group);
        bool optional, single;

        take_quantifiers(p, &optional, &single);
        if (p->given_up) {
            return;
        }
        if (item == ITEM_BYTE && !optional) {
            run[size++] = byte;
        }
        if (item != ITEM_BYTE || !single || size == RUN_MAX) {
            keep_run(p, best, run, &size);
        }
        if (item == ITEM_GROUP && !optional) {
            keep_better(best, &group);
        }
    }
    keep_run(p, best, run, &size);
}

static void read_alternation(struct pattern *p, struct set *out)
{
    bool lost = false;

    out->count = 0;
    do {
        struct set branch;

        read_sequence(p, &branch);
        if (branch.count == 0 || out->count + branch.count > LITERALS_MAX) {
            lost = true;
        }
        for (size_t i = 0; i < branch.count && !lost; i++) {
            out->literals[out->count++] = branch.literals[i];
        }
    } while (take(p, '|'));
    if (lost) {
        out->count = 0;
    }
}

size_t regex_literals(struct arena *arena, struct view pattern,
                      struct view literals[LITERALS_MAX], bool *folds)
{
    struct pattern p = {
        .arena = arena, .at = pattern.at, .end = pattern.at + pattern.size};
    struct set set;

    *folds = false;
    if (pattern.size == 0) {
        return 0;
    }
    read_alternation(&p, &set);
    if (p.given_up || p.at != p.end) {
        /* A stated literal may still be looked for: in any case. */
        *folds = true;
        return 0;
    }
    *folds = p.folds;
    memcpy(literals, set.literals, set.count * sizeof(*literals));
    return set.count;
}
