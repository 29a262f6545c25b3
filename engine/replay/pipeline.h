/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the stages of a replay over all blocks, with a number of threads; the
 * same bytes come out for any number.
 */
#ifndef WB_REPLAY_PIPELINE_H
#define WB_REPLAY_PIPELINE_H

#include "replay/block.h"
#include "replay/progress.h"

struct pipeline_options {
    const struct block_job *job;
    const struct format *format; /* NULL: the first lines of each file tell */
    struct progress *progress;   /* NULL: none is shown */
    unsigned threads;
    const char *const *paths;
    size_t path_count;
};

/* What was counted, by all threads. */
struct pipeline_sums {
    struct tally *tallies; /* one per side */
    struct table *moves;
    uint64_t *moved; /* of each kind */
};

enum pipeline_result {
    PIPELINE_DONE,
    PIPELINE_MEMORY,
    PIPELINE_READ, /* reported to err already */
    PIPELINE_WRITE /* *error is errno's */
};

/* Adds all that was counted to `sums`. */
enum pipeline_result pipeline_run(const struct pipeline_options *options,
                                  const struct pipeline_sums *sums, int *error);

#endif
