/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON writer. What it writes is ASCII wherever a terminal, a script tag
 * or a line-based reader might act on a character: controls (C0, DEL, C1),
 * line separators, marks that turn the direction, and '<' leave as \u00XX.
 * Bytes that are not well-formed UTF-8 leave as U+FFFD.
 */
#include "base/json.h"

#include "base/utf8.h"

static void begin(struct json_writer *w)
{
    if (w->comma) {
        text_add_char(w->out, ',');
    }
    w->comma = true;
}

static void open_with(struct json_writer *w, char bracket)
{
    begin(w);
    text_add_char(w->out, bracket);
    w->comma = false;
}

static void close_with(struct json_writer *w, char bracket)
{
    text_add_char(w->out, bracket);
    w->comma = true;
}

void json_open_object(struct json_writer *w)
{
    open_with(w, '{');
}

void json_close_object(struct json_writer *w)
{
    close_with(w, '}');
}

void json_open_array(struct json_writer *w)
{
    open_with(w, '[');
}

void json_close_array(struct json_writer *w)
{
    close_with(w, ']');
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '<';
}

static void write_code(struct text *out, uint32_t code)
{
    unsigned char bytes[2] = {(unsigned char)(code >> 8 & 0xff),
                              (unsigned char)(code & 0xff)};

    text_add(out, VIEW("\\u"));
    text_add_hex(out, bytes, sizeof(bytes));
}

static void write_special(struct text *out, unsigned char c)
{
    static const char letters[] = "btn?fr"; /* 0x08 to 0x0d */

    if (c == '"' || c == '\\') {
        text_add_char(out, '\\');
        text_add_char(out, (char)c);
    } else if (c >= 0x08 && c <= 0x0d && c != 0x0b) {
        text_add_char(out, '\\');
        text_add_char(out, letters[c - 0x08]);
    } else {
        write_code(out, c);
    }
}

/* A character beyond ASCII; the bytes it takes. */
static size_t write_wide(struct text *out, const char *at, size_t size)
{
    size_t length = utf8_length(at, size);
    uint32_t code = length ? utf8_code(at, length) : 0xfffd;

    if (length == 0) {
        text_add(out, VIEW("\xef\xbf\xbd"));
        return 1;
    }
    if (utf8_is_unprintable(code)) {
        write_code(out, code);
    } else {
        text_add(out, view_of(at, length));
    }
    return length;
}

static void write_string(struct text *out, struct view v)
{
    size_t at = 0;

    text_add_char(out, '"');
    while (at < v.size) {
        size_t from = at;

        while (at < v.size && is_plain((unsigned char)v.at[at])) {
            at++;
        }
        text_add(out, view_of(v.at + from, at - from));
        if (at == v.size) {
            break;
        }
        if ((unsigned char)v.at[at] < 0x80) {
            write_special(out, (unsigned char)v.at[at++]);
        } else {
            at += write_wide(out, v.at + at, v.size - at);
        }
    }
    text_add_char(out, '"');
}

void json_key_view(struct json_writer *w, struct view key)
{
    begin(w);
    write_string(w->out, key);
    text_add_char(w->out, ':');
    w->comma = false;
}

void json_key(struct json_writer *w, const char *key)
{
    json_key_view(w, view_text(key));
}

void json_string(struct json_writer *w, struct view v)
{
    begin(w);
    write_string(w->out, v);
}

void json_number(struct json_writer *w, int64_t n)
{
    begin(w);
    text_add_i64(w->out, n);
}

void json_u64(struct json_writer *w, uint64_t n)
{
    begin(w);
    text_add_u64(w->out, n);
}

void json_bool(struct json_writer *w, bool b)
{
    json_raw_text(w, b ? VIEW("true") : VIEW("false"));
}

void json_null(struct json_writer *w)
{
    json_raw_text(w, VIEW("null"));
}

void json_raw_text(struct json_writer *w, struct view v)
{
    begin(w);
    text_add(w->out, v);
}

void json_member(struct json_writer *w, const char *key, struct view v)
{
    json_key(w, key);
    if (v.at) {
        json_string(w, v);
    } else {
        json_null(w);
    }
}
