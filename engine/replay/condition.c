/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks a number up in a summary and compares it; see condition.h.
 */
#include "replay/condition.h"

#include <math.h>
#include <stdlib.h>

#include "base/json.h"

#define KEY_MAX 200
#define SCRATCH 4096 /* names of one summary that hold escapes, at once */

enum comparison { LESS, LESS_EQUAL, MORE, MORE_EQUAL, EQUAL, UNEQUAL };

struct condition {
    struct view key, by; /* by: NONE, or what key is divided by */
    enum comparison comparison;
    double number;
};

/* ---- its form ---- */

static struct view word(struct view *rest)
{
    *rest = view_trim(*rest);
    struct view part = *rest;
    part.size = view_find(part, ' ');
    *rest = view_trim(view_of(rest->at + part.size, rest->size - part.size));
    return part;
}

static bool number_read(struct view text, double *out)
{
    char room[64];
    char *end;

    if (text.size == 0 || text.size >= sizeof room) {
        return false;
    }
    memcpy(room, text.at, text.size);
    room[text.size] = '\0';
    *out = strtod(room, &end);
    return *end == '\0' && isfinite(*out);
}

static bool parse(const char *text, struct condition *c)
{
    static const char *const names[] = {"<", "<=", ">", ">=", "==", "!="};
    struct view rest = view_text(text);

    c->key = word(&rest);
    c->by = VIEW_NONE;
    struct view op = word(&rest);
    if (view_equal(op, VIEW("/"))) {
        c->by = word(&rest);
        op = word(&rest);
    }
    struct view number = word(&rest);
    if (c->key.size == 0 || c->key.size > KEY_MAX || rest.size > 0 ||
        (c->by.at && c->by.size == 0)) {
        return false;
    }
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (view_equal(op, view_text(names[i]))) {
            c->comparison = (enum comparison)i;
            return number_read(number, &c->number);
        }
    }
    return false;
}

bool condition_is_one(const char *condition)
{
    struct condition c;

    return parse(condition, &c);
}

/* ---- what it is about ---- */

struct lookup {
    struct json json;
    char scratch[SCRATCH];
};

/* Scratch is not used twice: names that are compared with are plain. */
static enum json_kind next(struct lookup *l)
{
    l->json.scratch_used = 0;
    return json_next(&l->json);
}

/* Enters the member of that name of an object whose first event was read. */
static bool enter_member(struct lookup *l, struct view name)
{
    while (next(l) == JSON_KEY) {
        bool found = view_equal(l->json.text, name);
        if (found) {
            next(l);
            return true;
        }
        if (!json_skip(&l->json)) {
            return false;
        }
    }
    return false;
}

/* Is it an object whose first member has this text? It is read up to there. */
static bool is_named(struct lookup *l, struct view name)
{
    return l->json.kind == JSON_OBJECT && next(l) == JSON_KEY &&
           next(l) == JSON_STRING && view_equal(l->json.text, name);
}

/* Leaves what was entered, for an array's next item. */
static bool leave(struct lookup *l, unsigned depth)
{
    while (l->json.depth > depth) {
        if (next(l) == JSON_ERROR) {
            return false;
        }
    }
    return true;
}

static bool enter_item(struct lookup *l, struct view name)
{
    unsigned long long place = 0, i = 0;
    bool by_place = view_to_u64(name, &place);
    unsigned depth = l->json.depth;

    while (next(l) != JSON_END && l->json.kind != JSON_ERROR) {
        if (by_place ? i++ == place : is_named(l, name)) {
            return true;
        }
        if (!leave(l, depth)) {
            return false;
        }
    }
    return false;
}

/* The rest of an item that was entered by its name is its other members. */
static bool enter(struct lookup *l, struct view name, bool inside)
{
    if (inside || l->json.kind == JSON_OBJECT) {
        return enter_member(l, name);
    }
    return l->json.kind == JSON_ARRAY && enter_item(l, name);
}

static double find(struct view key, struct view summary)
{
    struct lookup *l = malloc(sizeof *l);
    double number = 0;
    bool found = l != NULL;
    bool inside = false;

    if (l) {
        json_start(&l->json, summary, JSON_DEPTH_MAX, l->scratch, SCRATCH);
        next(l);
    }
    while (found && key.at) {
        bool list = l->json.kind == JSON_ARRAY && !inside;
        struct view name = view_cut(&key, '.');
        found = enter(l, name, inside);
        unsigned long long place;
        inside = found && list && !view_to_u64(name, &place);
    }
    if (found && (l->json.kind == JSON_NUMBER || l->json.kind == JSON_STRING) &&
        !number_read(l->json.text, &number)) {
        number = 0;
    }
    free(l);
    return number;
}

/* Is the first name of the key a member of the summary? */
static bool begins(struct view key, struct view summary)
{
    struct lookup *l = malloc(sizeof *l);
    bool found = false;

    if (l) {
        json_start(&l->json, summary, JSON_DEPTH_MAX, l->scratch, SCRATCH);
        next(l);
        found = enter(l, view_cut(&key, '.'), false);
    }
    free(l);
    return found;
}

bool condition_is_known(const char *condition, struct view summary)
{
    struct condition c;

    return parse(condition, &c) && begins(c.key, summary) &&
           (!c.by.at || begins(c.by, summary));
}

bool condition_holds(const char *condition, struct view summary, double *left)
{
    struct condition c;

    if (!parse(condition, &c)) {
        return false;
    }
    *left = find(c.key, summary);
    if (c.by.at) {
        double by = find(c.by, summary);
        *left = by > 0 ? *left / by : 0;
    }
    switch (c.comparison) {
    case LESS:
        return *left < c.number;
    case LESS_EQUAL:
        return *left <= c.number;
    case MORE:
        return *left > c.number;
    case MORE_EQUAL:
        return *left >= c.number;
    case EQUAL:
        return !(*left < c.number) && !(*left > c.number);
    default:
        return *left < c.number || *left > c.number;
    }
}
