/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sixteen bytes at once, for tests that every byte of a value must pass. A
 * value shorter than sixteen fills a vector too: some of its bytes are then
 * there more than once, which no such test minds.
 *
 *   "gzip, deflate"  ->  "gzip, de, deflate"
 */
#ifndef WB_BASE_SIXTEEN_H
#define WB_BASE_SIXTEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef unsigned char sixteen __attribute__((vector_size(16)));

/* Sixteen bytes from `at`. */
static inline sixteen sixteen_at(const char *at)
{
    sixteen all;

    memcpy(&all, at, sizeof(all));
    return all;
}

/* From `at`, where there are only 1 to 15 bytes. */
static inline sixteen sixteen_short(const char *at, size_t size)
{
    uint64_t both[2] = {0, 0};
    uint32_t half[2];
    sixteen all;

    if (size >= 8) {
        memcpy(&both[0], at, 8);
        memcpy(&both[1], at + size - 8, 8);
    } else if (size >= 4) {
        memcpy(&half[0], at, 4);
        memcpy(&half[1], at + size - 4, 4);
        both[0] = both[1] = (uint64_t)half[0] << 32 | half[1];
    } else {
        uint64_t three = (uint64_t)(unsigned char)at[0] << 16 |
                         (uint64_t)(unsigned char)at[size / 2] << 8 |
                         (unsigned char)at[size - 1];

        both[0] = both[1] = three << 40 | three << 16 | three >> 8;
    }
    memcpy(&all, both, sizeof(all));
    return all;
}

/* `byte` in every place. */
static inline sixteen sixteen_of(unsigned char byte)
{
    return (sixteen){byte, byte, byte, byte, byte, byte, byte, byte,
                     byte, byte, byte, byte, byte, byte, byte, byte};
}

/* 0xff where a byte lies between two, both included; else 0. */
static inline sixteen sixteen_between(sixteen all, unsigned char low,
                                      unsigned char high)
{
    return (sixteen)(all - sixteen_of(low) <=
                     sixteen_of((unsigned char)(high - low)));
}

static inline sixteen sixteen_is(sixteen all, unsigned char byte)
{
    return (sixteen)(all == sixteen_of(byte));
}

/* Is any byte not 0? */
static inline bool sixteen_any(sixteen all)
{
    uint64_t both[2];

    memcpy(both, &all, sizeof(both));
    return (both[0] | both[1]) != 0;
}

/* The place of the first byte that is 0xff; some byte is, the others 0. */
static inline size_t sixteen_first(sixteen all)
{
    uint64_t both[2];

    memcpy(both, &all, sizeof(both));
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return both[0] ? (size_t)__builtin_ctzll(both[0]) / 8
                   : (size_t)__builtin_ctzll(both[1]) / 8 + 8;
#else
    return both[0] ? (size_t)__builtin_clzll(both[0]) / 8
                   : (size_t)__builtin_clzll(both[1]) / 8 + 8;
#endif
}

/* A bit for each byte that is 0xff, the first byte's lowest; the others are
 * 0. */
static inline unsigned sixteen_bits(sixteen all)
{
#ifdef __SSE2__
    typedef char bytes __attribute__((vector_size(16)));
    return (unsigned)__builtin_ia32_pmovmskb128((bytes)all);
#else
    unsigned bits = 0;

    for (unsigned i = 0; i < 16; i++) {
        bits |= (unsigned)(all[i] & 1) << i;
    }
    return bits;
#endif
}

/* Bytes of both in turn: of their first halves, and of their last. */
static inline sixteen sixteen_zip_first(sixteen a, sixteen b)
{
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5,
                                   21, 6, 22, 7, 23);
}

static inline sixteen sixteen_zip_last(sixteen a, sixteen b)
{
    return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28,
                                   13, 29, 14, 30, 15, 31);
}

/* Letters in lower case. */
static inline sixteen sixteen_lower(sixteen all)
{
    return all | (sixteen_between(all, 'A', 'Z') & sixteen_of(0x20));
}

#endif
