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

/* What a line told besides the request. */
struct line_extra {
    unsigned status; /* of the server's answer; 0: not known */
    uint64_t bytes;  /* of the server's answer */
    const char *why; /* more about a fault: a static text, or NULL */
};

/* Begins `request` and fills it from `line`, whose bytes may change and must
 * live until the request is reset. On WB_ERROR_MEMORY *fault is as it was. */
typedef enum wb_status format_read(struct wb_request *request,
                                   struct wb_engine *engine,
                                   struct log_clock *clock, char *line,
                                   size_t size, enum line_fault *fault,
                                   struct line_extra *extra);

struct format {
    const char *name;
    const char *about; /* the facts that it carries */
    format_read *read;     /* either */
    log_line_read *line;   /* or */
    log_line_looks *looks; /* NULL: nothing tells */
};

/* By the one that the format has. */
enum wb_status format_read_line(const struct format *format,
                                struct wb_request *request,
                                struct wb_engine *engine,
                                struct log_clock *clock, char *line,
                                size_t size, enum line_fault *fault,
                                struct line_extra *extra);

/* NULL: there is none of that name. */
const struct format *format_find(const char *name);
/* Row i, or NULL past the end. */
const struct format *format_row(size_t i);
/* By the first lines of a file; the combined format when they tell
 * nothing. */
const struct format *format_guess(struct view window);

#endif
