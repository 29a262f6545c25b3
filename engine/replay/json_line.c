/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks a JSON log line; see json_line.h.
 */
#include "replay/json_line.h"

#include <stdint.h>

/* Open brackets; a line with more is not a log line. */
#define NESTING_MAX 32

struct walk {
    const char *at, *end;
    struct view keys[NESTING_MAX]; /* of the open objects */
    bool object[NESTING_MAX + 1];
    size_t open;  /* brackets */
    size_t keyed; /* of these are objects */
};

static void skip_space(struct walk *w)
{
    while (w->at < w->end && (*w->at == ' ' || *w->at == '\t')) {
        w->at++;
    }
}

static bool take(struct walk *w, char c)
{
    skip_space(w);
    if (w->at < w->end && *w->at == c) {
        w->at++;
        return true;
    }
    return false;
}

/* A string, its first quote being next. */
static bool take_string(struct walk *w, struct view *out)
{
    if (!take(w, '"')) {
        return false;
    }
    const char *start = w->at;
    for (; w->at < w->end && *w->at != '"'; w->at++) {
        if (*w->at == '\\' && ++w->at == w->end) {
            return false;
        }
    }
    if (w->at >= w->end) {
        return false;
    }
    *out = view_of(start, (size_t)(w->at - start));
    w->at++;
    return true;
}

/* A number or a word. */
static bool take_bare(struct walk *w, struct view *out)
{
    const char *start = w->at;

    while (w->at < w->end && (ascii_is_alnum(*w->at) || *w->at == '.' ||
                              *w->at == '-' || *w->at == '+')) {
        w->at++;
    }
    *out = view_of(start, (size_t)(w->at - start));
    return out->size > 0;
}

static bool open_bracket(struct walk *w, bool object)
{
    if (w->open == NESTING_MAX) {
        return false;
    }
    w->object[w->open++] = object;
    w->keyed += object;
    return true;
}

static void close_bracket(struct walk *w)
{
    w->open--;
    w->keyed -= w->object[w->open];
}

/* The key of a member, where the bracket that is open is an object. */
static bool take_key(struct walk *w)
{
    return !w->object[w->open - 1] ||
           (take_string(w, &w->keys[w->keyed - 1]) && take(w, ':'));
}

/* One value, or the bracket that opens it (*opened, unless it is empty). */
static bool take_value(struct walk *w, json_line_value *value, void *user,
                       bool *opened)
{
    struct view v;

    *opened = false;
    skip_space(w);
    bool object = w->at < w->end && *w->at == '{';
    if (object || (w->at < w->end && *w->at == '[')) {
        w->at++;
        if (take(w, object ? '}' : ']')) {
            return true;
        }
        *opened = true;
        return open_bracket(w, object);
    }
    bool string = w->at < w->end && *w->at == '"';
    if (!(string ? take_string(w, &v) : take_bare(w, &v))) {
        return false;
    }
    if (w->keyed <= JSON_LINE_DEPTH &&
        (string || !view_equal(v, VIEW("null")))) {
        value(user, w->keys, w->keyed, v);
    }
    return true;
}

bool json_line_read(struct view line, json_line_value *value, void *user)
{
    struct walk w;
    bool opened;

    if (line.size == 0) {
        return false;
    }
    w.at = line.at;
    w.end = line.at + line.size;
    w.open = w.keyed = 0;
    skip_space(&w);
    if (w.at == w.end || *w.at != '{' ||
        !take_value(&w, value, user, &opened)) {
        return false;
    }
    while (w.open > 0) {
        if (!take_key(&w) || !take_value(&w, value, user, &opened)) {
            return false;
        }
        while (!opened && w.open > 0 && !take(&w, ',')) {
            if (!take(&w, w.object[w.open - 1] ? '}' : ']')) {
                return false;
            }
            close_bracket(&w);
        }
    }
    skip_space(&w);
    return w.at == w.end;
}

/* ---- escapes ---- */

static int hex_digit(char c)
{
    c = ascii_lower(c);
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

/* `count` digits; -1: they are none. */
static int32_t hex_read(const char *at, const char *end, int count)
{
    int32_t n = 0;

    if (end - at < count) {
        return -1;
    }
    for (int i = 0; i < count; i++) {
        int digit = hex_digit(at[i]);
        if (digit < 0) {
            return -1;
        }
        n = n * 16 + digit;
    }
    return n;
}

static char *put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
        return to;
    }
    if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
    } else {
        if (c < 0x10000) {
            *to++ = (char)(0xe0 | c >> 12);
        } else {
            *to++ = (char)(0xf0 | c >> 18);
            *to++ = (char)(0x80 | (c >> 12 & 0x3f));
        }
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
    }
    *to++ = (char)(0x80 | (c & 0x3f));
    return to;
}

/* \uXXXX at `at`, or two of them; a half alone is U+FFFD. */
static const char *unicode(const char *at, const char *end, char **to)
{
    int32_t c = hex_read(at + 2, end, 4);

    if (c < 0) {
        *(*to)++ = *at;
        return at + 1;
    }
    at += 6;
    if (c >= 0xd800 && c < 0xe000) {
        bool pair =
            c < 0xdc00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u';
        int32_t low = pair ? hex_read(at + 2, end, 4) : -1;
        if (low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + (c - 0xd800) * 0x400 + (low - 0xdc00);
            at += 6;
        } else {
            c = 0xfffd;
        }
    }
    *to = put_utf8(*to, (uint32_t)c);
    return at;
}

/* The escape at `at`, a backslash; what is no escape stays. */
static const char *escape(const char *at, const char *end, char **to)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char bytes[] = "\"\\/\b\f\n\r\t";

    if (end - at >= 2 && at[1] == 'u') {
        return unicode(at, end, to);
    }
    if (end - at >= 2 && at[1] == 'x') { /* nginx without escape=json */
        int32_t c = hex_read(at + 2, end, 2);
        if (c >= 0) {
            *(*to)++ = (char)c;
            return at + 4;
        }
    }
    const char *letter = end - at >= 2 && at[1] ? strchr(letters, at[1]) : NULL;
    *(*to)++ = letter ? bytes[letter - letters] : *at;
    return at + (letter ? 2 : 1);
}

void json_line_unescape(struct view *v)
{
    const char *at = v->size ? memchr(v->at, '\\', v->size) : NULL;

    if (!at) {
        return;
    }
    const char *end = v->at + v->size;
    char *to = (char *)(uintptr_t)at; /* the line may be written */
    while (at < end) {
        if (*at == '\\') {
            at = escape(at, end, &to);
        } else {
            *to++ = *at++;
        }
    }
    v->size = (size_t)(to - v->at);
}

bool json_line_has(struct view line, const char *quoted_name)
{
    return view_search(line, view_text(quoted_name)) != SIZE_MAX;
}
