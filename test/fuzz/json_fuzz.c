/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON reader against jansson: both read the same tree, or both refuse.
 * Ours is stricter in three ways, which are told apart: depth, keys in an
 * object, keys open at once. jansson alone refuses numbers that no double or
 * 64-bit integer holds, and keys with a NUL. What was read is also written,
 * and read again.
 */
/* jansson's names that ours are too; at run time nothing clashes, since ours
 * are hidden. */
#define JSON_OBJECT JANSSON_OBJECT
#define JSON_ARRAY JANSSON_ARRAY
#define JSON_STRING JANSSON_STRING
#define JSON_TRUE JANSSON_TRUE
#define JSON_FALSE JANSSON_FALSE
#define JSON_NULL JANSSON_NULL
#define json_string jansson_string
#define json_null jansson_null
#include <jansson.h>
#undef JSON_OBJECT
#undef JSON_ARRAY
#undef JSON_STRING
#undef JSON_TRUE
#undef JSON_FALSE
#undef JSON_NULL
#undef json_string
#undef json_null

#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Without NDEBUG's way out. */
static void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

static bool is_inside(struct view v, const char *at, size_t size)
{
    return v.at >= at && v.size <= size && v.at + v.size <= at + size;
}

/* The value whose first event `json` is at: compares, reads to its end. */
static void same_value(struct json *json, const json_t *value);

static void same_object(struct json *json, const json_t *value)
{
    size_t n = 0;

    must(json_typeof(value) == JANSSON_OBJECT, "an object for ours alone");
    while (json_next(json) == JSON_KEY) {
        const json_t *member =
            json_object_getn(value, json->text.at, json->text.size);

        must(member != NULL, "a key for ours alone");
        must(json_next(json) != JSON_ERROR, "an error in what was right");
        same_value(json, member);
        n++;
    }
    must(json->kind == JSON_END, "an object's end");
    must(n == json_object_size(value), "another number of keys");
}

static void same_array(struct json *json, const json_t *value)
{
    size_t n = 0;

    must(json_typeof(value) == JANSSON_ARRAY, "an array for ours alone");
    while (json_next(json) != JSON_END) {
        must(json->kind != JSON_ERROR, "an error in what was right");
        must(n < json_array_size(value), "an item for ours alone");
        same_value(json, json_array_get(value, n++));
    }
    must(n == json_array_size(value), "another number of items");
}

static void same_value(struct json *json, const json_t *value)
{
    switch (json->kind) {
    case JSON_OBJECT:
        same_object(json, value);
        break;
    case JSON_ARRAY:
        same_array(json, value);
        break;
    case JSON_STRING:
        must(json_typeof(value) == JANSSON_STRING, "a string for ours alone");
        must(view_equal(json->text, view_of(json_string_value(value),
                                            json_string_length(value))),
             "another string");
        must(utf8_check(json->text) == json->text.size, "not UTF-8");
        break;
    case JSON_NUMBER:
        must(json_typeof(value) == JSON_INTEGER ||
                 json_typeof(value) == JSON_REAL,
             "a number for ours alone");
        break;
    case JSON_TRUE:
        must(json_typeof(value) == JANSSON_TRUE, "true for ours alone");
        break;
    case JSON_FALSE:
        must(json_typeof(value) == JANSSON_FALSE, "false for ours alone");
        break;
    case JSON_NULL:
        must(json_typeof(value) == JANSSON_NULL, "null for ours alone");
        break;
    default:
        must(false, "no value");
    }
}

/* Reads to the end, with the views checked and what was read written to
 * `out` (may be NULL). */
static enum json_kind read_all(struct json *json, struct json_writer *out)
{
    enum json_kind kind;
    enum json_kind open[JSON_DEPTH_MAX + 1];

