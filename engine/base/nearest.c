/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Did you mean": the edit distance in which a letter missing, added, wrong
 * or swapped with its neighbour costs one, and case costs nothing.
 */
#include "base/problems.h"

#define WORD_MAX 64

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Row i holds the distances of a's first i letters to b's first j. */
static size_t distance(struct view a, struct view b)
{
    unsigned char rows[3][WORD_MAX + 1];
    unsigned char *before = rows[0], *last = rows[1], *row = rows[2];

    for (size_t j = 0; j <= b.size; j++) {
        last[j] = (unsigned char)j;
    }
    for (size_t i = 1; i <= a.size; i++) {
        unsigned char *spare = before;

        row[0] = (unsigned char)i;
        for (size_t j = 1; j <= b.size; j++) {
            char x = ascii_lower(a.at[i - 1]);
            char y = ascii_lower(b.at[j - 1]);
            size_t best = least((size_t)last[j] + 1, (size_t)row[j - 1] + 1);

            best = least(best, (size_t)last[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == ascii_lower(b.at[j - 2]) &&
                y == ascii_lower(a.at[i - 2])) {
                best = least(best, (size_t)before[j - 2] + 1);
            }
            row[j] = (unsigned char)best;
        }
        before = last;
        last = row;
        row = spare;
    }
    return last[b.size];
}

const char *problems_nearest(struct view found, const char *const *words,
                             size_t n)
{
    size_t best = found.size / 3 + 1;
    const char *nearest = NULL;

    if (found.size == 0 || found.size > WORD_MAX) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        struct view word = view_text(words[i]);

        if (word.size <= WORD_MAX) {
            size_t away = distance(found, word);

            if (away < best) {
                best = away;
                nearest = words[i];
            }
        }
    }
    return nearest;
}
