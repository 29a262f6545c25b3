/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a replay and a merge are asked to tell, and the telling of it.
 */
#ifndef WB_REPLAY_TELLING_H
#define WB_REPLAY_TELLING_H

#include "replay/outlet.h"
#include "replay/result.h"

#define CONDITIONS_MAX 32

struct telling {
    const char *summary; /* paths; "-": stdout; NULL: not asked for */
    const char *report;  /* HTML */
    const char *partial;
    const char *conditions[CONDITIONS_MAX]; /* --fail-if */
    size_t condition_count;
    struct forecast forecast;
};

struct telling_outlets {
    struct outlet summary, report, partial;
};

/* How many of the paths are stdout. */
unsigned telling_on_stdout(const struct telling *telling);
/* Opens all before any work is done. False: one cannot be. */
bool telling_open(const struct telling *telling, struct telling_outlets *out);
/* Writes all that was asked for, and the page of text to stdout unless
 * something else is there. 0; 1: a condition holds; 2: not written. */
int telling_tell(const struct telling *telling, struct telling_outlets *out,
                 struct result *result, bool stdout_taken);
/* False: something did not arrive. */
bool telling_close(struct telling_outlets *out);

#endif
