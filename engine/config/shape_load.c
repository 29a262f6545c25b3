/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables and shapes as a JSON Schema. A value of a YAML file is text until
 * its key says what it is, so that text may look like a number, and a number
 * may be quoted.
 */
#include "config/shape.h"

#include <stdlib.h>

#include "base/json.h"

#define NAMED_MAX 64
#define ROOM 16384 /* no property's own part is longer */

struct shape_writer {
    struct json_writer json;
    struct text text;
    shape_sink *sink;
    void *context;
    const struct shape *named[NAMED_MAX]; /* in the order they were met */
    size_t named_count;
    char room[ROOM];
};

const struct shape shape_scalar = {.kind = SHAPE_SCALAR};
static const struct shape scalar_list = {.kind = SHAPE_LIST,
                                         .of = &shape_scalar};
static const struct shape *const scalar_or_list[] = {&shape_scalar,
                                                     &scalar_list, NULL};
const struct shape shape_scalars = {.kind = SHAPE_EITHER,
                                    .either = scalar_or_list};
static const char *const truths[] = {"true", "false", NULL};
const struct shape shape_truth = {.kind = SHAPE_CHOICE, .words = truths};

static void flush(struct shape_writer *w)
{
    w->sink(w->context, w->text.at, w->text.size);
    w->text.size = 0;
}

static void member(struct shape_writer *w, const char *key, const char *value)
{
    json_member(&w->json, key, view_text(value));
}

/* ---- values ---- */

static void write_scalar(struct shape_writer *w, const char *pattern)
{
    json_key(&w->json, "type");
    json_raw_text(&w->json, VIEW("[\"string\",\"number\",\"boolean\"]"));
    if (pattern) {
        member(w, "pattern", pattern);
    }
}

/* Quoted or not: "true" is a word, and a truth value to whoever reads YAML. */
static void write_words(struct shape_writer *w, const char *const *words)
{
    json_key(&w->json, "enum");
    json_open_array(&w->json);
    for (; *words; words++) {
        struct view word = view_text(*words);

        json_string(&w->json, word);
        if (view_equal(word, VIEW("true")) || view_equal(word, VIEW("false"))) {
            json_raw_text(&w->json, word);
        }
    }
    json_close_array(&w->json);
}

static void write_integer(struct shape_writer *w, const struct schema_key *key)
{
    json_key(&w->json, "type");
    json_raw_text(&w->json, VIEW("[\"integer\",\"string\"]"));
    member(w, "pattern", "^(0|-?[1-9][0-9]*)$");
    if (key->min != 0 || key->max != 0) {
        json_key(&w->json, "minimum");
        json_number(&w->json, key->min);
        json_key(&w->json, "maximum");
        json_number(&w->json, key->max);
    }
}

static void write_quantity(struct shape_writer *w, const char *pattern)
{
    member(w, "type", "string");
    member(w, "pattern", pattern);
}

static void write_default(struct shape_writer *w, const struct schema_key *key)
{
    struct view preset = view_text(key->preset);

    json_key(&w->json, "default");
    if (key->type == SCHEMA_INTEGER ||
        (key->type == SCHEMA_BOOL && (view_equal(preset, VIEW("true")) ||
                                      view_equal(preset, VIEW("false"))))) {
        json_raw_text(&w->json, preset);
    } else {
        json_string(&w->json, preset);
    }
}

/* ---- shapes ---- */

static void write_shape(struct shape_writer *w, const struct shape *shape);

static void note(struct shape_writer *w, const struct shape *shape)
{
    for (size_t i = 0; i < w->named_count; i++) {
        if (w->named[i] == shape) {
            return;
        }
    }
    if (w->named_count < NAMED_MAX) {
        w->named[w->named_count++] = shape;
    }
}

/* Between braces: what it is, or where that is said. */
static void write_inside(struct shape_writer *w, const struct shape *shape)
{
    if (!shape->name) {
        write_shape(w, shape);
        return;
    }
    note(w, shape);
    json_key(&w->json, "$ref");
    char room[80];
    struct text path = text_in(room, sizeof room);
    text_addf(&path, "#/$defs/%s", shape->name);
    json_string(&w->json, text_view(&path));
}

static void write_braced(struct shape_writer *w, const struct shape *shape)
{
    json_open_object(&w->json);
    write_inside(w, shape);
    json_close_object(&w->json);
}

static const struct shape *part_of(const struct shape_part *parts,
                                   const char *key)
{
    for (; parts && parts->key; parts++) {
        if (view_equal(view_text(parts->key), view_text(key))) {
            return parts->shape;
        }
    }
    return NULL;
}

static void write_type(struct shape_writer *w, const struct schema_key *key,
                       const struct shape *part)
{
    static const char *const words[] = {"true", "false", "on", "off",
                                        "yes",  "no",    NULL};

    switch (key->type) {
    case SCHEMA_TEXT:
        write_scalar(w, NULL);
        break;
    case SCHEMA_TEXTS:
        write_inside(w, &shape_scalars);
        break;
    case SCHEMA_INTEGER:
        write_integer(w, key);
        break;
    case SCHEMA_BOOL:
        write_words(w, words);
        break;
    case SCHEMA_CHOICE:
        write_words(w, key->choices);
        break;
    case SCHEMA_DURATION:
        write_quantity(w, "^[0-9]+ ?(ms|s|m|h|d)$");
        break;
    case SCHEMA_SIZE:
        write_quantity(w, "^[0-9]+ ?(B|KiB|MiB|GiB)$");
        break;
    case SCHEMA_PERCENT:
        write_quantity(w, "^[0-9]+(\\.[0-9]{1,4})?%$");
        break;
    case SCHEMA_NODE:
        if (part) {
            write_inside(w, part);
        }
        break;
    }
}

