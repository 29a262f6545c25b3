/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that end flush at a page nobody may touch: a reader that goes one
 * byte too far dies, in every build.
 *
 *   [ .......... free .......... bytes ][ guard page ]
 */
#ifndef WB_TEST_GUARD_H
#define WB_TEST_GUARD_H

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/view.h"

struct guard {
    char *map;
    size_t room; /* before the guard page */
};

static inline struct guard guard_new(size_t room)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct guard g = {NULL, (room + page - 1) / page * page};

    g.map = mmap(NULL, g.room + page, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (g.map == MAP_FAILED || mprotect(g.map + g.room, page, PROT_NONE) != 0) {
        abort();
    }
    return g;
}

static inline void guard_free(struct guard *g)
{
    munmap(g->map, g->room + (size_t)sysconf(_SC_PAGESIZE));
}

/* The last `size` bytes before the guard page. */
static inline char *guard_end(struct guard *g, size_t size)
{
    if (size > g->room) {
        abort();
    }
    return g->map + g->room - size;
}

/* A copy of `v` there; it lives until the next one. */
static inline struct view guard_view(struct guard *g, struct view v)
{
    char *at = guard_end(g, v.size);

    if (v.size > 0) {
        memcpy(at, v.at, v.size);
    }
    return view_of(at, v.size);
}

#endif
