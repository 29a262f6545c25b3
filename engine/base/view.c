/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be asked of a view. Nothing here writes, allocates or looks at a
 * locale.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* memmem */
#endif
#include "base/view.h"

#include <limits.h>
#include <stdint.h>

static bool fold_equal(const char *a, const char *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (ascii_lower(a[i]) != ascii_lower(b[i])) {
            return false;
        }
    }
    return true;
}

bool view_equal_fold(struct view a, struct view b)
{
    return a.size == b.size && fold_equal(a.at, b.at, a.size);
}

int view_compare(struct view a, struct view b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    int order = size ? memcmp(a.at, b.at, size) : 0;

    if (order != 0) {
        return order;
    }
    return (a.size > b.size) - (a.size < b.size);
}

bool view_starts(struct view v, struct view prefix)
{
    return v.size >= prefix.size &&
           view_equal(view_of(v.at, prefix.size), prefix);
}

bool view_starts_fold(struct view v, struct view prefix)
{
    return v.size >= prefix.size && fold_equal(v.at, prefix.at, prefix.size);
}

bool view_ends(struct view v, struct view suffix)
{
    if (v.size < suffix.size) {
        return false;
    }
    return suffix.size == 0 ||
           !memcmp(v.at + (v.size - suffix.size), suffix.at, suffix.size);
}

size_t view_find(struct view v, char c)
{
    const char *found = v.size ? memchr(v.at, c, v.size) : NULL;

    return found ? (size_t)(found - v.at) : v.size;
}

size_t view_search(struct view v, struct view needle)
{
    const char *found;

    if (needle.size == 0) {
        return 0;
    }
    if (v.size < needle.size) {
        return SIZE_MAX;
    }
    found = memmem(v.at, v.size, needle.at, needle.size);
    return found ? (size_t)(found - v.at) : SIZE_MAX;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct view view_trim(struct view v)
{
    while (v.size > 0 && is_blank(v.at[0])) {
        v.at++;
        v.size--;
    }
    while (v.size > 0 && is_blank(v.at[v.size - 1])) {
        v.size--;
    }
    return v;
}

struct view view_cut(struct view *rest, char sep)
{
    size_t size = view_find(*rest, sep);
    struct view part = view_of(rest->at, size);

    if (size == rest->size) {
        *rest = VIEW_NONE;
    } else {
        *rest = view_of(rest->at + size + 1, rest->size - size - 1);
    }
    return part;
}

bool view_to_u64(struct view v, unsigned long long *out)
{
    unsigned long long n = 0;

    if (v.size == 0 || v.size > 20) {
        return false;
    }
    for (size_t i = 0; i < v.size; i++) {
        unsigned digit = (unsigned)(unsigned char)v.at[i] - '0';

        if (digit > 9 || n > (ULLONG_MAX - digit) / 10) {
            return false;
        }
        n = n * 10 + digit;
    }
    *out = n;
    return true;
}
