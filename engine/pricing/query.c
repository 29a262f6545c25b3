/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a query as widely as any server might, without writing anything:
 * decoded bytes are produced one by one and compared as they come.
 */
#include "pricing/query.h"

#define DECODED_MAX 3 /* times that a value may be encoded over */

/* Bytes of a text, decoded until stable. */
struct reader {
    struct view text;
    size_t at;
};

static int hex_digit(char c)
{
    c = ascii_lower(c);
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

/* "%41" is A, "%2541" and "%252541" too: the "25" stand for the '%' that
 * the next decoding takes. -1 at the end. */
static int next_byte(struct reader *r)
{
    struct view t = r->text;
    size_t at = r->at;

    if (at >= t.size) {
        return -1;
    }
    if (t.at[at] != '%') {
        r->at++;
        return t.at[at] == '+' ? ' ' : (unsigned char)t.at[at];
    }
    at++;
    for (int i = 1; i < DECODED_MAX && at + 3 < t.size && t.at[at] == '2' &&
                    t.at[at + 1] == '5' && hex_digit(t.at[at + 2]) >= 0;
         i++) {
        at += 2;
    }
    if (at + 1 < t.size && hex_digit(t.at[at]) >= 0 &&
        hex_digit(t.at[at + 1]) >= 0) {
        r->at = at + 2;
        return hex_digit(t.at[at]) * 16 + hex_digit(t.at[at + 1]);
    }
    r->at++;
    return '%';
}

/* In names PHP reads '.', ' ' and '[' as '_', and "a[]" as a. */
static int fold_byte(int c, bool name)
{
    if (c >= 'A' && c <= 'Z') {
        return c + 32;
    }
    return name && (c == '.' || c == ' ' || c == '[') ? '_' : c;
}

/* PHP drops spaces before a name. */
static struct reader start_name(struct view sent)
{
    struct reader r = {sent, 0};
    struct reader next = r;

    while (next_byte(&next) == ' ') {
        r = next;
    }
    return r;
}

static bool could_be(struct view sent, struct view wanted, bool name)
{
    struct reader r = {sent, 0};
    int c;

    if (name) {
        r = start_name(sent);
    }
    for (size_t i = 0; i < wanted.size; i++) {
        int w = (unsigned char)wanted.at[i];
        c = next_byte(&r);
        if (c < 0 || fold_byte(c, name) != fold_byte(w, name)) {
            return false;
        }
    }
    /* what may follow: nothing, a cut at NUL, an index */
    c = next_byte(&r);
    return c <= 0 || (name && c == '[');
}

/* Cuts the next field off *rest; '&' and ';' end one. */
static bool next_field(struct view *rest, struct view *name, struct view *value)
{
    struct view field;
    size_t end = 0;

    if (!rest->at) {
        return false;
    }
    while (end < rest->size && rest->at[end] != '&' && rest->at[end] != ';') {
        end++;
    }
    field = view_of(rest->at, end);
    *rest = end < rest->size ? view_of(rest->at + end + 1, rest->size - end - 1)
                             : VIEW_NONE;
    end = view_find(field, '=');
    *name = view_of(field.at, end);
    *value = end < field.size
                 ? view_of(field.at + end + 1, field.size - end - 1)
                 : VIEW("");
    return true;
}

bool query_goes_on(struct view target)
{
    return view_find(target, '#') < target.size;
}

enum fit query_fits(struct view query, const struct query_test *test)
{
    struct view rest = query;
    struct view name;
    struct view value;
    size_t named = 0;
    bool possible = false;
    bool exact = true;

    while (next_field(&rest, &name, &value)) {
        if (!could_be(name, test->name, true)) {
            continue;
        }
        named++;
        possible |= !test->value.at || could_be(value, test->value, false);
        exact &= view_equal(name, test->name) &&
                 (!test->value.at || view_equal(value, test->value));
    }
    if (!possible) {
        return FIT_NO;
    }
    return named == 1 && exact && view_find(query, ';') == query.size
               ? FIT_YES
               : FIT_MAYBE;
}

bool query_single(struct view query, struct view name, struct view *value)
{
    struct view rest = query;
    struct view sent;
    struct view found;
    size_t named = 0;
    bool exact = false;

    while (next_field(&rest, &sent, &found)) {
        if (could_be(sent, name, true)) {
            named++;
            exact = view_equal(sent, name);
            *value = found;
        }
    }
    return named == 1 && exact && view_find(query, ';') == query.size;
}

bool query_mentions(struct view query, struct view name)
{
    struct view rest = query;
    struct view sent;
    struct view value;

    while (next_field(&rest, &sent, &value)) {
        if (could_be(sent, name, true)) {
            return true;
        }
    }
    return false;
}
