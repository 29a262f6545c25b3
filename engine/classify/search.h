/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One literal in one value, for when a whole automaton would be too much.
 * The search goes by the literal's byte that is met most seldom, eight bytes
 * of the value at a time.
 */
#ifndef WB_CLASSIFY_SEARCH_H
#define WB_CLASSIFY_SEARCH_H

#include <stdint.h>

#include "base/view.h"

/* A search may take the literal's size times the value's: what is longer is
 * left to automata. */
#define NEEDLE_MAX 64

struct needle {
    struct view text; /* lower case where it is folded */
    size_t rare;      /* place of its most seldom byte */
};

struct needle needle_of(struct view text);

/* Where it starts first, at or after `from`; SIZE_MAX if nowhere. The needle
 * is not empty. */
size_t search_needle(struct view value, size_t from,
                     const struct needle *needle, bool folds);

/* Is the needle's text at `at`, where there are as many bytes? A text that
 * folds is in lower case. */
static inline bool search_equal(const char *at, struct view text, bool folds)
{
    return folds ? view_fold_equal(at, text.at, text.size)
                 : view_equal(view_of(at, text.size), text);
}

#endif
