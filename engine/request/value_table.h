/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that were there before, each with a note of what it was to who asks.
 * Most headers have few values; of the same bytes the same facts are made, and
 * the same is read of them, so that they are read once:
 *
 *   "Mozilla/5.0 (X11 ..."  ->  note 17, and what it tells of the browser
 *
 * A table for each kind of values, so that a client who varies one of them
 * drives out nothing but its kind. A value is found by a hash and compared
 * byte by byte. Bounded, and made once.
 */
#ifndef WB_REQUEST_VALUE_TABLE_H
#define WB_REQUEST_VALUE_TABLE_H

#include "base/sixteen.h"
#include "request/fill.h"

struct remembered {
    uint64_t hash;
    uint64_t used; /* the table's clock; 0: free */
    uint32_t note; /* whatever who reads the values wrote; at first 0 */
    uint32_t size;
    char text[];
};

/* As it is, for speed. */
struct value_table {
    char *entries;
    size_t stride;   /* bytes; 0: nothing is remembered */
    size_t told_at;  /* in an entry: what it tells of a browser; 0: nothing */
    size_t mask;     /* sets - 1 */
    size_t size_max; /* of a text */
    uint64_t clock;
    struct remembered *last; /* that was met */
    uint64_t hash;           /* that was looked for last */
};

/* Of a power of two entries. False: out of memory. */
bool value_table_make(struct value_table *table, size_t entries,
                      size_t size_max, bool tells);
void value_table_free(struct value_table *table);
void value_table_forget_notes(const struct value_table *table);

/* The value's entry; NULL: it is not there. */
struct remembered *value_table_seek(struct value_table *table,
                                    struct view text);
/* One for the value that was looked for last and not found, in place of one
 * that was used less lately: it holds the text, and what it tells is to be
 * filled in. NULL: such values are not kept. */
struct remembered *value_table_add(struct value_table *table, struct view text);

/* NULL: nothing. */
static inline struct told *value_table_told(const struct value_table *table,
                                            struct remembered *entry)
{
    return table->told_at > 0
               ? (struct told *)(void *)((char *)entry + table->told_at)
               : NULL;
}

static inline bool value_bytes_equal(const char *a, const char *b, size_t size)
{
    uint64_t x[2], y[2];
    uint32_t u[2], v[2];
    sixteen differ;

    if (size >= 16) {
        differ = sixteen_at(a + size - 16) ^ sixteen_at(b + size - 16);
        for (size_t i = 0; i + 16 < size; i += 16) {
            differ |= sixteen_at(a + i) ^ sixteen_at(b + i);
        }
        return !sixteen_any(differ);
    }
    if (size >= 8) {
        memcpy(&x[0], a, 8);
        memcpy(&y[0], b, 8);
        memcpy(&x[1], a + size - 8, 8);
        memcpy(&y[1], b + size - 8, 8);
        return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
    }
    if (size >= 4) {
        memcpy(&u[0], a, 4);
        memcpy(&v[0], b, 4);
        memcpy(&u[1], a + size - 4, 4);
        memcpy(&v[1], b + size - 4, 4);
        return ((u[0] ^ v[0]) | (u[1] ^ v[1])) == 0;
    }
    return size == 0 || (a[0] == b[0] && a[size / 2] == b[size / 2] &&
                         a[size - 1] == b[size - 1]);
}

/* Most values are the same as last time. */
static inline struct remembered *value_table_find(struct value_table *table,
                                                  struct view text)
{
    struct remembered *last = table->last;

    if (last->size == text.size && last->used &&
        value_bytes_equal(last->text, text.at, text.size)) {
        return last;
    }
    return value_table_seek(table, text);
}

#endif