    do {
        kind = json_next(json);
        must(json->at <= json->input.size, "beyond the input");
        must(json->scratch_used <= json->scratch_room, "beyond the scratch");
        if (json->text.at) {
            must(is_inside(json->text, json->input.at, json->input.size) ||
                     is_inside(json->text, json->scratch, json->scratch_room),
                 "a text from nowhere");
        }
        if (!out) {
            continue;
        }
        if (kind == JSON_OBJECT || kind == JSON_ARRAY) {
            open[json->depth] = kind;
            (kind == JSON_OBJECT ? json_open_object : json_open_array)(out);
        } else if (kind == JSON_END) {
            (open[json->depth + 1] == JSON_OBJECT ? json_close_object
                                                  : json_close_array)(out);
        } else if (kind == JSON_KEY) {
            json_key_view(out, json->text);
        } else if (kind == JSON_STRING) {
            json_string(out, json->text);
        } else if (kind == JSON_NUMBER) {
            json_raw_text(out, json->text);
        } else if (kind == JSON_TRUE || kind == JSON_FALSE) {
            json_bool(out, kind == JSON_TRUE);
        } else if (kind == JSON_NULL) {
            json_null(out);
        }
    } while (kind != JSON_DONE && kind != JSON_ERROR);
    return kind;
}

/* What was read and written reads the same again, byte by byte when it is
 * written once more. */
static void written_again(struct view input, char *scratch, size_t room)
{
    size_t size = 6 * input.size + 16;
    char *first = malloc(size), *second = malloc(size);
    struct text a = text_in(first, size), b = text_in(second, size);
    struct json_writer wa = {&a, false}, wb = {&b, false};
    char *again = malloc(size);
    struct json json;

    json_start(&json, input, JSON_DEPTH_MAX, scratch, room);
    must(read_all(&json, &wa) == JSON_DONE && !a.cut, "written");
    json_start(&json, text_view(&a), JSON_DEPTH_MAX, again, size);
    must(read_all(&json, &wb) == JSON_DONE && !b.cut, "written again");
    must(view_equal(text_view(&a), text_view(&b)), "the same");
    free(first);
    free(second);
    free(again);
}

/* A value taken whole by json_raw() is the whole input but for the space. */
static void taken_whole(struct view input, char *scratch, size_t room)
{
    struct json json;
    struct view raw;
    size_t from = 0;

    json_start(&json, input, JSON_DEPTH_MAX, scratch, room);
    json_next(&json);
    raw = json_raw(&json);
    while (strchr(" \t\r\n", input.at[from])) {
        from++;
    }
    must(raw.at == input.at + from, "the value's first byte");
    must(json_next(&json) == JSON_DONE, "nothing after it");
}

/* Why jansson may refuse what we take: its numbers are of the machine, its
 * keys C strings. */
static bool is_of_c(const json_error_t *error)
{
    enum json_error_code code = json_error_code(error);

    return code == json_error_numeric_overflow ||
           code == json_error_null_byte_in_key;
}

/* jansson takes a NUL behind the value for the end. */
static bool is_nul_at_end(const struct json *json)
{
    return json->at < json->input.size && json->input.at[json->at] == '\0';
}

static bool is_limit(const struct json *json)
{
    return !strcmp(json->error, "nested too deeply") ||
           !strcmp(json->error, "too many keys");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct view input = view_of((const char *)data, size);
    char *scratch = malloc(size ? size : 1);
    struct json json;
    json_error_t error;
    json_t *value;
    enum json_kind kind;

    json_start(&json, input, JSON_DEPTH_MAX, scratch, size);
    kind = read_all(&json, NULL);
    value = json_loadb(
        input.at, size,
        JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (kind == JSON_DONE) {
        must(value || is_of_c(&error), "jansson refuses");
        written_again(input, scratch, size);
        taken_whole(input, scratch, size);
    } else {
        must(!value || is_limit(&json) || is_nul_at_end(&json),
             "jansson alone takes it");
    }
    if (value && kind == JSON_DONE) {
        json_start(&json, input, JSON_DEPTH_MAX, scratch, size);
        json_next(&json);
        same_value(&json, value);
        must(json_next(&json) == JSON_DONE, "the end");
    }
    json_decref(value);
    free(scratch);
    return 0;
}
