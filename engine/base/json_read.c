/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON reader: one step of a small machine per event, no recursion, no
 * allocation. Where it stands is `state`; which container it is in,
 * is_object[depth]; the keys of all open objects lie on one stack:
 *
 *   keys:  [ top object's keys | its child's keys | ... ]
 *            ^keys_from[1]       ^keys_from[2]      ^keys_used
 *
 * Strings are searched eight bytes at a time for the byte that ends the
 * plain run: a quote, a backslash, a control or the start of a character
 * beyond ASCII.
 */
#include "base/json.h"

#include "base/utf8.h"

enum state {
    WANT_VALUE,
    WANT_VALUE_OR_END, /* after [ */
    WANT_KEY_OR_END,   /* after { */
    WANT_COMMA_OR_END, /* after a value in a container */
    WANT_NOTHING,      /* after the top value */
    ENDED              /* JSON_DONE or JSON_ERROR, for good */
};

void json_start(struct json *json, struct view input, unsigned depth_max,
                char *scratch, size_t scratch_room)
{
    json->input = input;
    json->at = 0;
    json->kind = JSON_NULL;
    json->text = VIEW_NONE;
    json->error = NULL;
    json->depth = 0;
    json->depth_max = depth_max < JSON_DEPTH_MAX ? depth_max : JSON_DEPTH_MAX;
    json->scratch = scratch;
    json->scratch_used = 0;
    json->scratch_room = scratch ? scratch_room : 0;
    json->from = 0;
    json->state = WANT_VALUE;
    json->keys_used = 0;
}

static enum json_kind fail(struct json *json, size_t at, const char *error)
{
    json->at = at;
    json->error = error;
    json->text = VIEW_NONE;
    json->state = ENDED;
    return json->kind = JSON_ERROR;
}

/* The next byte that is no white space, or -1 at the end. */
static inline int next_byte(struct json *json)
{
    const char *p = json->input.at;
    size_t size = json->input.size;
    size_t at = json->at;

    while (at < size &&
           (p[at] == ' ' || p[at] == '\n' || p[at] == '\r' || p[at] == '\t')) {
        at++;
    }
    json->at = at;
    return at < size ? (unsigned char)p[at] : -1;
}

static inline enum json_kind finish(struct json *json, enum json_kind kind)
{
    json->state = json->depth ? WANT_COMMA_OR_END : WANT_NOTHING;
    return json->kind = kind;
}

static inline uint64_t load_little(const char *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof(word));
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* The place of the first byte from `at` on that is a quote, a backslash, a
 * control or above ASCII. In each byte of a word, the top bit of x - 0x20
 * (borrowing) tells a control and of (x ^ c) - 1 an equal byte; a borrow may
 * mark bytes after the first that is marked rightly, never before it. */
static inline size_t plain_end(const char *p, size_t size, size_t at)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);

    while (size - at >= sizeof(uint64_t)) {
        uint64_t word = load_little(p + at);
        uint64_t quote = word ^ (ones * '"');
        uint64_t slash = word ^ (ones * '\\');
        uint64_t marks =
            (word - ones * 0x20) | (quote - ones) | (slash - ones) | word;

        marks &= ones * 0x80;
        if (marks) {
            return at + (size_t)__builtin_ctzll(marks) / 8;
        }
        at += sizeof(word);
    }
    while (at < size && (unsigned char)p[at] >= 0x20 && p[at] != '"' &&
           p[at] != '\\' && (unsigned char)p[at] < 0x80) {
        at++;
    }
    return at;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four hexadecimal digits at `at`, or -1. */
static int32_t read_hex4(struct view in, size_t at)
{
    int32_t code = 0;

    if (in.size - at < 4) {
        return -1;
    }
    for (size_t i = 0; i < 4; i++) {
        int digit = hex_value(in.at[at + i]);

        if (digit < 0) {
            return -1;
        }
        code = code * 16 + digit;
    }
    return code;
}

/* What \uXXXX at `at` says, two of them for a surrogate pair; -1 if it is
 * wrong. *used is the size of what was read. */
static int32_t read_unicode(struct view in, size_t at, size_t *used)
{
    int32_t code = read_hex4(in, at + 2);
    int32_t low;

    *used = 6;
    if (code < 0xd800 || code > 0xdfff) {
        return code;
    }
    if (code > 0xdbff || in.size - at < 12 || in.at[at + 6] != '\\' ||
        in.at[at + 7] != 'u') {
        return -1;
    }
    low = read_hex4(in, at + 8);
    if (low < 0xdc00 || low > 0xdfff) {
        return -1;
    }
    *used = 12;
    return 0x10000 + (code - 0xd800) * 0x400 + (low - 0xdc00);
}

