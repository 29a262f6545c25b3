/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the facts: the plan of a snapshot. A source is a named part of a
 * request (a header, a cookie, a query field) that some slots are made of; the
 * order of its headers is one, too. One table, open addressing, finds a source
 * by kind and name.
 *
 *   table  [ - | 2 | - | 1 | ... ]        source number + 1, 0 is free
 *   source 1  header "user-agent"  ->  slots 0 (user-agent), 4 (ua.family)
 *
 * Headers are compared without case, cookies and query fields with it.
 */
#ifndef WB_REQUEST_PLAN_H
#define WB_REQUEST_PLAN_H

#include "request/facts.h"

enum source_kind {
    SOURCE_HEADER,
    SOURCE_ORDER,
    SOURCE_COOKIE,
    SOURCE_QUERY,
    SOURCE_KINDS
};

struct plan_source {
    enum source_kind kind;
    struct view name;
    const unsigned *slots; /* all that are made of it */
    size_t slot_count;
    bool bare; /* its only slot is its text as it is */
};

/* Slot numbers. */
struct slot_list {
    unsigned *slots;
    size_t count;
};

struct plan {
    struct arena *arena;
    struct slot *slots;
    size_t count, room;

    /* made by plan_close */
    struct plan_source *sources;
    size_t source_count;
    unsigned *table;
    size_t mask;     /* of the table's size, a power of two */
    size_t name_max; /* longest name of a source */
    struct plain_slot {
        unsigned slot;
        enum field field;
    } * plain; /* made of no source */
    size_t plain_count;
    struct slot_list of_kind[SOURCE_KINDS]; /* made of sources of that kind */
    unsigned *source_of; /* by slot: the number of its header, or of the
                            headers' order; else source_count */
    unsigned cookie_header, agent, order; /* sources; else source_count */
    size_t written; /* slots of headers whose text is made when asked for */
    const struct known_names
        *names;        /* made by plan_know: by a known name's ... */
    unsigned *of_name; /* ... number its source + 1, or 0 */
};

/* Is it a header's text as it is? */
static inline bool slot_is_bare(const struct slot *slot)
{
    return (slot->field == FIELD_HEADER || slot->field == FIELD_USER_AGENT) &&
           slot->transforms[0] == TRANSFORM_NONE;
}

/* Mixes both ends of a name, without case; equal names give equal hashes. */
static inline uint64_t plan_hash(enum source_kind kind, struct view name)
{
    const uint64_t fold = UINT64_C(0x2020202020202020);
    uint64_t head = 0, tail = 0;

    if (name.size >= 8) {
        memcpy(&head, name.at, 8);
        memcpy(&tail, name.at + name.size - 8, 8);
    } else {
        for (size_t i = 0; i < name.size; i++) {
            head = head << 8 | (unsigned char)name.at[i];
        }
    }
    head = ((head | fold) ^ name.size) * UINT64_C(0x9e3779b97f4a7c15);
    tail = ((tail | fold) + (uint64_t)kind) * UINT64_C(0xc2b2ae3d27d4eb4f);
    head ^= tail ^ head >> 32;
    head *= UINT64_C(0x9e3779b97f4a7c15);
    return head ^ head >> 29;
}

/* The source's number + 1, or 0. */
static inline unsigned plan_find(const struct plan *plan, enum source_kind kind,
                                 struct view name)
{
    size_t i;

    if (name.size > plan->name_max) {
        return 0;
    }
    for (i = plan_hash(kind, name) & plan->mask; plan->table[i] != 0;
         i = (i + 1) & plan->mask) {
        const struct plan_source *source = &plan->sources[plan->table[i] - 1];

        if (source->kind == kind && source->name.size == name.size &&
            (kind == SOURCE_HEADER ? view_equal_fold(source->name, name)
                                   : view_equal(source->name, name))) {
            return plan->table[i];
        }
    }
    return 0;
}

#endif
