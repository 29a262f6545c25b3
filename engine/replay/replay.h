/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Offline replay: what would these rules and prices have done to this
 * traffic? Nothing is claimed in a live store; the clock is the log's.
 */
#ifndef WB_REPLAY_REPLAY_H
#define WB_REPLAY_REPLAY_H

#include <stddef.h>

#include "replay/columns.h"
#include "replay/filter.h"
#include "replay/telling.h"
#include "weighbridge.h"

struct replay_options {
    struct wb_engine *against; /* compared with; NULL: with nothing */
    const char *format;        /* of replay_format(); NULL: found out */
    const char *out;           /* decision records: a path, "-", or NULL */
    struct columns columns;    /* of the records */
    struct filter filter;
    struct telling telling;
    size_t samples;           /* per rule */
    bool clients;             /* samples have the clients' addresses */
    unsigned threads;         /* 0: one per core */
    const char *const *paths; /* "-": stdin */
    size_t path_count;
};

/* Prints the page of text to stdout unless something else was asked for.
 * Returns the process's exit code: 0; 1 there were lines and none could be
 * read, or a condition to fail holds; 2 I/O. */
int replay_run(struct wb_engine *engine, const struct replay_options *options);
/* Adds partial summaries up ("-": stdin) and tells. 1: a condition holds, or
 * one of them is none; 2: I/O. */
int replay_merge(const char *const *paths, size_t count,
                 const struct telling *telling);
/* Name of the compression i that is built in, NULL past the end. */
const char *replay_unpacks(size_t i);
/* Name of format i, NULL past the end, and what it is. */
const char *replay_format(size_t i, const char **about);

#endif
