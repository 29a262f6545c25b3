/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Formats of what is replayed: which facts a line carries, and how they get
 * into a request. One row per format; --format names one, else the first
 * lines of each file tell.
 */
#ifndef WB_REPLAY_FORMAT_H
#define WB_REPLAY_FORMAT_H

#include "replay/log_line.h"
#include "weighbridge.h"

/* The time of a record that tells none. */
#define TIME_UNKNOWN 0

struct format {
    const char *name;
    const char *about; /* the facts that it carries */
    log_line_read *read;
    log_line_looks *looks; /* NULL: nothing tells */
    bool is_har;           /* a document of entries, not lines: see har.h */
};

/* Begins `request` and gives it what `line` holds; the line's bytes must live
 * until the request is reset. LINE_NO_RECORD: *why (a static text) says more.
 * On WB_ERROR_MEMORY *fault is as it was. */
enum wb_status format_fill(struct wb_request *request, struct wb_engine *engine,
                           const struct log_line *line, enum line_fault *fault,
                           const char **why);

/* All that the line holds in place of that, where a sketch has room for it;
 * else false. */
bool format_sketch(const struct log_line *line, struct wb_sketch *sketch);
/* NULL: there is none of that name. */
const struct format *format_find(const char *name);
/* Row i, or NULL past the end. */
const struct format *format_row(size_t i);
/* By the first lines of a file; the combined format when they tell
 * nothing. */
const struct format *format_guess(struct view window);
/* The time of the first line of `window` that has one; false: none has. */
bool format_first_time(const struct format *format, struct view window,
                       int64_t *out);
/* The time of one line, which stays as it is; `room` is of LINE_SIZE_MAX. */
bool format_time(const struct format *format, struct view line,
                 struct log_clock *clock, char *room, int64_t *out);

#endif
