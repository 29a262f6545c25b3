/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a robots.txt: whoever asks gets an answer in bounded time, and
 * where nothing matches it is yes. */
#include <stdlib.h>

#include "request/robots_load.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct view text = view_of((const char *)data, size), rest = text;
    struct arena *arena = arena_new();
    const struct robots *robots = robots_read(arena, text);
    struct view agent = view_cut(&rest, '\n');
    struct view token = robots_token(robots, agent);

    if (token.at) {
        robots_allows(robots, token, view_cut(&rest, '\n'), rest);
        robots_allows(robots, token, VIEW("/a/b"), VIEW_NONE);
    }
    if (!robots_allows(robots, VIEW(""), VIEW("/"), VIEW_NONE) ||
        robots->group_count > size + 1) {
        abort();
    }
    arena_free(arena);
    return 0;
}
