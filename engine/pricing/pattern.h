/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns of paths and hosts. In a path '*' stands for any bytes but '/',
 * and '**', as a whole segment, for any number of segments, none included;
 * so at the end of a path it also takes in the prefix itself: what covers
 * all below /premium covers /premium. In a host '*.' at the start stands for
 * any names below.
 *
 * Strict matching is for what makes a request free: bytes as they are, and no
 * '*' for the nothing after a last '/'. Wide matching is for what charges:
 * case folded when asked, a '/' at the end makes no difference, and the
 * pattern's own widest reading counts too.
 */
#ifndef WB_PRICING_PATTERN_H
#define WB_PRICING_PATTERN_H

#include <stdint.h>

#include "base/arena.h"
#include "base/view.h"

/* All views are without the leading '/'. */
struct pattern {
    struct view text;   /* as written */
    struct view folded; /* for wide matching: lower case if case is folded,
                           without '/' at the end */
    struct view widest; /* the widest reading of `folded`, or NONE: the same */
    size_t literal;     /* leading bytes of `folded` that stand for
                           themselves */
    bool folds;
};

/* Makes a pattern from its text, which starts with '/' and lives as long.
 * False when the arena is full. */
bool pattern_make(struct pattern *pattern, struct view text, bool fold,
                  struct arena *arena);
bool pattern_strict(const struct pattern *pattern, struct view path);
/* Bits by the two bytes behind the '/': where those of a path and those of
 * patterns have none in common, none of them matches it strictly. */
uint64_t pattern_start_of(struct view path);
uint64_t pattern_starts(const struct pattern *pattern);
bool pattern_wide(const struct pattern *pattern, struct view path);
/* Does `pattern` match whatever `narrow` matches, a '/' at the end aside? May
 * say no where the answer is yes. */
bool pattern_covers(const struct pattern *pattern,
                    const struct pattern *narrow);

/* `host` in lower case without port; the pattern is in lower case. */
bool host_matches(struct view pattern, struct view host);

#endif
