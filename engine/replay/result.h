/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that a replay found, for those who tell it: as JSON, as a page of text,
 * as a page of HTML, as a partial summary for other machines.
 */
#ifndef WB_REPLAY_RESULT_H
#define WB_REPLAY_RESULT_H

#include <stdio.h>

#include "replay/forecast.h"
#include "replay/moves.h"
#include "replay/tally.h"

struct result {
    unsigned sides;          /* 2: compared with another configuration */
    struct tally tallies[2]; /* finished */
    struct table moves;      /* sorted */
    uint64_t moved[MOVE_KINDS];
    char mode[16];
    char generations[2][17];
    unsigned counts;          /* as wb_engine_counts_rates() says */
    unsigned parts;           /* partial summaries that were merged; 0: none */
    struct samples fired;     /* --explain */
    struct samples examples;  /* of moves */
    struct forecast forecast; /* assumptions; `given` or not */
};

bool result_start(struct result *result);
void result_end(struct result *result);
/* After all was counted. */
void result_finish(struct result *result);
/* What was kept from request to request, so that the order counted: names for
 * people ("rates"), NULL past the end. */
const char *result_stateful(const struct result *result, size_t i);

/* Asset i that either side charged in, or NULL. */
const struct tally_asset *result_asset(const struct result *result, size_t i);

/* summary.c: one JSON object. False: not written. */
bool summary_write(const struct result *result, FILE *out);
/* report.c: a page of text for a terminal. */
bool report_write(const struct result *result, FILE *out);
/* page.c: a page of HTML that stands alone. */
bool page_write(const struct result *result, FILE *out);
/* partial_write.c: all counts, one JSON object a line. */
bool partial_write(const struct result *result, FILE *out);
/* partial_read.c: adds a partial summary; false: *why (a static text) says why
 * not. */
bool partial_read(struct result *result, FILE *in, const char **why);

#endif
