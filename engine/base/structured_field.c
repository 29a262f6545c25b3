/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of RFC 9651 section 4.2, one function for each algorithm of
 * it. Whatever fails sets `failed` and moves to the end, so that every loop
 * over the text ends.
 */
#include "base/structured_field.h"

#include "base/codec.h"

#define BYTES_MAX 4096 /* characters of one byte sequence */

static bool fail(struct sf *sf)
{
    sf->failed = true;
    sf->at = sf->input.size;
    return false;
}

/* The next character, or NUL at the end: no NUL is ever part of a field. */
static char peek(const struct sf *sf)
{
    return sf->at < sf->input.size ? sf->input.at[sf->at] : '\0';
}

static bool take(struct sf *sf, char c)
{
    if (sf->at < sf->input.size && sf->input.at[sf->at] == c) {
        sf->at++;
        return true;
    }
    return false;
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip_spaces(struct sf *sf)
{
    while (take(sf, ' ')) {
    }
}

static void skip_blanks(struct sf *sf)
{
    while (take(sf, ' ') || take(sf, '\t')) {
    }
}

static struct view from(const struct sf *sf, size_t start)
{
    return view_of(sf->input.at + start, sf->at - start);
}

void sf_start(struct sf *sf, struct view text)
{
    *sf = (struct sf){.input = text};
    skip_spaces(sf);
}

/* ---- keys ---- */

static bool read_key(struct sf *sf, struct view *key)
{
    size_t start = sf->at;
    char c = peek(sf);

    if (!is_lower(c) && c != '*') {
        return fail(sf);
    }
    while (is_lower(c) || is_digit(c) || c == '_' || c == '-' || c == '.' ||
           c == '*') {
        sf->at++;
        c = peek(sf);
    }
    *key = from(sf, start);
    return true;
}

bool sf_member(struct sf *sf, struct view *key)
{
    if (sf->begun) {
        skip_blanks(sf);
        if (sf->at == sf->input.size) {
            return false;
        }
        if (!take(sf, ',')) {
            return fail(sf);
        }
        skip_blanks(sf);
        if (sf->at == sf->input.size) {
            return fail(sf); /* a comma at the end */
        }
    } else if (sf->at == sf->input.size) {
        return false;
    }
    sf->begun = true;
    return read_key(sf, key);
}

/* ---- bare items ---- */

/* At most 15 digits, or 12 and a point and 3. */
static bool read_number(struct sf *sf, struct sf_item *item)
{
    size_t start = sf->at;
    bool negative = take(sf, '-');
    size_t digits = sf->at;
    int64_t n = 0;

    while (is_digit(peek(sf)) && sf->at - digits <= 15) {
        n = n * 10 + (peek(sf) - '0');
        sf->at++;
    }
    digits = sf->at - digits;
    item->kind = SF_INTEGER;
    item->number = negative ? -n : n;
    if (digits == 0 || digits > 15) {
        return fail(sf);
    }
    if (take(sf, '.')) {
        size_t point = sf->at;

        while (is_digit(peek(sf)) && sf->at - point <= 3) {
            sf->at++;
        }
        if (digits > 12 || sf->at == point || sf->at - point > 3) {
            return fail(sf);
        }
        item->kind = SF_DECIMAL;
    }
    item->text = from(sf, start);
    return true;
}

static bool read_string(struct sf *sf, struct sf_item *item)
{
    size_t start = ++sf->at;

    item->kind = SF_STRING;
    for (; sf->at < sf->input.size; sf->at++) {
        char c = sf->input.at[sf->at];

        if (c == '"') {
            item->text = from(sf, start);
            sf->at++;
            return true;
        }
        if (c == '\\') {
            sf->at++;
            c = peek(sf);
            if (c != '"' && c != '\\') {
                return fail(sf);
            }
        } else if (c < 0x20 || c >= 0x7f) {
            return fail(sf);
        }
    }
    return fail(sf);
}

static bool is_token(char c)
{
    return ascii_is_alnum(c) || (c && strchr("!#$%&'*+-.^_`|~:/", c));
}

static bool read_token(struct sf *sf, struct sf_item *item)
{
    size_t start = sf->at;

    while (is_token(peek(sf))) {
        sf->at++;
    }
    item->kind = SF_TOKEN;
    item->text = from(sf, start);
    return true;
}

/* RFC 9651 lets a parser take base64 without its padding; so do we. */
static bool read_bytes(struct sf *sf, struct sf_item *item)
{
    size_t start = ++sf->at;
    size_t size =
        view_find(view_of(sf->input.at + start, sf->input.size - start), ':');
    char room[BYTES_MAX / 4 * 3 + 3];

    item->kind = SF_BYTES;
    item->text = view_of(sf->input.at + start, size);
    if (size >= sf->input.size - start || size > BYTES_MAX ||
        !base64_decode(item->text, room, &size)) {
        return fail(sf);
    }
    sf->at = start + item->text.size + 1;
    return true;
}

static bool read_boolean(struct sf *sf, struct sf_item *item)
{
    char c;

    sf->at++;
    c = peek(sf);
    if (c != '0' && c != '1') {
        return fail(sf);
    }
    sf->at++;
    item->kind = SF_BOOLEAN;
    item->number = c == '1';
    return true;
}

static bool read_date(struct sf *sf, struct sf_item *item)
{
    sf->at++;
    if (!read_number(sf, item) || item->kind != SF_INTEGER) {
        return fail(sf);
    }
    item->kind = SF_DATE;
    return true;
}

static bool read_display(struct sf *sf, struct sf_item *item)
{
    size_t start;

    sf->at++;
    if (!take(sf, '"')) {
        return fail(sf);
    }
    item->kind = SF_DISPLAY;
    for (start = sf->at; sf->at < sf->input.size; sf->at++) {
        char c = sf->input.at[sf->at];

        if (c == '"') {
            item->text = from(sf, start);
            sf->at++;
            return true;
        }
        if (c < 0x20 || c >= 0x7f) {
            return fail(sf);
        }
    }
    return fail(sf);
}

static bool read_bare(struct sf *sf, struct sf_item *item)
{
    char c = peek(sf);

    *item = (struct sf_item){.text = VIEW_NONE};
    if (c == '-' || is_digit(c)) {
        return read_number(sf, item);
    }
    if (c == '*' || is_lower(c) || (c >= 'A' && c <= 'Z')) {
        return read_token(sf, item);
    }
    switch (c) {
    case '"':
        return read_string(sf, item);
    case ':':
        return read_bytes(sf, item);
    case '?':
        return read_boolean(sf, item);
    case '@':
        return read_date(sf, item);
    case '%':
        return read_display(sf, item);
    default:
        return fail(sf);
    }
}

/* ---- members, lists, parameters ---- */

bool sf_list(struct sf *sf)
{
    if (sf->at + 1 < sf->input.size && sf->input.at[sf->at] == '=' &&
        sf->input.at[sf->at + 1] == '(') {
        sf->at += 2;
        return true;
    }
    return false;
}

bool sf_next(struct sf *sf, struct sf_item *item)
{
    bool first = sf->at > 0 && sf->input.at[sf->at - 1] == '(';
    bool spaced = peek(sf) == ' ';

    skip_spaces(sf);
    if (sf->failed || take(sf, ')')) {
        return false;
    }
    return first || spaced ? read_bare(sf, item) : fail(sf);
}

bool sf_item(struct sf *sf, struct sf_item *item)
{
    if (!sf->begun) {
        return !sf->failed && read_bare(sf, item);
    }
    if (take(sf, '=')) {
        return read_bare(sf, item);
    }
    *item = (struct sf_item){SF_BOOLEAN, VIEW_NONE, 1};
    return !sf->failed;
}

bool sf_param(struct sf *sf, struct view *key, struct sf_item *value)
{
    if (sf->failed || !take(sf, ';')) {
        return false;
    }
    skip_spaces(sf);
    if (!read_key(sf, key)) {
        return false;
    }
    if (take(sf, '=')) {
        return read_bare(sf, value);
    }
    *value = (struct sf_item){SF_BOOLEAN, VIEW_NONE, 1};
    return true;
}

bool sf_done(struct sf *sf)
{
    skip_spaces(sf);
    return !sf->failed && (sf->at == sf->input.size || fail(sf));
}

/* ---- writing ---- */

/* Three digits after the point at most, none of them a last zero but the
 * first; no zeros before the others. */
static void write_decimal(struct text *out, struct view text)
{
    size_t point = view_find(text, '.');
    size_t start = text.at[0] == '-';
    size_t end = text.size;

    while (start + 1 < point && text.at[start] == '0') {
        start++;
    }
    while (end > point + 2 && text.at[end - 1] == '0') {
        end--;
    }
    text_add(out, text.at[0] == '-' ? VIEW("-") : VIEW(""));
    text_add(out, view_of(text.at + start, end - start));
}

static void write_bytes(struct text *out, struct view base64)
{
    static const char padding[] = "==";
    size_t rest = base64.size % 4;

    text_add_char(out, ':');
    text_add(out, base64);
    text_add(out, view_of(padding, rest == 0 ? 0 : 4 - rest));
    text_add_char(out, ':');
}

void sf_write(struct text *out, const struct sf_item *item)
{
    switch (item->kind) {
    case SF_DATE:
        text_add_char(out, '@');
        text_add_i64(out, item->number);
        break;
    case SF_INTEGER:
        text_add_i64(out, item->number);
        break;
    case SF_DECIMAL:
        write_decimal(out, item->text);
        break;
    case SF_DISPLAY:
        text_add_char(out, '%');
        text_add_char(out, '"');
        text_add(out, item->text);
        text_add_char(out, '"');
        break;
    case SF_STRING:
        text_add_char(out, '"');
        text_add(out, item->text);
        text_add_char(out, '"');
        break;
    case SF_TOKEN:
        text_add(out, item->text);
        break;
    case SF_BYTES:
        write_bytes(out, item->text);
        break;
    case SF_BOOLEAN:
        text_add(out, item->number ? VIEW("?1") : VIEW("?0"));
        break;
    }
}