/* Writes what the escape at `at` stands for; its size, or 0 if it is wrong. */
static size_t read_escape(struct view in, size_t at, struct text *out)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    char letter = in.size - at >= 2 ? in.at[at + 1] : '\0';
    const char *known = letter ? strchr(from, letter) : NULL;

    if (known) {
        text_add_char(out, to[known - from]);
        return 2;
    }
    if (letter == 'u') {
        size_t used;
        int32_t code = read_unicode(in, at, &used);
        char bytes[4];

        if (code >= 0) {
            text_add(out, view_of(bytes, utf8_write(bytes, (uint32_t)code)));
            return used;
        }
    }
    return 0;
}

/* Goes on from a byte of a string that is not plain: 0 at the closing quote,
 * 1 at a backslash, 2 after a character beyond ASCII; -1 after failing. */
static int judge_byte(struct json *json, size_t *at)
{
    struct view in = json->input;
    size_t length;

    if (*at == in.size) {
        fail(json, *at, "a string is not closed");
        return -1;
    }
    if (in.at[*at] == '"') {
        return 0;
    }
    if (in.at[*at] == '\\') {
        return 1;
    }
    if ((unsigned char)in.at[*at] < 0x20) {
        fail(json, *at, "a control character in a string");
        return -1;
    }
    length = utf8_length(in.at + *at, in.size - *at);
    if (length == 0) {
        fail(json, *at, "a string is not well-formed UTF-8");
        return -1;
    }
    *at += length;
    return 2;
}

/* A string with escapes: from `from`, plain up to the backslash at `at`. */
static bool read_escaped(struct json *json, size_t from, size_t at)
{
    struct view in = json->input;
    size_t room = json->scratch_room - json->scratch_used;
    struct text out;
    int what = 1;

    if (room == 0) {
        fail(json, at, "no room to unescape a string");
        return false;
    }
    out = text_in(json->scratch + json->scratch_used, room);
    while (what != 0) {
        if (what == 1) {
            size_t used;

            text_add(&out, view_of(in.at + from, at - from));
            used = read_escape(in, at, &out);
            if (used == 0) {
                fail(json, at, "a wrong escape in a string");
                return false;
            }
            from = at += used;
        }
        at = plain_end(in.at, in.size, at);
        what = judge_byte(json, &at);
        if (what < 0) {
            return false;
        }
    }
    text_add(&out, view_of(in.at + from, at - from));
    if (out.cut) {
        fail(json, at, "no room to unescape a string");
        return false;
    }
    json->scratch_used += out.size;
    json->text = text_view(&out);
    json->at = at + 1;
    return true;
}

/* A string whose opening quote is at json->at, into json->text. */
static bool read_string(struct json *json)
{
    struct view in = json->input;
    size_t from = json->at + 1;
    size_t at = from;
    int what;

    do {
        at = plain_end(in.at, in.size, at);
        what = judge_byte(json, &at);
    } while (what == 2);
    if (what < 0) {
        return false;
    }
    if (what == 1) {
        return read_escaped(json, from, at);
    }
    json->text = view_of(in.at + from, at - from);
    json->at = at + 1;
    return true;
}

static inline bool is_digit(struct view in, size_t at)
{
    return at < in.size && in.at[at] >= '0' && in.at[at] <= '9';
}

/* Past one or more digits, or `at` itself when there is none. */
static size_t digits_end(struct view in, size_t at)
{
    while (is_digit(in, at)) {
        at++;
    }
    return at;
}

static enum json_kind read_number(struct json *json)
{
    struct view in = json->input;
    size_t from = json->at;
    size_t at = from + (in.at[from] == '-');
    size_t part;

    if (!is_digit(in, at)) {
        return fail(json, at, "a number without digits");
    }
    at = in.at[at] == '0' ? at + 1 : digits_end(in, at);
    if (at < in.size && in.at[at] == '.') {
        part = at + 1;
        at = digits_end(in, part);
        if (at == part) {
            return fail(json, at, "no digit after a number's point");
        }
    }
    if (at < in.size && (in.at[at] == 'e' || in.at[at] == 'E')) {
        part = at + 1;
        part += part < in.size && (in.at[part] == '+' || in.at[part] == '-');
        at = digits_end(in, part);
        if (at == part) {
            return fail(json, at, "no digit in a number's exponent");
        }
    }
    json->text = view_of(in.at + from, at - from);
    json->at = at;
    return finish(json, JSON_NUMBER);
}

static enum json_kind read_word(struct json *json, struct view word,
                                enum json_kind kind)
{
    struct view rest =
        view_of(json->input.at + json->at, json->input.size - json->at);

