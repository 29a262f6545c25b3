/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside facts_fill: the filling under way, and the ways to put a value into
 * a slot. facts.c makes the passes, facts_plain.c fills slots of no source,
 * facts_header.c those of one header, facts_remembered.c those of a value that
 * was there before.
 */
#ifndef WB_REQUEST_FILL_H
#define WB_REQUEST_FILL_H

#include "request/browser.h"
#include "request/plan.h"
#include "request/transform.h"
#include "request/value_memory.h"

struct fill {
    const struct plan *plan;
    const struct request *request;
    struct value *values;
    struct arena *workspace;
    bool *cut;
    struct value_memory *memory; /* NULL: nothing is remembered */
    struct browser browser;      /* the user agent read, once it is asked for */
    bool has_browser;
    const struct browser *agent; /* the same, where it is remembered */
};

static inline void put_unknown(struct fill *fill, unsigned slot)
{
    fill->values[slot].state = VALUE_UNKNOWN;
    *fill->cut = true;
}

/* Few slots have transforms. */
static inline void put_text(struct fill *fill, unsigned slot, struct view text)
{
    if (fill->plan->slots[slot].transforms[0] == TRANSFORM_NONE) {
        fill->values[slot].state = VALUE_PRESENT;
        fill->values[slot].text = text;
    } else if (!transform_value(&fill->plan->slots[slot], text,
                                &fill->values[slot], fill->workspace)) {
        *fill->cut = true;
    }
}

static inline void put_number(struct fill *fill, unsigned slot, uint64_t number)
{
    fill->values[slot].state = VALUE_PRESENT;
    fill->values[slot].number = number;
}

/* Are all header lines here, and nothing else? */
static inline bool headers_whole(const struct request *request)
{
    return !request->headers_limited && !request->overflow;
}

/* The same of a slot without transforms, whose value may be remembered. */
void put_remembered(struct fill *fill, unsigned slot, struct view text);

/* Method, path, client, payment, header order: all slots of plan->plain. */
void fill_plain(struct fill *fill);
/* The slots of one header, from its text; anew: whatever is remembered. *told
 * (NULL: nobody asks) is what headers are compared by. */
void fill_anew(struct fill *fill, const struct source *source, struct view text,
               struct value_facts *told);
/* A slot that two headers are compared in. */
void fill_same(struct fill *fill, unsigned slot, enum field field,
               const struct value_facts *told);
void fill_header(struct fill *fill, const struct source *source,
                 struct view text);

#endif
