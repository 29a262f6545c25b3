/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of headers that a snapshot has something to do with: those that
 * its rules read, the guard refuses, a paid retry adds. A request looks each
 * of its headers' names up once, when the header is added; guard, facts and
 * header order then go by what was found.
 *
 *   "Sec-CH-UA"  ->  words of 8 bytes  ->  table  ->  known name, or NULL
 *
 * Letters are compared without case by leaving their bit of case out, which
 * is exact because it is known which bytes of the name are letters.
 */
#ifndef WB_REQUEST_KNOWN_NAMES_H
#define WB_REQUEST_KNOWN_NAMES_H

#include <stdint.h>

#include "base/arena.h"
#include "base/view.h"

/* Eight bytes each. */
struct name_ends {
    uint64_t first, last;
};
struct name_middle {
    uint64_t second, third;
};

/* So many bytes may be read from where a known name starts. */
#define KNOWN_NAME_ROOM 32

/* What a header may do besides being read by rules, as bits: a request without
 * any that pays need not be looked through for one. */
enum name_role {
    NAME_RETRY = 1,     /* only a paid retry has it: payments come in such */
    NAME_OVERRIDES = 2, /* names another path or method */
    NAME_SIGNS = 4,     /* Signature-Input */
    NAME_OTHER = 8      /* not known, or not spelled as those above: CGI may
                           take it for one of them */
};

struct known_name {
    struct view name; /* lower case */
    unsigned number;  /* from 0 */
    bool spoofed;     /* the guard refuses it, however spelled */
    bool lists;       /* its value names headers of this hop */
    bool harmless;    /* neither */
    unsigned char roles;
    struct name_ends ends, ends_kept; /* kept: all bits but those of case in
                                         letters */
    struct name_middle middle, middle_kept; /* of more than 16 bytes */
};

struct known_names {
    struct arena *arena;
    struct known_name **known; /* by number */
    unsigned count, room;
    struct known_name **table; /* NULL is free */
    size_t mask;
};

/* Loading half. NULL when out of memory; the arena must outlive it. */
struct known_names *known_names_new(struct arena *arena);
/* A name in any case, copied; once is enough. False when out of memory. */
bool known_names_add(struct known_names *names, struct view name);
/* The same of a name that an operator maps to payments: only a paid retry has
 * it. */
bool known_names_retry(struct known_names *names, struct view name);

/* All bytes of names up to 16, some of them twice; of longer ones both
 * ends. */
static inline struct name_ends name_ends(struct view name)
{
    const char *end = name.at + name.size;
    struct name_ends ends = {0, 0};

    if (name.size >= 8) {
        memcpy(&ends.first, name.at, 8);
        memcpy(&ends.last, end - 8, 8);
    } else if (name.size > 0) {
        ends.first = view_word(name.at, name.size);
    }
    return ends;
}

/* With both ends, all bytes of names of 17 to 32. */
static inline struct name_middle name_middle(struct view name)
{
    struct name_middle middle;

    memcpy(&middle.second, name.at + 8, 8);
    memcpy(&middle.third, name.at + name.size - 16, 8);
    return middle;
}

static inline size_t name_hash(struct name_ends ends, size_t size)
{
    const uint64_t fold = UINT64_C(0x2020202020202020);
    uint64_t both = ends.first ^ (ends.last << 8 | ends.last >> 56);

    return (size_t)(((both | fold) + size) * UINT64_C(0x9e3779b97f4a7c15) >>
                    40);
}

/* Of two names of one size whose ends are the same: bits of case apart. */
static inline bool name_goes_on(const struct known_name *known,
                                struct view name)
{
    struct name_middle middle = name_middle(name);

    return (((middle.second ^ known->middle.second) &
             known->middle_kept.second) |
            ((middle.third ^ known->middle.third) &
             known->middle_kept.third)) == 0 &&
           (name.size <= 32 || view_equal_fold(known->name, name));
}

static inline const struct known_name *
known_names_find(const struct known_names *names, struct view name)
{
    struct name_ends ends = name_ends(name);
    struct known_name *const *table = names->table;
    size_t mask = names->mask, i = name_hash(ends, name.size) & mask;
    const struct known_name *known;

    for (; (known = table[i]); i = (i + 1) & mask) {
        if (known->name.size == name.size &&
            (((ends.first ^ known->ends.first) & known->ends_kept.first) |
             ((ends.last ^ known->ends.last) & known->ends_kept.last)) == 0 &&
            (name.size <= 16 || name_goes_on(known, name))) {
            break;
        }
    }
    return known;
}

#endif
