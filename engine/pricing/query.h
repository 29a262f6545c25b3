/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests on query fields: NAME is VALUE, or NAME is present. Servers differ
 * in how they read a query (which of two equal names counts, ';' as '&',
 * case, "a[]", "a.b" as "a_b"), so a test is met for certain only if exactly
 * one field can be meant, spelled just so; it may be met if any field could
 * be read as meeting it.
 */
#ifndef WB_PRICING_QUERY_H
#define WB_PRICING_QUERY_H

#include "base/view.h"

struct query_test {
    struct view name;
    struct view value; /* NONE: present with any value */
};

/* How well something fits; the worst of several is the least. */
enum fit { FIT_NO, FIT_MAYBE, FIT_YES };

/* Is there a '#', which not every server ends the query at? */
bool query_goes_on(struct view target);
enum fit query_fits(struct view query, const struct query_test *test);
/* The value of the only field that could be read as one of that name, spelled
 * just so; false: there is none, or servers may differ. */
bool query_single(struct view query, struct view name, struct view *value);
/* Could any field be read as one of that name? */
bool query_mentions(struct view query, struct view name);

#endif
