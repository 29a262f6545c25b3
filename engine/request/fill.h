/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of a plan that are being filled in. Method, path, client and the like
 * are there from the start; what is made of a header, or of the headers' order,
 * waits until somebody asks for one of its slots:
 *
 *   header line  ->  its source: { line 3, not done }  ->  asked: its slots
 *
 * facts.c finds the lines and fills them in, facts_plain.c slots of no source,
 * facts_header.c those of one header.
 */
#ifndef WB_REQUEST_FILL_H
#define WB_REQUEST_FILL_H

#include "request/browser.h"
#include "request/plan.h"
#include "request/transform.h"

/* A source in a request. */
struct line {
    unsigned char first; /* header's place + 1; 0: there is none. Of the order
                            of headers 1, if it is known */
    bool more;           /* there are others */
    bool known;          /* of one that is not there: it was looked for */
    bool done;           /* its slots are filled in */
};
_Static_assert(REQUEST_HEADERS_MAX < 256, "places fit");

/* Facts that are compared with those of another header. */
struct told {
    struct browser browser; /* of a user agent */
    bool chromium;          /* a list of brands names it, and its version */
    uint64_t chromium_major;
    struct view platform; /* browser.platform's name of what a hint says */
};

struct fill {
    const struct plan *plan;
    const struct request *request;
    struct value *values;
    struct arena *workspace;
    bool *cut;
    struct line *lines; /* by source, and one more that is done */
    unsigned present[REQUEST_HEADERS_MAX]; /* headers' sources that are there */
    size_t present_count;
    bool whole; /* all header lines are there, and nothing else */
    bool has_browser;
    struct browser browser; /* the user agent read */
};

/* Finds what the request has of the plan's sources, and fills in all that is
 * made of none of them. False, and *cut, when the workspace is full: all is
 * unknown. */
bool facts_start(struct fill *fill, const struct plan *plan,
                 const struct request *request, struct value *values,
                 struct arena *workspace, bool *cut);
/* Fills in all that waits. */
void facts_finish(struct fill *fill);
/* Will there be room in the workspace for all that waits, however late? */
bool facts_may_wait(const struct fill *fill);
/* Fills in what is made of a source; *told (NULL: nobody asks) is what headers
 * are compared by. */
void facts_fill_source(struct fill *fill, unsigned source, struct told *told);
/* A slot in which the source is compared with the user agent. */
void fill_same(struct fill *fill, unsigned slot, const struct told *told);

/* Whoever reads the value of a slot asks for it first. A header's text is read
 * without reading what else is made of it. */
void facts_fill_slot(struct fill *fill, unsigned slot);
static inline void facts_need(struct fill *fill, size_t slot)
{
    if (!fill->lines[fill->plan->source_of[slot]].done) {
        facts_fill_slot(fill, (unsigned)slot);
    }
}

/* The text of a source of one line; NONE: it has more. */
static inline struct view facts_line(const struct fill *fill, unsigned source)
{
    const struct line *line = &fill->lines[source];

    return line->more ? VIEW_NONE
                      : fill->request->headers[line->first - 1].value;
}

/* Of a source that is not there: is it absent, or does nobody know? */
static inline enum value_state facts_missing(const struct fill *fill,
                                             unsigned source)
{
    return (fill->whole && source != fill->plan->order) ||
                   fill->lines[source].known
               ? VALUE_ABSENT
               : VALUE_UNKNOWN;
}

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
        put_unknown(fill, slot);
    }
}

static inline void put_number(struct fill *fill, unsigned slot, uint64_t number)
{
    fill->values[slot].state = VALUE_PRESENT;
    fill->values[slot].number = number;
}

/* Method, path, client, payment: all slots of plan->plain. */
void fill_plain(struct fill *fill);
/* The slots of a header, from its text. */
void fill_header(struct fill *fill, const struct plan_source *source,
                 struct view text, struct told *told);
/* One of them, where that costs next to nothing; false: it does not. */
bool fill_alone(struct fill *fill, unsigned slot, struct view text);
/* The text of a header that is there, its lines joined; NONE: no room. */
struct view fill_text(struct fill *fill, unsigned source);

#endif
