/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a request target: the promised workspace is enough, a smaller
 * one is told, and what path.h says of readings holds.
 */
#include "request/path.h"

#include "fuzz.h"

static bool is_plain_tail(char c)
{
    return c != '/' && c != '.' && c != ' ';
}

static void check_readings(const struct path *path)
{
    struct view first = path->readings[0];
    struct view last = path->readings[path->reading_count - 1];

    must(path->reading_count >= 1 && path->reading_count <= PATH_READINGS_MAX);
    must(view_equal(first, path->canonical));
    must(last.size >= 1 && last.at[0] == '/');
    must(last.size == 1 || is_plain_tail(last.at[last.size - 1]));
    must(view_search(last, VIEW("//")) == SIZE_MAX);
    must(view_search(last, VIEW("/../")) == SIZE_MAX);
    must(view_find(last, ';') == last.size);
    must(view_find(last, '\\') == last.size);
    must(view_find(last, 0) == last.size);
    for (size_t i = 0; i < path->reading_count; i++) {
        for (size_t j = 0; j < i; j++) {
            must((j == 0 && i + 1 == path->reading_count) ||
                 !view_equal(path->readings[i], path->readings[j]));
        }
    }
}

/* A plain path is its own canonical path, and means one thing. */
static void check_plain(const struct path *path, struct arena *workspace)
{
    struct path again;

    must(!path->crowded && path->reading_count <= 2);
    must(path_read(&again, path->canonical, workspace));
    must(!again.ambiguous && !again.query.at);
    must(view_equal(again.canonical, path->canonical));
}

static void check_views(const struct path *path, struct view target)
{
    must(path->raw.at == target.at && path->raw.size <= target.size);
    must(view_find(path->raw, '?') == path->raw.size);
    must(view_find(path->raw, '#') == path->raw.size);
    must(path->query.at == NULL ||
         (path->query.at > target.at &&
          path->query.at + path->query.size <= target.at + target.size));
    must(view_find(path->canonical, '?') == path->canonical.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct view target = view_of((const char *)data, size);
    struct arena *workspace =
        arena_new_fixed(3 * size + PATH_READING_BYTES + 256);
    struct arena *small = arena_new_fixed(size);
    struct arena *more = arena_new_fixed(8 * size + PATH_READING_BYTES);
    struct path path;

    must(workspace && small && more && data);
    (void)path_read(&path, target, small);
    must(path_read(&path, target, workspace));
    check_views(&path, target);
    check_readings(&path);
    if (!path.ambiguous) {
        check_plain(&path, more);
    }
    struct view field = query_field(path.query, VIEW("a"));
    must(!field.at ||
         (field.at >= path.query.at && field.size < path.query.size));
    arena_free(workspace);
    arena_free(small);
    arena_free(more);
    return 0;
}
