/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --only KEY=VALUE: which requests are counted and written. Different keys
 * must all hold, of one key any value will do. What is left out is decided
 * all the same, for rates and claims hang on it.
 */
#ifndef WB_REPLAY_FILTER_H
#define WB_REPLAY_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "base/view.h"
#include "weighbridge.h"

#define FILTER_MAX 64

struct filter {
    struct filter_row {
        unsigned key; /* of the table in filter.c */
        struct view value;
    } rows[FILTER_MAX]; /* first those of one key, then the next */
    size_t count;
    bool since_given, until_given;
    int64_t since, until; /* microseconds; until is not in it */
};

/* Adds "class=agent", "since=2026-11-21T00:00:00Z"; the text must live as
 * long as the filter. False: no such key, no time, or too many. */
bool filter_add(struct filter *filter, const char *text);
/* Key i of the table, NULL past the end; for help. */
const char *filter_key(size_t i);
/* Does a decided request pass? */
bool filter_passes(const struct filter *filter,
                   const struct wb_request *request);

#endif
