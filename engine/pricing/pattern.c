/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matching by segments. Both wildcards go back to the last one only, which
 * is enough: whatever an earlier one could take, the later one can too. So
 * the time is at most the product of both lengths.
 */
#include "pricing/pattern.h"

#include "request/path.h"

static inline char byte_of(char c, bool fold)
{
    return fold ? ascii_lower(c) : c;
}

static bool is_many(struct view segment)
{
    return segment.size == 2 && segment.at[0] == '*' && segment.at[1] == '*';
}

/* One segment; `fold` folds the text, the pattern is folded already. */
static bool segment_matches(struct view pattern, struct view text, bool fold)
{
    size_t p = 0;
    size_t t = 0;
    size_t star = SIZE_MAX;
    size_t star_text = 0;

    while (t < text.size) {
        if (p < pattern.size && pattern.at[p] == '*') {
            star = p++;
            star_text = t;
        } else if (p < pattern.size &&
                   pattern.at[p] == byte_of(text.at[t], fold)) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++star_text;
        } else {
            return false;
        }
    }
    while (p < pattern.size && pattern.at[p] == '*') {
        p++;
    }
    return p == pattern.size;
}

/* Both without the leading '/'; NONE has no segment, "" has one. When strict,
 * '*' is no name for the empty segment after a last '/'. */
static bool segments_match(struct view pattern, struct view path, bool fold,
                           bool strict)
{
    bool starred = false;
    struct view star_pattern = VIEW_NONE;
    struct view star_path = VIEW_NONE;

    for (;;) {
        if (!pattern.at && !path.at) {
            return true;
        }
        if (pattern.at) {
            struct view next = pattern;
            struct view rest = path;
            struct view segment = view_cut(&next, '/');
            if (is_many(segment)) {
                if (!next.at) {
                    return true;
                }
                starred = true;
                star_pattern = pattern = next;
                star_path = path;
                continue;
            }
            struct view name = view_cut(&rest, '/');
            if (path.at && (name.size || !segment.size || !strict) &&
                segment_matches(segment, name, fold)) {
                pattern = next;
                path = rest;
                continue;
            }
        }
        if (!starred || !star_path.at) {
            return false;
        }
        view_cut(&star_path, '/');
        path = star_path;
        pattern = star_pattern;
    }
}

static struct view without_lead(struct view path)
{
    if (path.size > 0 && path.at[0] == '/') {
        return view_of(path.at + 1, path.size - 1);
    }
    return path;
}

/* "" is left as NONE: "/" without its '/' has no segment. */
static struct view without_tail(struct view path)
{
    while (path.size > 0 && path.at[path.size - 1] == '/') {
        path.size--;
    }
    return path.size ? path : VIEW_NONE;
}

/* The '/' before '**' is not literal: the prefix itself matches too. */
static size_t literal_size(struct view folded)
{
    size_t star = view_find(folded, '*');
    bool many = star + 1 < folded.size && folded.at[star + 1] == '*';

    return many && star > 0 ? star - 1 : star;
}

static void fold_in_place(struct view v)
{
    char *bytes = (char *)(size_t)v.at;
    for (size_t i = 0; i < v.size; i++) {
        bytes[i] = ascii_lower(bytes[i]);
    }
}

bool pattern_make(struct pattern *pattern, struct view text, bool fold,
                  struct arena *arena)
{
    struct path path;
    struct view copy = arena_copy(arena, text);
    struct view widest;

    if (!copy.at || !path_read(&path, text, arena)) {
        return false;
    }
    widest = arena_copy(arena, path.reading_count
                                   ? path.readings[path.reading_count - 1]
                                   : text);
    if (!widest.at) {
        return false;
    }
    if (fold) {
        fold_in_place(copy);
        fold_in_place(widest);
    }
    /* where folding changed nothing, both are the same bytes in memory */
    pattern->text = without_lead(view_equal(text, copy) ? copy : text);
    pattern->folded = without_tail(without_lead(copy));
    pattern->widest = without_tail(without_lead(widest));
    if (view_equal(pattern->widest, pattern->folded)) {
        pattern->widest = VIEW_NONE;
    }
    pattern->literal = literal_size(pattern->folded);
    pattern->folds = fold;
    return true;
}

/* The last byte first: names that are numbered differ there. */
static bool starts_as(const struct pattern *pattern, struct view path)
{
    size_t n = pattern->literal;

    if (path.size < n) {
        return false;
    }
    while (n > 0 && pattern->folded.at[n - 1] ==
                        byte_of(path.at[n - 1], pattern->folds)) {
        n--;
    }
    return n == 0;
}

bool pattern_strict(const struct pattern *pattern, struct view path)
{
    struct view open = without_lead(path);

    return path.size > 0 && path.at[0] == '/' &&
           (is_many(pattern->text) ||
            (starts_as(pattern, open) &&
             segments_match(pattern->text, open, false, true)));
}

static uint64_t start_bit(const char *two)
{
    return UINT64_C(1) << ((5 * (unsigned char)two[0] + (unsigned char)two[1]) %
                           64);
}

uint64_t pattern_start_of(struct view path)
{
    return path.size > 2 ? start_bit(path.at + 1) : UINT64_MAX;
}

uint64_t pattern_starts(const struct pattern *pattern)
{
    return pattern->literal > 1 ? start_bit(pattern->text.at) : UINT64_MAX;
}

bool pattern_wide(const struct pattern *pattern, struct view path)
{
    struct view open = without_lead(path);
    struct view closed = without_tail(open);
    bool fold = pattern->folds;

    if (starts_as(pattern, open) &&
        (segments_match(pattern->folded, closed, fold, false) ||
         segments_match(pattern->folded, open, fold, false))) {
        return true;
    }
    return pattern->widest.at &&
           segments_match(pattern->widest, closed, fold, false);
}

/* The pattern's text with each wildcard replaced by bytes that no pattern
 * holds, so that only a wildcard can match them. */
static bool covers_sample(const struct pattern *pattern, struct view text,
                          struct view many, struct view one)
{
    char room[2048];
    size_t size = 0;

    for (size_t i = 0; i < text.size;) {
        bool star = text.at[i] == '*';
        bool both = star && i + 1 < text.size && text.at[i + 1] == '*';
        struct view add = both ? many : star ? one : view_of(text.at + i, 1);
        if (size + add.size > sizeof room) {
            return false;
        }
        if (add.size) {
            memcpy(room + size, add.at, add.size);
        }
        size += add.size;
        i += both ? 2 : 1;
    }
    return segments_match(pattern->text, view_of(room, size), false, false);
}

bool pattern_covers(const struct pattern *pattern, const struct pattern *narrow)
{
    static const struct view one = {"\1", 1};
    static const struct view many = {"\1/\2/\1", 5};
    struct view text = narrow->text;

    if (!covers_sample(pattern, text, many, one) ||
        !covers_sample(pattern, text, one, one) ||
        !covers_sample(pattern, text, VIEW(""), VIEW(""))) {
        return false;
    }
    if (text.size > 3 && text.at[text.size - 3] == '/' &&
        is_many(view_of(text.at + text.size - 2, 2))) {
        text.size -= 3;
        return covers_sample(pattern, text, one, one);
    }
    return true;
}

bool host_matches(struct view pattern, struct view host)
{
    struct view tail;

    if (!view_starts(pattern, VIEW("*."))) {
        return view_equal(pattern, host);
    }
    tail = view_of(pattern.at + 1, pattern.size - 1);
    return host.size > tail.size && view_ends(host, tail);
}
