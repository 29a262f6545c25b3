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
struct name_words {
    uint64_t first, second, third, last;
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
    unsigned char roles;
    struct name_words bytes;
    struct name_words kept; /* all bits but those of case in letters */
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

/* Bytes of names up to 32 are all there, some of them twice; of longer ones
 * both ends. */
static inline struct name_words name_words(struct view name)
{
    const char *end = name.at + name.size;
    struct name_words words = {0, 0, 0, 0};
    uint32_t head, tail;

    if (name.size >= 8) {
        memcpy(&words.first, name.at, 8);
        memcpy(&words.last, end - 8, 8);
        if (name.size > 16) {
            memcpy(&words.second, name.at + 8, 8);
            memcpy(&words.third, end - 16, 8);
        }
    } else if (name.size >= 4) {
        memcpy(&head, name.at, 4);
        memcpy(&tail, end - 4, 4);
        words.first = (uint64_t)head << 32 | tail;
    } else if (name.size > 0) {
        words.first = (uint64_t)(unsigned char)name.at[0] << 16 |
                      (uint64_t)(unsigned char)end[-1] << 8 |
                      (unsigned char)name.at[name.size / 2];
    }
    return words;
}

static inline size_t name_hash(struct name_words words, size_t size)
{
    const uint64_t fold = UINT64_C(0x2020202020202020);
    uint64_t both = words.first ^ (words.last << 8 | words.last >> 56);

    return (size_t)(((both | fold) + size) * UINT64_C(0x9e3779b97f4a7c15) >>
                    40);
}

/* Bits of case apart. Both are of one size. */
static inline bool name_is(const struct known_name *known,
                           struct name_words words, size_t size)
{
    uint64_t differ = (words.first ^ known->bytes.first) & known->kept.first;

    differ |= (words.last ^ known->bytes.last) & known->kept.last;
    if (size > 16) {
        differ |= (words.second ^ known->bytes.second) & known->kept.second;
        differ |= (words.third ^ known->bytes.third) & known->kept.third;
    }
    return differ == 0;
}

static inline const struct known_name *
known_names_find(const struct known_names *names, struct view name)
{
    struct name_words words = name_words(name);
    size_t i = name_hash(words, name.size) & names->mask;

    for (; names->table[i]; i = (i + 1) & names->mask) {
        const struct known_name *known = names->table[i];

        if (known->name.size == name.size && name_is(known, words, name.size) &&
            (name.size <= sizeof(words) ||
             view_equal_fold(known->name, name))) {
            return known;
        }
    }
    return NULL;
}

#endif
