/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gzip, by zlib: members one after the other (as rotated logs that were
 * appended to each other are), and padding with zeros behind the last one.
 */
#include "replay/unpack.h"

#define MAGIC                                                                  \
    {                                                                          \
        "\x1f\x8b", 2                                                          \
    }

#ifdef WITH_ZLIB

#include <stdlib.h>
#define ZLIB_CONST
#include <zlib.h>

/* The largest window, and a gzip header before it (see zlib.h). */
#define WINDOW_BITS (15 + 16)

struct gzip {
    z_stream zlib;
    bool between; /* members: what follows is another one, or padding */
};

static void *gzip_open(void)
{
    struct gzip *gzip = calloc(1, sizeof *gzip);

    if (gzip && inflateInit2(&gzip->zlib, WINDOW_BITS) != Z_OK) {
        free(gzip);
        return NULL;
    }
    return gzip;
}

static void gzip_close(void *stream)
{
    struct gzip *gzip = stream;

    inflateEnd(&gzip->zlib);
    free(gzip);
}

/* Passes over padding; true when a member begins. */
static bool begin_member(struct gzip *gzip, struct view *in)
{
    while (in->size > 0 && in->at[0] == '\0') {
        *in = view_of(in->at + 1, in->size - 1);
    }
    if (in->size == 0 || inflateReset(&gzip->zlib) != Z_OK) {
        return false;
    }
    gzip->between = false;
    return true;
}

static enum unpack_state gzip_take(void *stream, struct view *in, char *out,
                                   size_t room, size_t *made)
{
    struct gzip *gzip = stream;
    z_stream *zlib = &gzip->zlib;

    if (gzip->between && !begin_member(gzip, in)) {
        return UNPACK_WHOLE;
    }
    zlib->next_in = (const Bytef *)in->at;
    zlib->avail_in = (uInt)in->size;
    zlib->next_out = (Bytef *)out;
    zlib->avail_out = (uInt)room;
    int result = inflate(zlib, Z_NO_FLUSH);
    *in = view_of((const char *)zlib->next_in, zlib->avail_in);
    *made = room - zlib->avail_out;
    if (result == Z_STREAM_END) {
        gzip->between = true;
        return UNPACK_WHOLE;
    }
    /* Z_BUF_ERROR: there was nothing to be done. */
    return result == Z_OK || result == Z_BUF_ERROR ? UNPACK_GOES_ON
                                                   : UNPACK_BROKEN;
}

const struct unpack_kind unpack_gzip = {
    .name = "gzip",
    .magic = MAGIC,
    .open = gzip_open,
    .close = gzip_close,
    .take = gzip_take,
};

#else

const struct unpack_kind unpack_gzip = {
    .name = "gzip",
    .magic = MAGIC,
    .error = "is gzip: use zcat FILE | weighbridge replay -",
};

#endif
