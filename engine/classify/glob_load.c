/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A glob's text -> pieces, or positions and loops, and its longest literal
 * piece, which a value must hold to fit.
 */
#include "classify/draft_load.h"

static void set_bit(uint64_t *words, size_t bit)
{
    words[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static size_t count_positions(struct view pattern)
{
    size_t count = 0;

    for (size_t i = 0; i < pattern.size; i++) {
        count += pattern.at[i] != '*';
    }
    return count;
}

/* Lets position `bit` take the byte, in both cases when folded. */
static void take(uint64_t *takes, size_t words, size_t bit, char c, bool folds)
{
    char lower = ascii_lower(c);
    char upper = lower >= 'a' && lower <= 'z' ? (char)(lower - 32) : lower;

    if (!folds) {
        set_bit(takes + (size_t)(unsigned char)c * words, bit);
        return;
    }
    set_bit(takes + (size_t)(unsigned char)lower * words, bit);
    set_bit(takes + (size_t)(unsigned char)upper * words, bit);
}

static void take_any(uint64_t *takes, size_t words, size_t bit, bool in_path)
{
    for (size_t c = 0; c < 256; c++) {
        if (!in_path || c != '/') {
            set_bit(takes + c * words, bit);
        }
    }
}

static struct view longest_piece(struct view pattern)
{
    struct view best = view_of(pattern.at, 0);
    size_t start = 0;

    for (size_t i = 0; i <= pattern.size; i++) {
        bool end =
            i == pattern.size || pattern.at[i] == '*' || pattern.at[i] == '?';

        if (end) {
            if (i - start > best.size) {
                best = view_of(pattern.at + start, i - start);
            }
            start = i + 1;
        }
    }
    return best;
}

/* Does it consist of short pieces with '*' between them, of the kind that
 * takes anything? */
static bool is_of_pieces(struct view pattern, bool in_path)
{
    size_t size = 0, stars = 0;

    for (size_t i = 0; i < pattern.size; i++) {
        if (pattern.at[i] == '?') {
            return false;
        }
        if (pattern.at[i] != '*') {
            if (++size > NEEDLE_MAX) {
                return false;
            }
            continue;
        }
        size = 0;
        stars++;
        if (in_path && (i + 1 == pattern.size || pattern.at[++i] != '*')) {
            return false;
        }
    }
    return stars > 0;
}

static struct view piece_copy(struct arena *arena, struct view piece,
                              bool folds)
{
    char *copy = arena_alloc(arena, piece.size + 1);

    for (size_t i = 0; i < piece.size && copy; i++) {
        copy[i] = folds ? ascii_lower(piece.at[i]) : piece.at[i];
    }
    return copy ? view_of(copy, piece.size) : VIEW_NONE;
}

/* Empty pieces between stars are left out. */
static bool cut_pieces(struct arena *arena, struct view pattern,
                       struct glob *out)
{
    struct needle *pieces =
        arena_array(arena, pattern.size + 2, sizeof(*pieces));
    struct view rest = pattern;

    while (rest.at && pieces) {
        struct view piece = view_cut(&rest, '*');

        if (piece.size == 0 && out->piece_count > 0 && rest.at) {
            continue;
        }
        piece = piece_copy(arena, piece, out->folds);
        if (!piece.at) {
            return false;
        }
        pieces[out->piece_count++] = needle_of(piece);
    }
    out->pieces = pieces;
    return pieces;
}

bool glob_make(struct arena *arena, struct view pattern, bool in_path,
               bool folds, struct glob *out, struct view *longest)
{
    size_t positions = count_positions(pattern), words = positions / 64 + 1;
    uint64_t *takes;
    size_t bit = 0;

    *longest = longest_piece(pattern);
    *out = (struct glob){.folds = folds};
    if (is_of_pieces(pattern, in_path)) {
        return cut_pieces(arena, pattern, out);
    }
    if (positions > GLOB_POSITIONS_MAX) {
        return false;
    }
    takes = arena_array(arena, 256 * words, sizeof(*takes));
    if (!takes) {
        return false;
    }
    out->words = (uint32_t)words;
    out->positions = (uint32_t)positions;
    out->takes = takes;
    for (size_t i = 0; i < pattern.size; i++) {
        char c = pattern.at[i];

        if (c == '*') {
            bool deep = i + 1 < pattern.size && pattern.at[i + 1] == '*';

            set_bit(deep || !in_path ? out->deep_runs : out->runs, bit);
            i += deep;
        } else if (c == '?') {
            take_any(takes, words, bit++, in_path);
        } else {
            take(takes, words, bit++, c, folds);
        }
    }
    return true;
}
