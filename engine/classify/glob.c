/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Follows a glob over a value: `on` holds a bit for each position that may
 * come next. A byte moves those that take it one up and leaves those that
 * loop over it where they are.
 */
#include "classify/glob.h"

static bool fits_short(const struct glob *glob, struct view value)
{
    uint64_t on = 1;

    for (size_t i = 0; i < value.size && on; i++) {
        unsigned char c = (unsigned char)value.at[i];
        uint64_t loops = glob->deep_runs[0];

        if (c != '/') {
            loops |= glob->runs[0];
        }
        on = (on & glob->takes[c]) << 1 | (on & loops);
    }
    return on >> glob->positions & 1;
}

bool glob_fits(const struct glob *glob, struct view value)
{
    uint64_t on[GLOB_WORDS_MAX] = {1};

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
