/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that were there before, and what was made of them. Most headers have
 * few values; of the same bytes the same facts are made, so that they are
 * read once:
 *
 *   "Mozilla/5.0 (X11 ..."  ->  ua.family chrome, ua.major 156, ...
 *                               a note of the rules' for each
 *
 * A table for each header that facts are made of, and for the few other
 * facts of few values, so that a client who varies one of them drives out
 * nothing but its kind. A value is found by a hash and compared byte by byte;
 * what it was made into hangs on nothing else. Bounded, and made once.
 */
#ifndef WB_REQUEST_VALUE_MEMORY_H
#define WB_REQUEST_VALUE_MEMORY_H

#include "request/browser.h"
#include "request/facts.h"

/* Facts that are compared with those of another header. */
struct value_facts {
    struct browser browser; /* of a user agent */
    bool chromium;          /* a list of brands names it, and its version */
    uint64_t chromium_major;
    struct view platform; /* browser.platform's name of what a hint says */
};

/* One slot of one value. */
enum made_of { MADE_NUMBER, MADE_SENT, MADE_LITERAL, MADE_WRITTEN };
struct made {
    unsigned char state; /* enum value_state */
    unsigned char of;    /* enum made_of */
    uint16_t size;       /* of text */
    uint32_t note;       /* whatever who reads the values wrote; at first 0 */
    union {
        uint64_t number;
        const char *literal;
        size_t at; /* SENT: in the value; WRITTEN: behind it */
    } is;
};

/* A value. Behind it: its text, then what was written. */
struct remembered {
    uint64_t hash;
    uint64_t used; /* the memory's clock; 0: free */
    uint16_t size, written;
    struct value_facts facts;
    struct made made[];
};

/* Of one kind of values; as it is, for speed. */
struct value_table {
    char *entries;
    size_t stride, text_at; /* bytes; stride 0: nothing is remembered */
    size_t mask;            /* sets - 1 */
    size_t size_max, room;  /* of a text; with what is written */
    size_t slots;
    struct remembered *last; /* that was met */
};

struct value_memory {
    struct value_table *of_source; /* by source */
    struct value_table *of_slot;   /* by slot, of values whatever made them */
    size_t sources, slots;
    uint64_t clock; /* counts questions */
};

/* Of one plan, and of one thread at a time. `asked` tells, by slot, whether
 * somebody writes notes for it. NULL: out of memory. `shares`: how many such
 * memories share what one may take. */
struct value_memory *value_memory_new(const struct plan *plan,
                                      const bool *asked, size_t shares);
void value_memory_free(struct value_memory *memory);
/* Forgets all notes. */
void value_memory_forget_notes(struct value_memory *memory);

/* The value's entry: *known tells whether it is there. If not, it holds the
 * text, all else is to be filled in. NULL: such values are not kept. */
struct remembered *value_memory_seek(struct value_memory *memory,
                                     struct value_table *table,
                                     struct view text, bool *known);
/* Room for a copy of `text` behind the value's; SIZE_MAX: there is none. */
size_t value_memory_write(const struct value_table *table,
                          struct remembered *entry, struct view text);
/* It could not be made: the entry is free again. */
void value_memory_drop(struct remembered *entry);

/* Its text, which what was written stands behind. */
static inline char *value_memory_text(const struct value_table *table,
                                      struct remembered *entry)
{
    return (char *)entry + table->text_at;
}

/* Most values are short, and the same as last time. */
static inline bool value_bytes_equal(const char *a, const char *b, size_t size)
{
    uint64_t x[2], y[2];
    uint32_t u[2], v[2];

    if (size < 4) {
        return size == 0 || (a[0] == b[0] && a[size / 2] == b[size / 2] &&
                             a[size - 1] == b[size - 1]);
    }
    if (size < 8) {
        memcpy(&u[0], a, 4);
        memcpy(&v[0], b, 4);
        memcpy(&u[1], a + size - 4, 4);
        memcpy(&v[1], b + size - 4, 4);
        return u[0] == v[0] && u[1] == v[1];
    }
    for (; size > 16; a += 16, b += 16, size -= 16) {
        memcpy(x, a, 16);
        memcpy(y, b, 16);
        if (((x[0] ^ y[0]) | (x[1] ^ y[1])) != 0) {
            return false;
        }
    }
    if (size < 8) { /* behind what was the same, eight bytes of both */
        a -= 8 - size;
        b -= 8 - size;
        size = 8;
    }
    memcpy(&x[0], a, 8);
    memcpy(&y[0], b, 8);
    memcpy(&x[1], a + size - 8, 8);
    memcpy(&y[1], b + size - 8, 8);
    return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
}

static inline struct remembered *value_memory_find(struct value_memory *memory,
                                                   struct value_table *table,
                                                   struct view text,
                                                   bool *known)
{
    struct remembered *last = table->last;

    if (last->size == text.size && last->used &&
        value_bytes_equal(value_memory_text(table, last), text.at, text.size)) {
        *known = true;
        return last;
    }
    return value_memory_seek(memory, table, text, known);
}

#endif