    if (!view_starts(rest, word)) {
        return fail(json, json->at, "a value was expected");
    }
    json->at += word.size;
    json->text = VIEW_NONE;
    return finish(json, kind);
}

static enum json_kind open_container(struct json *json, bool is_object)
{
    if (json->depth == json->depth_max) {
        return fail(json, json->at, "nested too deeply");
    }
    json->depth++;
    json->is_object[json->depth] = is_object;
    json->keys_from[json->depth] = json->keys_used;
    json->at++;
    json->text = VIEW_NONE;
    json->state = is_object ? WANT_KEY_OR_END : WANT_VALUE_OR_END;
    return json->kind = is_object ? JSON_OBJECT : JSON_ARRAY;
}

static enum json_kind close_container(struct json *json)
{
    json->keys_used = json->keys_from[json->depth];
    json->depth--;
    json->at++;
    json->text = VIEW_NONE;
    return finish(json, JSON_END);
}

static enum json_kind read_value(struct json *json)
{
    int c = next_byte(json);

    json->from = json->at;
    switch (c) {
    case '"':
        return read_string(json) ? finish(json, JSON_STRING) : JSON_ERROR;
    case '{':
        return open_container(json, true);
    case '[':
        return open_container(json, false);
    case 't':
        return read_word(json, VIEW("true"), JSON_TRUE);
    case 'f':
        return read_word(json, VIEW("false"), JSON_FALSE);
    case 'n':
        return read_word(json, VIEW("null"), JSON_NULL);
    case -1:
        return fail(json, json->at, "the text ends before its value");
    default:
        if (c == '-' || (c >= '0' && c <= '9')) {
            return read_number(json);
        }
        return fail(json, json->at, "a value was expected");
    }
}

/* Whether the open object has `key` already. */
static bool is_known(const struct json *json, struct view key)
{
    for (size_t i = json->keys_from[json->depth]; i < json->keys_used; i++) {
        if (view_equal(json->keys[i], key)) {
            return true;
        }
    }
    return false;
}

static enum json_kind read_key(struct json *json)
{
    size_t from;
    size_t open;

    if (next_byte(json) != '"') {
        return fail(json, json->at, "a key was expected");
    }
    from = json->at;
    if (!read_string(json)) {
        return JSON_ERROR;
    }
    open = (size_t)json->keys_used - json->keys_from[json->depth];
    if (open == JSON_KEYS_MAX || json->keys_used == JSON_KEYS_OPEN) {
        return fail(json, from, "too many keys");
    }
    if (is_known(json, json->text)) {
        return fail(json, from, "a key comes twice in one object");
    }
    json->keys[json->keys_used++] = json->text;
    if (next_byte(json) != ':') {
        return fail(json, json->at, "a colon was expected after a key");
    }
    json->at++;
    json->state = WANT_VALUE;
    return json->kind = JSON_KEY;
}

static enum json_kind go_on(struct json *json)
{
    bool in_object = json->is_object[json->depth];
    int c = next_byte(json);

    if (c == ',') {
        json->at++;
        return in_object ? read_key(json) : read_value(json);
    }
    if (c == (in_object ? '}' : ']')) {
        return close_container(json);
    }
    return fail(json, json->at,
                c < 0       ? "the text ends in an open container"
                : in_object ? "a comma or } was expected"
                            : "a comma or ] was expected");
}

enum json_kind json_next(struct json *json)
{
    switch ((enum state)json->state) {
    case WANT_COMMA_OR_END:
        return go_on(json);
    case WANT_VALUE:
        return read_value(json);
    case WANT_VALUE_OR_END:
        return next_byte(json) == ']' ? close_container(json)
                                      : read_value(json);
    case WANT_KEY_OR_END:
        return next_byte(json) == '}' ? close_container(json) : read_key(json);
    case WANT_NOTHING:
        if (next_byte(json) >= 0) {
            return fail(json, json->at, "more text after the value");
        }
        json->text = VIEW_NONE;
        json->state = ENDED;
        return json->kind = JSON_DONE;
    case ENDED:
        break;
    }
    return json->kind;
}

bool json_skip(struct json *json)
{
    if (json->kind == JSON_KEY) {
        json_next(json);
    }
    if (json->kind == JSON_OBJECT || json->kind == JSON_ARRAY) {
        unsigned outside = json->depth - 1;

        while (json->kind != JSON_ERROR && json->depth > outside) {
            json_next(json);
        }
    }
    return json->kind != JSON_ERROR;
}

struct view json_raw(struct json *json)
{
    size_t from = json->from;

    if (json->kind == JSON_KEY) {
        json_next(json);
        from = json->from;
    }
    if (!json_skip(json)) {
        return VIEW_NONE;
    }
    return view_of(json->input.at + from, json->at - from);
}
