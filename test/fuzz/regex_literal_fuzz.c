/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pattern and a text, parted by the first line end: whatever PCRE2 matches
 * holds one of the literals that the pattern is said to require.
 */
#include <stdlib.h>

#include "classify/draft_load.h"

#include "fuzz.h"

static bool holds(struct view text, struct view literal, bool folds)
{
    for (size_t at = 0; at + literal.size <= text.size; at++) {
        struct view part = view_of(text.at + at, literal.size);

        if (folds ? view_equal_fold(part, literal)
                  : view_equal(part, literal)) {
            return true;
        }
    }
    return false;
}

static bool holds_one(struct view text, const struct view *literals,
                      size_t count, bool folds)
{
    for (size_t i = 0; i < count; i++) {
        if (holds(text, literals[i], folds)) {
            return true;
        }
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct regex_scratch *scratch;
    struct view text = view_of((const char *)data, size);
    struct view pattern = view_cut(&text, '\n');
    struct view literals[LITERALS_MAX];
    struct arena *arena = arena_new();
    struct regex_error error;
    struct regex *regex = regex_new(pattern, false, &error);
    bool folds;
    size_t count;

    if (!scratch) {
        scratch = regex_scratch_new();
    }
    if (!arena || !scratch) {
        abort();
    }
    count = regex_literals(arena, pattern, literals, &folds);
    if (regex && count > 0 && text.at &&
        regex_match(regex, scratch, text) == TRUTH_TRUE &&
        !holds_one(text, literals, count, folds)) {
        abort();
    }
    regex_free(regex);
    arena_free(arena);
    return 0;
}
