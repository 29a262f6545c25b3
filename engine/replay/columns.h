/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decision records as a table: one row a request, a column for each key of
 * the record that was asked for ("time", "agent.name", "request.path").
 *
 * CSV is that of RFC 4180; a cell that a spreadsheet would take for a formula
 * begins with an apostrophe. In TSV tabs and line ends are escapes (\t \n).
 * In both, controls and all else that a terminal would act on stay escaped as
 * \u001b.
 */
#ifndef WB_REPLAY_COLUMNS_H
#define WB_REPLAY_COLUMNS_H

#include "base/text.h"

#define COLUMNS_MAX 64

enum columns_form { COLUMNS_JSON, COLUMNS_CSV, COLUMNS_TSV };

struct columns {
    enum columns_form form;
    struct view keys[COLUMNS_MAX]; /* into the list that was given */
    size_t count;
};

/* From "json", "csv" or "tsv". */
bool columns_form(struct columns *columns, const char *name);
/* "time,class,agent.name": the text must live as long as the columns. */
bool columns_list(struct columns *columns, const char *list);
/* The usual columns, unless some were listed. */
void columns_default(struct columns *columns);
/* The row of names, and one of a record; each ends with its newline. */
void columns_head(const struct columns *columns, struct text *out);
void columns_row(const struct columns *columns, struct view record,
                 struct text *out);

#endif
