/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of compressions, and the loop that feeds one; see unpack.h.
 */
#include "replay/unpack.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct unpack {
    const struct unpack_kind *kind;
    void *stream;
    int fd;
    enum unpack_state state;
    bool ended;     /* the file's end was seen */
    struct view in; /* of the room: not unpacked yet */
    char room[UNPACK_ROOM];
};

static const struct unpack_kind bzip2 = {
    .name = "bzip2",
    .magic = {"BZh", 3},
    .error = "is bzip2: use bzcat FILE | weighbridge replay -",
};
static const struct unpack_kind xz = {
    .name = "xz",
    .magic = {"\xfd"
              "7zXZ",
              5},
    .error = "is xz: use xzcat FILE | weighbridge replay -",
};
static const struct unpack_kind *const kinds[] = {&unpack_gzip, &unpack_zstd,
                                                  &bzip2, &xz};

const struct unpack_kind *unpack_row(size_t i)
{
    return i < sizeof kinds / sizeof *kinds ? kinds[i] : NULL;
}

const struct unpack_kind *unpack_find(struct view window)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (view_starts(window, kinds[i]->magic)) {
            return kinds[i];
        }
    }
    return NULL;
}

struct unpack *unpack_open(const struct unpack_kind *kind, int fd,
                           struct view first)
{
    struct unpack *u = malloc(sizeof *u);

    if (!u) {
        return NULL;
    }
    u->kind = kind;
    u->fd = fd;
    u->state = UNPACK_GOES_ON;
    u->ended = false;
    u->in = view_of(u->room, first.size);
    memcpy(u->room, first.at, first.size);
    u->stream = kind->open();
    if (!u->stream) {
        free(u);
        return NULL;
    }
    return u;
}

void unpack_close(struct unpack *u)
{
    if (u) {
        u->kind->close(u->stream);
        free(u);
    }
}

/* False: errno says why. */
static bool feed(struct unpack *u)
{
    for (;;) {
        ssize_t n = read(u->fd, u->room, sizeof u->room);
        if (n >= 0) {
            u->ended = n == 0;
            u->in = view_of(u->room, (size_t)n);
            return true;
        }
        if (errno != EINTR) {
            return false;
        }
    }
}

enum unpack_result unpack_read(struct unpack *u, char *out, size_t room,
                               size_t *made)
{
    for (;;) {
        *made = 0;
        /* Once whole, only more input can change that. */
        if (u->state == UNPACK_GOES_ON ||
            (u->state == UNPACK_WHOLE && u->in.size > 0)) {
            u->state = u->kind->take(u->stream, &u->in, out, room, made);
        }
        if (*made > 0) {
            return UNPACK_SOME; /* what was good before a fault */
        }
        if (u->state == UNPACK_BROKEN) {
            return UNPACK_BAD;
        }
        if (u->in.size > 0) {
            continue; /* a header, or padding */
        }
        if (u->ended) {
            return u->state == UNPACK_WHOLE ? UNPACK_END : UNPACK_CUT;
        }
        if (!feed(u)) {
            return UNPACK_FAILED;
        }
    }
}
