/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cuts a HAR document into entries, a byte at a time; see har.h. It does not
 * check the JSON: who reads the entries does. Bodies, and all else that no
 * fact is made of, are left out as they pass, so that an entry stays small
 * whatever was downloaded.
 */
#include "replay/har.h"

#define DEPTH_MAX 60U
/* Brackets that are open at: an entry's members, their members. */
enum { IN_LOG = 2, IN_ENTRIES = 3, IN_ENTRY = 4, IN_MEMBER = 5 };

void har_start(struct har *har, char *room, size_t limit)
{
    memset(har, 0, sizeof *har);
    har->room = room;
    har->limit = limit;
}

static bool is_object(const struct har *har)
{
    return har->depth > 0 && (har->objects >> har->depth & 1);
}

static bool has_key(const struct har *har, unsigned depth, const char *key)
{
    return !strcmp(har->keys[depth], key);
}

/* What an entry is made of. */
static bool is_wanted(const struct har *har)
{
    if (har->depth == IN_ENTRY) {
        return has_key(har, IN_ENTRY, "startedDateTime") ||
               has_key(har, IN_ENTRY, "request") ||
               has_key(har, IN_ENTRY, "response");
    }
    if (har->depth != IN_MEMBER) {
        return true;
    }
    if (has_key(har, IN_ENTRY, "response")) {
        return has_key(har, IN_MEMBER, "status") ||
               has_key(har, IN_MEMBER, "bodySize");
    }
    return !has_key(har, IN_MEMBER, "postData") &&
           !has_key(har, IN_MEMBER, "cookies") &&
           !has_key(har, IN_MEMBER, "queryString");
}

static void put(struct har *har, char c)
{
    if (!har->in_entry || har->dropping) {
        return;
    }
    if (har->size == har->limit) {
        har->too_long = true;
        return;
    }
    har->room[har->size++] = c;
}

/* A member's value begins: it is dropped unless it is wanted. */
static void begin_value(struct har *har)
{
    if (har->in_entry && !har->dropping && is_object(har) && !is_wanted(har)) {
        put(har, '0');
        har->dropping = true;
    }
}

static void end_member(struct har *har)
{
    if (har->dropping && har->depth <= IN_MEMBER && !is_wanted(har)) {
        har->dropping = false;
    }
}

static void take_string(struct har *har, char c)
{
    bool ends = !har->escaped && c == '"';

    put(har, (unsigned char)c < 0x20 ? ' ' : c);
    if (har->key_next && har->depth < 6 && !ends &&
        har->key_size < HAR_KEY - 1) {
        har->keys[har->depth][har->key_size++] = c;
        har->keys[har->depth][har->key_size] = '\0';
    }
    har->escaped = !har->escaped && c == '\\';
    har->in_string = !ends;
}

static void open_bracket(struct har *har, char c)
{
    begin_value(har);
    if (c == '[' && har->depth == IN_LOG && has_key(har, 1, "log") &&
        has_key(har, IN_LOG, "entries")) {
        har->in_entries = true;
    }
    if (c == '{' && har->depth == IN_ENTRIES && har->in_entries) {
        har->in_entry = true;
        har->too_long = har->dropping = false;
        har->size = 0;
    }
    put(har, c);
    har->depth += har->depth < DEPTH_MAX;
    har->objects &= ~(UINT64_C(1) << har->depth);
    har->objects |= (uint64_t)(c == '{') << har->depth;
    har->key_next = c == '{';
    if (har->depth < 6) {
        har->keys[har->depth][0] = '\0';
    }
}

/* True: an entry is whole. */
static bool close_bracket(struct har *har, char c)
{
    end_member(har);
    har->depth -= har->depth > 0;
    put(har, c);
    har->key_next = false;
    har->in_entries = har->in_entries && har->depth >= IN_ENTRIES;
    if (har->in_entry && har->depth == IN_ENTRIES) {
        har->in_entry = false;
        return true;
    }
    return false;
}

static bool take(struct har *har, char c)
{
    switch (c) {
    case ' ':
    case '\t':
    case '\r':
    case '\n':
        return false;
    case '{':
    case '[':
        open_bracket(har, c);
        return false;
    case '}':
    case ']':
        return close_bracket(har, c);
    case ',':
        end_member(har);
        har->key_next = is_object(har);
        break;
    case ':':
        har->key_next = false;
        break;
    case '"':
        har->in_string = true;
        har->escaped = false;
        har->key_size = 0;
        if (!har->key_next) {
            begin_value(har);
        }
        break;
    default:
        begin_value(har);
        break;
    }
    put(har, c);
    return false;
}

bool har_cut(struct har *har, struct view *in)
{
    const char *at = in->at;
    const char *end = at + in->size;
    bool whole = false;

    while (at < end && !whole) {
        char c = *at++;
        if (har->in_string) {
            take_string(har, c);
        } else {
            whole = take(har, c);
        }
    }
    *in = view_of(at, (size_t)(end - at));
    return whole;
}

static bool next_is(struct view *rest, const char *text)
{
    size_t blank = 0;

    while (blank < rest->size && strchr(" \t\r\n", rest->at[blank]) &&
           rest->at[blank]) {
        blank++;
    }
    *rest = view_of(rest->at + blank, rest->size - blank);
    if (!view_starts(*rest, view_text(text))) {
        return false;
    }
    *rest = view_of(rest->at + strlen(text), rest->size - strlen(text));
    return true;
}

bool har_looks(struct view window)
{
    return window.size > 0 && next_is(&window, "{") &&
           next_is(&window, "\"log\"") && next_is(&window, ":") &&
           next_is(&window, "{");
}
