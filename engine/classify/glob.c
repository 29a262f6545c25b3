/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fits globs to values. Of pieces: the first begins the value, the last ends
 * it, the others follow each other in what is between. Of positions: `on`
 * holds a bit for each that may come next; a byte moves those that take it
 * one up and leaves those that loop over it where they are.
 */
#include "classify/glob.h"

static bool pieces_fit(const struct glob *glob, struct view value)
{
    struct view first = glob->pieces[0].text;
    struct view last = glob->pieces[glob->piece_count - 1].text;
    size_t at = first.size;

    if (value.size < first.size + last.size ||
        !search_equal(value.at, first, glob->folds) ||
        !search_equal(value.at + value.size - last.size, last, glob->folds)) {
        return false;
    }
    value.size -= last.size;
    for (uint32_t i = 1; i + 1 < glob->piece_count; i++) {
        at = search_needle(value, at, &glob->pieces[i], glob->folds);
        if (at == SIZE_MAX) {
            return false;
        }
        at += glob->pieces[i].text.size;
    }
    return true;
}

static bool fits_short(const struct glob *glob, struct view value)
{
    uint64_t end = UINT64_C(1) << glob->positions;
    uint64_t runs = glob->runs[0], deep_runs = glob->deep_runs[0];
    /* Once a '*' at the end is reached it takes all the rest. */
    uint64_t sure = end & deep_runs, on = 1;

    for (size_t i = 0; i < value.size; i++) {
        unsigned char c = (unsigned char)value.at[i];
        uint64_t loops = c == '/' ? deep_runs : deep_runs | runs;

        on = (on & glob->takes[c]) << 1 | (on & loops);
        if (!on || on & sure) {
            break;
        }
    }
    return on & end;
}

bool glob_fits(const struct glob *glob, struct view value)
{
    uint64_t on[GLOB_WORDS_MAX] = {1};

    if (glob->piece_count > 0) {
        return pieces_fit(glob, value);
    }
    if (glob->words == 1) {
        return fits_short(glob, value);
    }
    for (size_t i = 0; i < value.size; i++) {
        unsigned char c = (unsigned char)value.at[i];
        const uint64_t *takes = glob->takes + (size_t)c * glob->words;
        uint64_t carry = 0;

        for (uint32_t w = 0; w < glob->words; w++) {
            uint64_t moved = on[w] & takes[w];
            uint64_t loops = glob->deep_runs[w];

            if (c != '/') {
                loops |= glob->runs[w];
            }
            on[w] = moved << 1 | carry | (on[w] & loops);
            carry = moved >> 63;
        }
    }
    return on[glob->positions / 64] >> (glob->positions % 64) & 1;
}