static void write_required(struct shape_writer *w,
                           const struct schema_key *keys)
{
    bool any = false;

    for (const struct schema_key *key = keys; key->name; key++) {
        if (key->required && !any) {
            json_key(&w->json, "required");
            json_open_array(&w->json);
            any = true;
        }
        if (key->required) {
            json_string(&w->json, view_text(key->name));
        }
    }
    if (any) {
        json_close_array(&w->json);
    }
}

static void write_keys(struct shape_writer *w, const struct shape *shape)
{
    shape_open_object(w);
    for (const struct schema_key *key = shape->keys; key->name; key++) {
        json_key(&w->json, key->name);
        json_open_object(&w->json);
        member(w, "description", key->doc);
        write_type(w, key, part_of(shape->parts, key->name));
        if (key->preset) {
            write_default(w, key);
        }
        json_close_object(&w->json);
        flush(w);
    }
    shape_close_properties(w);
    write_required(w, shape->keys);
    shape_close_object(w, shape->least);
}

static void write_counted(struct shape_writer *w, const char *type,
                          const char *inside, const struct shape *shape,
                          const char *limit)
{
    member(w, "type", type);
    json_key(&w->json, inside);
    write_braced(w, shape->of);
    if (shape->least) {
        json_key(&w->json, limit);
        json_u64(&w->json, shape->least);
    }
}

static void write_shape(struct shape_writer *w, const struct shape *shape)
{
    switch (shape->kind) {
    case SHAPE_SCALAR:
        write_scalar(w, shape->pattern);
        break;
    case SHAPE_CHOICE:
        write_words(w, shape->words);
        break;
    case SHAPE_KEYS:
        write_keys(w, shape);
        break;
    case SHAPE_MAP:
        write_counted(w, "object", "additionalProperties", shape,
                      "minProperties");
        break;
    case SHAPE_LIST:
        write_counted(w, "array", "items", shape, "minItems");
        break;
    case SHAPE_EITHER:
        json_key(&w->json, "anyOf");
        json_open_array(&w->json);
        for (const struct shape *const *s = shape->either; *s; s++) {
            write_braced(w, *s);
        }
        json_close_array(&w->json);
        break;
    case SHAPE_OWN:
        shape->write(w, shape);
        break;
    }
    flush(w);
}

/* ---- objects ---- */

void shape_open_object(struct shape_writer *w)
{
    member(w, "type", "object");
    json_key(&w->json, "properties");
    json_open_object(&w->json);
}

static void write_property(struct shape_writer *w, const struct shape *shape,
                           const char *doc)
{
    json_open_object(&w->json);
    if (doc) {
        member(w, "description", doc);
    }
    write_inside(w, shape);
    json_close_object(&w->json);
    flush(w);
}

void shape_property(struct shape_writer *w, const char *name,
                    const struct shape *shape, const char *doc)
{
    json_key(&w->json, name);
    write_property(w, shape, doc);
}

void shape_close_properties(struct shape_writer *w)
{
    json_close_object(&w->json);
}

void shape_open_patterns(struct shape_writer *w)
{
    json_key(&w->json, "patternProperties");
    json_open_object(&w->json);
}

void shape_pattern(struct shape_writer *w, const char *pattern,
                   const struct shape *shape, const char *doc)
{
    shape_property(w, pattern, shape, doc);
}

void shape_close_object(struct shape_writer *w, unsigned least)
{
    json_key(&w->json, "additionalProperties");
    json_bool(&w->json, false);
    if (least) {
        json_key(&w->json, "minProperties");
        json_u64(&w->json, least);
    }
}

/* ---- the whole ---- */

bool shape_print(const struct shape *root, const char *title, shape_sink *sink,
                 void *context)
{
    struct shape_writer *w = calloc(1, sizeof *w);

    if (!w) {
        return false;
    }
    w->text = text_in(w->room, sizeof w->room);
    w->json.out = &w->text;
    w->sink = sink;
    w->context = context;
    json_open_object(&w->json);
    member(w, "$schema", "https://json-schema.org/draft/2020-12/schema");
    member(w, "title", title);
    write_shape(w, root);
    json_key(&w->json, "$defs");
    json_open_object(&w->json);
    for (size_t i = 0; i < w->named_count; i++) { /* grows meanwhile */
        json_key(&w->json, w->named[i]->name);
        json_open_object(&w->json);
        write_shape(w, w->named[i]);
        json_close_object(&w->json);
    }
    json_close_object(&w->json);
    json_close_object(&w->json);
    text_add_char(&w->text, '\n');
    flush(w);
    bool whole = !w->text.cut;
    free(w);
    return whole;
}
