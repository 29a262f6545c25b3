/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members of JSON objects, picked out by a table of the keys that are looked
 * at; all others are skipped, but must be JSON. Tables nest as objects do.
 *
 *   {"a": 1, "b": {"c": "x", "d": []}}     rows: a -> 0, b -> 1 (c -> 2)
 *   values:  [0] number 1   [1] object {"c"...}   [2] string x
 */
#ifndef WB_PAYMENT_MEMBERS_H
#define WB_PAYMENT_MEMBERS_H

#include "base/arena.h"
#include "base/json.h"

struct member_row {
    struct view name;
    size_t value;                    /* its place among the values */
    const struct member_row *inside; /* of an object; NULL: not looked into */
};

#define MEMBER(name, value, inside)                                            \
    {                                                                          \
        {name, sizeof(name) - 1}, value, inside                                \
    }
#define MEMBERS_END                                                            \
    {                                                                          \
        {NULL, 0}, 0, NULL                                                     \
    }

struct json_value {
    enum json_kind kind; /* JSON_ERROR: the key is not there */
    struct view text;    /* a string, a number; an object's or list's JSON */
};

/* `text` must be one object. Texts live in it or in the workspace. NULL, or
 * the reason why it is malformed. `values` must be zeroed. */
const char *members_read(struct view text, const struct member_row *rows,
                         struct arena *workspace, struct json_value *values);
/* The same of base64 (base64url if `url`); *text gets the JSON. */
const char *members_decode(struct view code, bool url,
                           const struct member_row *rows,
                           struct arena *workspace, struct json_value *values,
                           struct view *text);

static inline bool value_is_there(const struct json_value *value)
{
    return value->kind != JSON_ERROR && value->kind != JSON_NULL;
}

static inline bool value_is_string(const struct json_value *value)
{
    return value->kind == JSON_STRING && value->text.size > 0;
}

/* Printable ASCII without space, quote and backslash, not too long. */
bool value_is_token(const struct json_value *value);
/* A string that is a time of RFC 3339: seconds since the epoch. */
bool value_to_time(const struct json_value *value, uint64_t *seconds);

#endif
