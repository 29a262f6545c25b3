/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of the page of HTML: their frame, and cells that say by what a
 * table sorts. Foreign text in them is escaped.
 */
#ifndef WB_REPLAY_PAGE_CELLS_H
#define WB_REPLAY_PAGE_CELLS_H

#include <stdio.h>

#include "replay/tally.h"

/* A head cell. */
struct column {
    const char *title;
    bool number;
};

void table_open(FILE *out, const struct column *columns, size_t count);
void table_close(FILE *out);
void cell_number(FILE *out, uint64_t n);
void cell_text(FILE *out, struct view v);
void cell_share(FILE *out, uint64_t part, uint64_t whole);
/* A sum in whole units; the cell sorts by it. */
void cell_sum(FILE *out, const struct tally *tally, const struct row *row);
/* The same outside of tables; and as a number to draw by. */
void put_sum(FILE *out, const struct tally_asset *asset, const struct row *row);
double sum_as_double(const struct row *row, unsigned decimals);

#endif
