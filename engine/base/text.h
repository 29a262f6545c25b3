/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text being written into room that the caller owns. It never writes past
 * its room: what does not fit sets `cut` and is left out whole, and so is all
 * that follows, so that no half of a value is ever taken for the value and
 * what stands there is a prefix of what was meant.
 */
#ifndef WB_BASE_TEXT_H
#define WB_BASE_TEXT_H

#include <stdint.h>

#include "base/view.h"

struct text {
    char *at;
    size_t size; /* bytes written */
    size_t room; /* bytes available */
    bool cut;    /* something did not fit */
};

static inline struct text text_in(char *room, size_t size)
{
    return (struct text){room, 0, size, false};
}

static inline struct view text_view(const struct text *t)
{
    return (struct view){t->at, t->size};
}

/* Room for `size` more bytes, or NULL: then the text is cut. */
static inline char *text_claim(struct text *t, size_t size)
{
    char *at;

    if (t->cut || t->room - t->size < size) {
        t->cut = true;
        return NULL;
    }
    at = t->at + t->size;
    t->size += size;
    return at;
}

static inline void text_add(struct text *t, struct view v)
{
    if (v.size > 0) {
        char *at = text_claim(t, v.size);

        if (at) {
            memcpy(at, v.at, v.size);
        }
    }
}

static inline void text_add_char(struct text *t, char c)
{
    char *at = text_claim(t, 1);

    if (at) {
        *at = c;
    }
}

void text_add_u64(struct text *t, uint64_t n);
void text_add_i64(struct text *t, int64_t n);
/* Lower-case hexadecimal. */
void text_add_hex(struct text *t, const void *bytes, size_t size);
/* printf; for places that are not hot. At most 1023 bytes. */
void text_addf(struct text *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* RFC 3339 in UTC with milliseconds: 2026-11-21T07:10:30.123Z.
 * Rounded down; before the year 0 and after 9999 their first and last. */
void text_add_time(struct text *t, int64_t microseconds);

#endif
