/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads request targets from stdin, one a line, and prints what the path
 * reader makes of each, separated by tabs:
 *
 *   canonical  plain|ambiguous|crowded  query or -  reading  reading ...
 *
 * Bytes that are not printable ASCII are \xNN on both sides, '\' is \x5c.
 */
#include <stdio.h>
#include <stdlib.h>

#include "request/path.h"
#include "request/path_wide.h"

#define LINE_MAX_SIZE (1 << 18)

/* Undoes \xNN in place. */
static struct view unescape(char *line)
{
    size_t size = 0;

    for (size_t i = 0; line[i] && line[i] != '\n'; i++) {
        int byte = line[i] == '\\' && line[i + 1] == 'x'
                       ? path_hex(line[i + 2], line[i + 3])
                       : -1;

        line[size++] = byte >= 0 ? (char)byte : line[i];
        i += byte >= 0 ? 3 : 0;
    }
    return view_of(line, size);
}

static void print(struct view v, char after)
{
    for (size_t i = 0; i < v.size; i++) {
        unsigned char c = (unsigned char)v.at[i];

        if (c <= ' ' || c >= 0x7f || c == '\\') {
            printf("\\x%02x", c);
        } else {
            putchar(c);
        }
    }
    putchar(after);
}

static void print_path(const struct path *path)
{
    print(path->canonical, '\t');
    printf("%s\t", path->crowded     ? "crowded"
                   : path->ambiguous ? "ambiguous"
                                     : "plain");
    print(path->query.at ? path->query : VIEW("-"), '\t');
    for (size_t i = 0; i < path->reading_count; i++) {
        print(path->readings[i], i + 1 < path->reading_count ? '\t' : '\n');
    }
}

int main(void)
{
    static char line[LINE_MAX_SIZE];
    struct arena *arena = arena_new();

    while (arena && fgets(line, sizeof(line), stdin)) {
        struct path path;

        if (!path_read(&path, unescape(line), arena)) {
            return 1;
        }
        print_path(&path);
        arena_reset(arena);
    }
    arena_free(arena);
    return 0;
}
