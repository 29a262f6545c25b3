/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass of the JSON reader; it goes as deep as the tables do. Whether a
 * value is any good is not asked here.
 */
#include "payment/members.h"

#include "base/codec.h"
#include "base/record_time.h"

#define TOKEN_MAX 128
#define SECOND INT64_C(1000000)

static const struct member_row *find_row(const struct member_row *rows,
                                         struct view name)
{
    for (; rows->name.at; rows++) {
        if (view_equal(rows->name, name)) {
            return rows;
        }
    }
    return NULL;
}

/* Reads an object whose start was just read, to its end. False: the JSON is
 * wrong (json->kind says so). */
static bool collect(struct json *json, const struct member_row *rows,
                    struct json_value *values)
{
    while (json_next(json) == JSON_KEY) {
        const struct member_row *row = find_row(rows, json->text);
        struct json_value *value;
        size_t from;

        json_next(json);
        if (!row) {
            json_skip(json);
            continue;
        }
        from = json->from;
        value = &values[row->value];
        *value = (struct json_value){json->kind, json->text};
        if (json->kind == JSON_OBJECT && row->inside) {
            collect(json, row->inside, values);
        } else {
            json_skip(json);
        }
        if (value->kind == JSON_OBJECT || value->kind == JSON_ARRAY) {
            value->text = view_of(json->input.at + from, json->at - from);
        }
    }
    return json->kind == JSON_END;
}

const char *members_read(struct view text, const struct member_row *rows,
                         struct arena *workspace, struct json_value *values)
{
    struct json json;
    char *scratch = NULL;

    if (text.size > 0 && memchr(text.at, '\\', text.size)) {
        scratch = arena_alloc(workspace, text.size);
        if (!scratch) {
            return "no_room";
        }
    }
    json_start(&json, text, JSON_DEPTH_MAX, scratch, text.size);
    if (json_next(&json) != JSON_OBJECT) {
        return json.kind == JSON_ERROR ? "not_json" : "not_an_object";
    }
    if (!collect(&json, rows, values) || json_next(&json) != JSON_DONE) {
        return "not_json";
    }
    return NULL;
}

const char *members_decode(struct view code, bool url,
                           const struct member_row *rows,
                           struct arena *workspace, struct json_value *values,
                           struct view *text)
{
    char *room = arena_alloc(workspace, base64_room(code.size));
    size_t size;

    if (!room) {
        return "no_room";
    }
    if (!(url ? base64url_decode(code, room, &size)
              : base64_decode(code, room, &size))) {
        return url ? "not_base64url" : "not_base64";
    }
    *text = view_of(room, size);
    return members_read(*text, rows, workspace, values);
}

bool value_is_token(const struct json_value *value)
{
    struct view text = value->text;

    if (!value_is_string(value) || text.size > TOKEN_MAX) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        char c = text.at[i];

        if (c <= ' ' || c > '~' || c == '"' || c == '\\') {
            return false;
        }
    }
    return true;
}

bool value_to_time(const struct json_value *value, uint64_t *seconds)
{
    int64_t at;

    /* A record's time may also be a number or have a space for the T. */
    if (value->kind != JSON_STRING || value->text.size < 11 ||
        value->text.at[10] != 'T' || !record_time_read(value->text, &at)) {
        return false;
    }
    *seconds = (uint64_t)(at / SECOND);
    return true;
}
