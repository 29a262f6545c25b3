/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON: a strict pull reader that allocates nothing, and a writer.
 *
 * The reader takes RFC 8259 text and refuses what the RFC leaves open:
 * invalid UTF-8, lone surrogates (escaped or not), equal keys in one object
 * (compared after unescaping), more than 64 keys in an object (a limit),
 * nesting beyond a limit, bytes after the value. Numbers stay text.
 *
 *   struct json json;
 *   json_start(&json, text, limits);
 *   enum json_kind kind = json_next(&json);
 *     JSON_OBJECT, then for each member JSON_KEY (json.text) and its value,
 *     then JSON_END; JSON_ARRAY, values, JSON_END; JSON_STRING, JSON_NUMBER,
 *     JSON_TRUE, JSON_FALSE, JSON_NULL; JSON_DONE after the top value;
 *     JSON_ERROR: json.error and json.at say what and where.
 *
 * What was read counts only once JSON_DONE has come: an error may follow.
 *
 * Keys and strings come as views: into the input if they hold no escape,
 * else into the scratch room given at start.
 */
#ifndef WB_BASE_JSON_H
#define WB_BASE_JSON_H

#include <stdint.h>

#include "base/text.h"
#include "base/view.h"

enum json_kind {
    JSON_ERROR,
    JSON_OBJECT,
    JSON_ARRAY,
    JSON_END,
    JSON_KEY,
    JSON_STRING,
    JSON_NUMBER,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
    JSON_DONE
};

#define JSON_DEPTH_MAX 32
#define JSON_KEYS_MAX 64 /* open keys of all levels together: 256 */
#define JSON_KEYS_OPEN 256

struct json {
    struct view input;
    size_t at; /* next byte to read; the place of an error */
    enum json_kind kind;
    struct view text;  /* of KEY, STRING (unescaped), NUMBER (as written) */
    const char *error; /* a literal, on JSON_ERROR */
    unsigned depth;
    unsigned depth_max;
    char *scratch; /* for unescaped text; grows within scratch_room */
    size_t scratch_used;
    size_t scratch_room;
    /* private */
    size_t from; /* where the value last begun begins */
    unsigned char state;
    unsigned char is_object[JSON_DEPTH_MAX + 1];
    unsigned short keys_from[JSON_DEPTH_MAX + 1];
    unsigned short keys_used;
    struct view keys[JSON_KEYS_OPEN];
};

/* `scratch` must hold the input's size to be never too small; it lives as
 * long as the views. depth_max is at most JSON_DEPTH_MAX. */
void json_start(struct json *json, struct view input, unsigned depth_max,
                char *scratch, size_t scratch_room);
enum json_kind json_next(struct json *json);
/* After a value's first event: reads to its end; after a key: past its
 * value. False on error. */
bool json_skip(struct json *json);
/* The input's bytes of the value whose first event (or whose key) was just
 * read: reads to its end and returns all of it; VIEW_NONE on error. */
struct view json_raw(struct json *json);

/* The writer: commas and escapes are its work. What does not fit sets
 * out->cut. Invalid UTF-8 is written as U+FFFD. DEL, C1 controls, U+2028/9,
 * marks that turn the direction and '<' are escaped, so that a terminal and
 * a script tag are safe. */
struct json_writer {
    struct text *out;
    bool comma;
};
void json_open_object(struct json_writer *w);
void json_close_object(struct json_writer *w);
void json_open_array(struct json_writer *w);
void json_close_array(struct json_writer *w);
void json_key(struct json_writer *w, const char *key);
void json_key_view(struct json_writer *w, struct view key);
void json_string(struct json_writer *w, struct view v);
void json_number(struct json_writer *w, int64_t n);
void json_u64(struct json_writer *w, uint64_t n);
void json_bool(struct json_writer *w, bool b);
void json_null(struct json_writer *w);
/* Text that is JSON already. */
void json_raw_text(struct json_writer *w, struct view v);
/* key and string; null when v.at is NULL. */
void json_member(struct json_writer *w, const char *key, struct view v);

#endif
