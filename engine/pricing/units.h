/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prices per unit, where the request says how many: in a query field or in a
 * header. What it does not say, says twice, or says in a way that servers
 * may read differently, is taken for the number that costs most.
 *
 *   units: { query: pages, most: 100, steps: [{ from: 50, factor: 0.8 }] }
 */
#ifndef WB_PRICING_UNITS_H
#define WB_PRICING_UNITS_H

#include "request/request.h"

/* From so many on, this factor holds (parts per million, at most 1x). */
struct rebate {
    uint64_t from;
    uint64_t factor;
};

/* The number of the step that holds, from 1; 0: none. */
size_t steps_find(const struct rebate *steps, size_t count, uint64_t n);

struct units {
    struct view query;    /* name of the field, or NONE */
    struct view header;   /* name of the header, or NONE */
    uint64_t most;        /* the cap */
    uint64_t dearest;     /* how many cost most */
    struct rebate *steps; /* ascending `from`, descending `factor` */
    size_t step_count;
};

/* 1 to `most`. */
uint64_t units_count(const struct units *units, const struct request *request);
/* Parts per million. */
uint64_t units_factor(const struct units *units, uint64_t count);

#endif
