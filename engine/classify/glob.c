/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fits globs to values. Of pieces: the first begins the value, the last ends
 * it, the others follow each other in what is between. Of positions: `on`
 * holds a bit for each that may come next; a byte moves those that take it
 * one up and leaves those that loop over it where they are.
 */
#include "classify/glob.h"

static bool equal(const char *at, struct view piece, bool folds)
{
    for (size_t i = 0; i < piece.size; i++) {
        if ((folds ? ascii_lower(at[i]) : at[i]) != piece.at[i]) {
            return false;
        }
    }
    return true;
}

/* Where a byte is first, in one case or the other, from `from` on; v.size if
 * nowhere. Eight bytes at a time: a byte of x is zero where v has it. */
static size_t find_byte(struct view v, size_t from, char one, char other)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    uint64_t first = ones * (unsigned char)one;
    uint64_t second = ones * (unsigned char)other;

    for (; from + 8 <= v.size; from += 8) {
        uint64_t x, y;

        memcpy(&x, v.at + from, sizeof(x));
        y = x ^ second;
        x ^= first;
        if (((x - ones) & ~x & highs) | ((y - ones) & ~y & highs)) {
            break;
        }
    }
    while (from < v.size && v.at[from] != one && v.at[from] != other) {
        from++;
    }
    return from;
}

/* Where the piece ends that starts first at or after `from`; 0: nowhere. */
static size_t find_end(struct view value, size_t from,
                       const struct glob_piece *piece, bool folds)
{
    struct view text = piece->text;
    char one = text.at[piece->rare];
    char other = folds && one >= 'a' && one <= 'z' ? (char)(one - 32) : one;

    if (value.size < text.size) {
        return 0;
    }
    value.size -= text.size - piece->rare - 1; /* where `rare` may stand */
    for (from += piece->rare; from < value.size; from++) {
        size_t start;

        from = find_byte(value, from, one, other);
        if (from == value.size) {
            break;
        }
        start = from - piece->rare;
        if (equal(value.at + start, text, folds)) {
            return start + text.size;
        }
    }
    return 0;
}

static bool pieces_fit(const struct glob *glob, struct view value)
{
    struct view first = glob->pieces[0].text;
    struct view last = glob->pieces[glob->piece_count - 1].text;
    size_t at = first.size;

    if (value.size < first.size + last.size ||
        !equal(value.at, first, glob->folds) ||
        !equal(value.at + value.size - last.size, last, glob->folds)) {
        return false;
    }
    value.size -= last.size;
    for (uint32_t i = 1; i + 1 < glob->piece_count; i++) {
        at = find_end(value, at, &glob->pieces[i], glob->folds);
        if (at == 0) {
            return false;
        }
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
