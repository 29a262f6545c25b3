/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A view: a pointer and a length into bytes that somebody else owns. Views
 * are not NUL-terminated and may hold any byte. A view whose `at` is NULL is
 * "no value"; a view of size 0 with `at` set is an empty value.
 * All case folding here is ASCII (RFC 9110 field names, host names).
 */
#ifndef WB_BASE_VIEW_H
#define WB_BASE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct view {
    const char *at;
    size_t size;
};

#define VIEW(literal) ((struct view){(literal), sizeof(literal) - 1})
#define VIEW_NONE ((struct view){NULL, 0})
/* For printf("%.*s"). */
#define VIEW_ARG(v) (int)(v).size, (v).at ? (v).at : ""

static inline struct view view_of(const char *at, size_t size)
{
    return (struct view){at, size};
}

static inline struct view view_text(const char *text)
{
    return text ? (struct view){text, strlen(text)} : VIEW_NONE;
}

static inline char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static inline bool ascii_is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
}

static inline bool view_equal(struct view a, struct view b)
{
    return a.size == b.size && (a.size == 0 || !memcmp(a.at, b.at, a.size));
}

/* The same without case, of as many bytes. */
bool view_fold_equal(const char *a, const char *b, size_t size);

static inline bool view_equal_fold(struct view a, struct view b)
{
    return a.size == b.size && view_fold_equal(a.at, b.at, a.size);
}

/* Eight bytes, or what `size` says from one to eight: some may be there
 * twice, and all places are the same for equal sizes. */
static inline uint64_t view_word(const char *at, size_t size)
{
    uint64_t word = 0;
    uint32_t head, tail;

    if (size >= 8) {
        memcpy(&word, at, 8);
    } else if (size >= 4) {
        memcpy(&head, at, 4);
        memcpy(&tail, at + size - 4, 4);
        word = (uint64_t)head << 32 | tail;
    } else {
        word = (uint64_t)(unsigned char)at[0] << 16 |
               (uint64_t)(unsigned char)at[size / 2] << 8 |
               (unsigned char)at[size - 1];
    }
    return word;
}

int view_compare(struct view a, struct view b);
bool view_starts(struct view v, struct view prefix);
bool view_starts_fold(struct view v, struct view prefix);
bool view_ends(struct view v, struct view suffix);

/* First place of `c`, or v.size. */
size_t view_find(struct view v, char c);
/* First place of `one` or `other` at or after `from`, or v.size. */
size_t view_find_either(struct view v, size_t from, char one, char other);
/* First place of `needle` (bytes as they are), or SIZE_MAX. */
size_t view_search(struct view v, struct view needle);
/* Cuts spaces and tabs (RFC 9110 OWS) at both ends. */
struct view view_trim(struct view v);
/* Cuts the part before `sep` off *rest and returns it; the last part leaves
 * *rest as VIEW_NONE. */
struct view view_cut(struct view *rest, char sep);
/* Plain decimal digits, at most 20; false on anything else or overflow. */
bool view_to_u64(struct view v, unsigned long long *out);

#endif
