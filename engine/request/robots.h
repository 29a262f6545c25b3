/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A site's robots.txt (RFC 9309): may a robot of this name fetch this path?
 * Made at load, immutable. A user agent belongs to the group with the longest
 * token that stands in it as a word, else to '*'; of that group's rules the
 * longest that matches decides, `allow` of two as long.
 */
#ifndef WB_REQUEST_ROBOTS_H
#define WB_REQUEST_ROBOTS_H

#include "base/view.h"

struct robots_rule {
    struct view pattern; /* '*' is anything, '$' at its end the end */
    bool allows;
};

/* One token; groups that name several, or one token in several groups, share
 * or repeat rules. */
struct robots_group {
    struct view token; /* "*": everybody else */
    const struct robots_rule *rules;
    size_t rule_count;
};

struct robots {
    const struct robots_group *groups;
    size_t group_count;
};

/* The longest token in the user agent, "*", or NONE: no group at all. */
struct view robots_token(const struct robots *robots, struct view user_agent);
/* May a robot of that token fetch it? `query` NONE: none. */
bool robots_allows(const struct robots *robots, struct view token,
                   struct view path, struct view query);

#endif
