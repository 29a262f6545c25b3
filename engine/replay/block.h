/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A block of lines on its way through the three stages of a replay, with a
 * request for each of its lines:
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

#include "replay/merge.h"
#include "replay/tally.h"

struct line {
    char *at; /* into the block's text */
    size_t size;
    const struct origin *origin;
    uint64_t number; /* in its file, from 1 */
    enum line_fault fault;
    const char *why; /* more about the fault: a static text, or NULL */
    struct line_extra extra;
};

struct block {
    uint64_t number; /* in input order, from 0 */
    struct line *lines;
    struct wb_request **requests; /* one per line */
    size_t count, room;
    char *text;
    struct log_clock clock;
    struct tally tally; /* of all blocks that were in this place */
    char *records;      /* decision records, one a line */
    size_t records_size, records_room;
    bool failed; /* out of memory */
};

/* For `lines` lines; NULL: out of memory. */
struct block *block_new(size_t lines);
void block_free(struct block *block);

/* Empties the block and takes lines. READING_LINE: there may be more; else
 * READING_END or READING_FAILED. */
enum reading block_take(struct block *block, struct merge *merge);
void block_weigh(struct block *block, struct wb_engine *engine);
void block_decide(struct block *block, struct wb_state *state);
void block_count(struct block *block, bool records);
/* Writes records to `out` (may be NULL) and, while *samples is not 0, lines
 * that could not be read to `err`; that a compressed file broke, always.
 * False when `out` could not be written. */
bool block_write(struct block *block, FILE *out, FILE *err, unsigned *samples);

/* Why a line gave no request, for people. */
const char *line_fault_text(enum line_fault fault);

#endif
