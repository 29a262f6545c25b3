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

struct value_memory; /* of one plan; of one thread at a time */

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

/* `asked` tells, by slot, whether somebody writes notes for it. NULL: out of
 * memory. `shares`: how many such memories share what one may take. */
struct value_memory *value_memory_new(const struct plan *plan,
                                      const bool *asked, size_t shares);
void value_memory_free(struct value_memory *memory);
/* Forgets all notes. */
void value_memory_forget_notes(struct value_memory *memory);

/* The table of a source or of a slot without one; NULL: not remembered. */
struct value_table;
struct value_table *value_memory_of_source(struct value_memory *memory,
                                           size_t source);
struct value_table *value_memory_of_slot(struct value_memory *memory,
                                         size_t slot);
/* The value's entry: *known tells whether it is there. If not, it holds the
 * text, all else is to be filled in. NULL: such values are not kept. */
struct remembered *value_memory_find(struct value_memory *memory,
                                     struct value_table *table,
                                     struct view text, bool *known);
/* Its text, which what was written stands behind. */
char *value_memory_text(const struct value_table *table,
                        struct remembered *entry);
/* Room for a copy of `text` behind the value's; SIZE_MAX: there is none. */
size_t value_memory_write(const struct value_table *table,
                          struct remembered *entry, struct view text);
/* It could not be made: the entry is free again. */
void value_memory_drop(struct remembered *entry);

#endif
