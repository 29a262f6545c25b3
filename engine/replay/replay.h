/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Offline replay: what would these rules and prices have done to this
 * traffic? Nothing is claimed in a live store; the clock is the log's.
 */
#ifndef WB_REPLAY_REPLAY_H
#define WB_REPLAY_REPLAY_H

#include <stddef.h>

#include "weighbridge.h"

struct replay_options {
    const char *format;       /* a name of replay_format(); NULL: found out */
    const char *out;          /* decision records: a path, "-", or NULL */
    const char *summary;      /* the summary as JSON: a path, "-", or NULL */
    unsigned threads;         /* 0: one per core */
    const char *const *paths; /* "-": stdin */
    size_t path_count;
};

/* Prints the summary for people to stdout unless stdout or a summary was
 * asked for otherwise. Returns the process's exit code: 0; 1 there were
 * lines and none could be read; 2 I/O. */
int replay_run(struct wb_engine *engine, const struct replay_options *options);
/* Name of the compression i that is built in, NULL past the end. */
const char *replay_unpacks(size_t i);
/* Name of format i, NULL past the end, and what it is. */
const char *replay_format(size_t i, const char **about);

#endif
