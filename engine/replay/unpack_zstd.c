/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zstandard, by libzstd: frames one after the other, skippable ones among
 * them. A frame may ask for a window of up to 128 MiB, as zstdcat allows.
 */
#include "replay/unpack.h"

#define MAGIC                                                                  \
    {                                                                          \
        "\x28\xb5\x2f\xfd", 4                                                  \
    }

#ifdef WITH_ZSTD

#include <zstd.h>

#define WINDOW_LOG_MAX 27

static void *zstd_open(void)
{
    ZSTD_DStream *stream = ZSTD_createDStream();

    if (stream && ZSTD_isError(ZSTD_DCtx_setParameter(
                      stream, ZSTD_d_windowLogMax, WINDOW_LOG_MAX))) {
        ZSTD_freeDStream(stream);
        return NULL;
    }
    return stream;
}

static void zstd_close(void *stream)
{
    ZSTD_freeDStream(stream);
}

static enum unpack_state zstd_take(void *stream, struct view *in, char *out,
                                   size_t room, size_t *made)
{
    ZSTD_inBuffer from = {in->at, in->size, 0};
    ZSTD_outBuffer to = {out, room, 0};
    size_t left = ZSTD_decompressStream(stream, &to, &from);

    *in = view_of(in->at + from.pos, in->size - from.pos);
    *made = to.pos;
    if (ZSTD_isError(left)) {
        return UNPACK_BROKEN;
    }
    return left == 0 ? UNPACK_WHOLE : UNPACK_GOES_ON;
}

const struct unpack_kind unpack_zstd = {
    .name = "zstd",
    .magic = MAGIC,
    .open = zstd_open,
    .close = zstd_close,
    .take = zstd_take,
};

#else

const struct unpack_kind unpack_zstd = {
    .name = "zstd",
    .magic = MAGIC,
    .error = "is zstd: use zstdcat FILE | weighbridge replay -",
};

#endif
