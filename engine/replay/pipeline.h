/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the stages of a replay over all blocks, with a number of threads; the
 * same bytes come out for any number.
 */
#ifndef WB_REPLAY_PIPELINE_H
#define WB_REPLAY_PIPELINE_H

#include "replay/block.h"

struct pipeline_options {
    struct wb_engine *engine;
    struct wb_state *state;
    const struct format *format; /* NULL: the first lines of each file tell */
    FILE *out;                   /* decision records; NULL: none */
    FILE *err;                   /* samples of what could not be read */
    unsigned threads;
    const char *const *paths;
    size_t path_count;
};

enum pipeline_result {
    PIPELINE_DONE,
    PIPELINE_MEMORY,
    PIPELINE_READ, /* reported to err already */
    PIPELINE_WRITE /* *error is errno's */
};

/* Adds all that was counted to `tally`. */
enum pipeline_result pipeline_run(const struct pipeline_options *options,
                                  struct tally *tally, int *error);

#endif
