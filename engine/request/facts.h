/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts: the values of just those fields that the loaded rules, tiers and
 * rates name. Each (field, parameter, transforms) is a slot; the plan of a
 * snapshot lists its slots and finds a header's slot by one hash look-up, so
 * that filling costs by the request's headers, not by the rules.
 *
 *   plan (immutable)  slot 0: user-agent   slot 1: header.accept|lower  ...
 *   values (request)  PRESENT "curl/8"     UNKNOWN
 */
#ifndef WB_REQUEST_FACTS_H
#define WB_REQUEST_FACTS_H

#include "base/amount.h"
#include "request/field.h"
#include "request/request.h"

enum value_state { VALUE_UNKNOWN, VALUE_ABSENT, VALUE_PRESENT };

enum transform {
    TRANSFORM_NONE,
    TRANSFORM_LOWER,
    TRANSFORM_URL_DECODE,
    TRANSFORM_TRIM,
    TRANSFORM_LENGTH /* text to number; only last */
};
#define TRANSFORMS_MAX 4
extern const char *const transform_names[]; /* NULL-terminated, from LOWER */

struct value {
    enum value_state state;
    struct view text;              /* TEXT */
    uint64_t number;               /* NUMBER; BOOL as 0 or 1 */
    const struct address *address; /* ADDRESS */
    const struct amount *amount;   /* AMOUNT */
};

struct slot {
    enum field field;
    enum field_type type;                     /* after transforms */
    struct view parameter;                    /* lower case for headers */
    unsigned char transforms[TRANSFORMS_MAX]; /* enum transform, 0 ends */
    unsigned index; /* whatever plan_slot_index gave (rates); else 0 */
};

struct plan;

/* Loading half: a plan grows while rules and tiers are read ... */
struct plan *plan_new(struct arena *arena);
/* The slot's number, the old one if it is there already; SIZE_MAX when out
 * of memory. parameter is copied. */
size_t plan_slot(struct plan *plan, enum field field, struct view parameter,
                 const unsigned char transforms[TRANSFORMS_MAX]);
/* A number that the caller wants to find in the slot again. */
void plan_slot_index(struct plan *plan, size_t i, unsigned index);
/* ... and is closed once; its look-up table is made then. */
bool plan_close(struct plan *plan);
/* The names of all headers that it reads; and, when all are known, where
 * each is found: requests whose names are looked up in `names` are filled
 * faster. False when out of memory. */
bool plan_add_names(const struct plan *plan, struct known_names *names);
bool plan_know(struct plan *plan, const struct known_names *names);

/* Serving half. */
size_t plan_slots(const struct plan *plan);
const struct slot *plan_slot_at(const struct plan *plan, size_t i);
/* Fills values[plan_slots()] from a prepared request whose payment slots are
 * filled. SCORE, CLASS, LABEL and RATE slots are left UNKNOWN: others write
 * them. Text that must be made (joined lines, transforms) is made in
 * `workspace`; a slot that does not fit is UNKNOWN and *cut is set. */
void facts_fill(const struct plan *plan, const struct request *request,
                struct value *values, struct arena *workspace, bool *cut);
/* Fills the slots of request->signature again, once it says something else. */
void facts_fill_signature(const struct plan *plan,
                          const struct request *request, struct value *values,
                          struct arena *workspace, bool *cut);

#endif
