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

#include "base/sixteen.h"

/* Bytes may differ by the bit of case where they are letters. */
static inline bool word_equal_fold(uint64_t a, uint64_t b)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t cases = ones * 0x20, highs = ones * 0x80;
    uint64_t differ = a ^ b;
    uint64_t lower = (a | cases) & ~highs;
    uint64_t letters = (lower + ones * (0x80 - 'a')) &
                       ~(lower + ones * (0x7f - 'z')) & ~a & highs;

    return differ == 0 || !(differ & ~(letters >> 2));
}

bool view_fold_equal(const char *a, const char *b, size_t size)
{
    if (size < 8) {
        return size == 0 ||
               word_equal_fold(view_word(a, size), view_word(b, size));
    }
    for (; size > 8; a += 8, b += 8, size -= 8) {
        if (!word_equal_fold(view_word(a, 8), view_word(b, 8))) {
            return false;
        }
    }
    return word_equal_fold(view_word(a + size - 8, 8),
                           view_word(b + size - 8, 8));
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
    return v.size >= prefix.size &&
           view_fold_equal(v.at, prefix.at, prefix.size);
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

size_t view_find_either(struct view v, size_t from, char one, char other)
{
    for (; from + 16 <= v.size; from += 16) {
        sixteen all = sixteen_at(v.at + from);
        sixteen found = sixteen_is(all, (unsigned char)one) |
                        sixteen_is(all, (unsigned char)other);

        if (sixteen_any(found)) {
            return from + sixteen_first(found);
        }
    }
    while (from < v.size && v.at[from] != one && v.at[from] != other) {
        from++;
    }
    return from;
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
