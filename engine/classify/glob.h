/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A glob in one of two forms. Literal pieces with '*' between them are looked
 * for from left to right, each as early as it comes. Any other glob is a row
 * of positions, all followed at once with one bit each (Baeza-Yates and
 * Gonnet, 1992), so that no value costs more than value x pattern / 64 steps.
 *
 *   glob       / a * . ? x        '*' is no position of its own but a loop on
 *   position   0 1   2 3 4 (5)    the one that follows it: here on 2
 */
#ifndef WB_CLASSIFY_GLOB_H
#define WB_CLASSIFY_GLOB_H

#include <stdint.h>

#include "classify/search.h"

#define GLOB_WORDS_MAX 4
#define GLOB_POSITIONS_MAX (GLOB_WORDS_MAX * 64 - 1)

struct glob {
    /* the form of pieces, if there are any */
    const struct needle *pieces; /* the first and last may be empty */
    uint32_t piece_count;
    bool folds;
    /* the form of positions */
    uint32_t words;
    uint32_t positions; /* that take a byte; the last bit is the end */
    uint64_t runs[GLOB_WORDS_MAX];      /* '*': any byte but '/' in paths */
    uint64_t deep_runs[GLOB_WORDS_MAX]; /* '**', and '*' outside paths */
    const uint64_t *takes; /* [256][words]: positions that take the byte */
};

bool glob_fits(const struct glob *glob, struct view value);

#endif
