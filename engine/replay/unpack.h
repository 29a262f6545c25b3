/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compressed logs, unpacked as they are read: memory does not grow with what
 * a stream unpacks to. One file per library; a kind whose library was left
 * out has no functions, and is told by its first bytes all the same.
 */
#ifndef WB_REPLAY_UNPACK_H
#define WB_REPLAY_UNPACK_H

#include <stdint.h>

#include "base/view.h"

enum unpack_state {
    UNPACK_GOES_ON, /* more input or more room is needed */
    UNPACK_WHOLE,   /* the input may end here */
    UNPACK_BROKEN   /* the stream is corrupt */
};

struct unpack_kind {
    const char *name;
    struct view magic; /* first bytes */
    /* NULL: not built in. A stream, or NULL: out of memory. */
    void *(*open)(void);
    void (*close)(void *stream);
    /* Takes from *in (may be empty), writes up to `room` bytes to `out` and
     * says in *made how many. */
    enum unpack_state (*take)(void *stream, struct view *in, char *out,
                              size_t room, size_t *made);
    const char *error; /* for people, when it is not built in */
};
extern const struct unpack_kind unpack_gzip, unpack_zstd;

/* The kind of a file that begins so, or NULL. */
const struct unpack_kind *unpack_find(struct view window);
/* Kind i, or NULL past the end. */
const struct unpack_kind *unpack_row(size_t i);

/* A file that is being unpacked. */
struct unpack;

enum unpack_result {
    UNPACK_SOME,   /* *made bytes */
    UNPACK_END,    /* none: the file ended where it may */
    UNPACK_CUT,    /* none: the file ended too early */
    UNPACK_BAD,    /* none: what follows cannot be unpacked */
    UNPACK_FAILED, /* errno says why */
};

/* `first` is what was read from `fd` so far, at most UNPACK_ROOM bytes.
 * NULL: out of memory. The caller closes fd. */
#define UNPACK_ROOM ((size_t)256 * 1024)
struct unpack *unpack_open(const struct unpack_kind *kind, int fd,
                           struct view first);
void unpack_close(struct unpack *unpack); /* NULL is fine */
enum unpack_result unpack_read(struct unpack *unpack, char *out, size_t room,
                               size_t *made);

#endif
