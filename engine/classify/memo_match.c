/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What regular expressions made of texts past. A pattern costs more than all
 * else of a decision, and those that are asked for are of robots' user agents,
 * which come again and again. A text is compared whole: what is found is
 * exact.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "classify/memo.h"

#define TEXT_MAX 240

struct match {
    uint32_t regex; /* number + 1; 0: free */
    uint32_t size;
    enum truth truth;
    char text[TEXT_MAX];
};

bool memo_make_matches(struct memo *memo, size_t count)
{
    memo->matches = calloc(count, sizeof(*memo->matches));
    memo->match_count = count;
    return memo->matches != NULL;
}

enum truth memo_match(struct memo *memo, uint32_t regex,
                      struct regex_scratch *scratch, struct view value)
{
    const struct regex *compiled = memo->program->regexes[regex];
    struct match *match;
    enum truth truth;
    size_t at;

    if (value.size > TEXT_MAX) {
        return regex_match(compiled, scratch, value);
    }
    at = (size_t)(hash_table(value) + regex) & (memo->match_count - 1);
    match = &memo->matches[at];
    if (match->regex == regex + 1 &&
        view_equal(view_of(match->text, match->size), value)) {
        return match->truth;
    }
    truth = regex_match(compiled, scratch, value);
    if (truth != TRUTH_UNKNOWN) { /* a limit was met: perhaps not again */
        match->regex = regex + 1;
        match->size = (uint32_t)value.size;
        match->truth = truth;
        if (value.size > 0) {
            memcpy(match->text, value.at, value.size);
        }
    }
    return truth;
}
