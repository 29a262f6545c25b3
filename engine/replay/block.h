/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A block of lines on its way through the three stages of a replay. Each line
 * has a request, or two where two configurations are compared; or none where
 * it is decided as others were and nothing but counts is wanted:
 *
 *   block_take    lines are copied out of the reader     in order
 *   block_weigh   parsed; all that needs no state        any thread
 *   block_decide  rates, claims, what hangs on them      in order
 *   block_count   records and counts                     any thread
 *   block_write   records and samples go out             in order
 */
#ifndef WB_REPLAY_BLOCK_H
#define WB_REPLAY_BLOCK_H

#include <stdio.h>

#include "replay/columns.h"
#include "replay/filter.h"
#include "replay/merge.h"
#include "replay/moves.h"
#include "replay/tally.h"

#define SIDES 2 /* the configuration, and the one it is compared with */

/* What is done with all blocks. */
struct block_job {
    struct wb_engine *engines[SIDES];
    struct wb_state *states[SIDES];
    unsigned sides;                /* 1 or 2 */
    const struct filter *filter;   /* NULL: all requests count */
    const struct columns *columns; /* of records; NULL: none are made */
    FILE *out;                     /* for records; NULL: none */
    FILE *err;                     /* samples of what could not be read */
    unsigned *unreadable;          /* of them that may still be shown */
    struct samples *fired;         /* examples for each rule */
    struct samples *moved;         /* examples for each move */
};

struct line {
    char *at; /* into the block's text */
    size_t size;
    const struct origin *origin;
    uint64_t number; /* in its file, from 1 */
    enum line_fault fault;
    bool left_out;   /* by the filter */
    bool sketched;   /* there is a sketch of it */
    const char *why; /* more about the fault: a static text, or NULL */
    int64_t time;    /* of a sketched one */
    size_t sketch;
    unsigned alike; /* number of what is decided alike, or 0: then it has */
    size_t request; /* this one */
    struct line_extra extra;
};

struct block {
    uint64_t number; /* in input order, from 0 */
    const struct block_job *job;
    struct line *lines;
    size_t count, room;
    struct wb_sketch *sketches; /* of some of the lines, with their numbers */
    unsigned *numbers;
    size_t sketched;
    struct wb_request **requests[SIDES]; /* as many as a block needed yet */
    size_t used;                         /* of them */
    struct wb_recall *recalls[SIDES];
    char *text;
    struct log_clock clock;
    /* Of all blocks that were in this place: */
    struct tally tallies[SIDES];
    struct table moves;
    uint64_t moved[MOVE_KINDS];
    struct text records; /* one a line; owned */
    bool failed;         /* out of memory */
};

/* `first`: the first one of the same job, or NULL for that. NULL: out of
 * memory. */
struct block *block_new(const struct block_job *job, const struct block *first);
void block_free(struct block *block);

/* Empties the block and takes lines. READING_LINE: there may be more; else
 * READING_END or READING_FAILED. */
enum reading block_take(struct block *block, struct merge *merge);
void block_weigh(struct block *block);
void block_decide(struct block *block);
void block_count(struct block *block);
/* Writes records, and lines that could not be read to the job's `err`; that a
 * compressed file broke, always. False when records could not be written. */
bool block_write(struct block *block);

/* Why a line gave no request, for people. */
const char *line_fault_text(enum line_fault fault);

#endif
