/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-8 as the Unicode standard's table of well-formed byte sequences has
 * it: the second byte alone decides between shortest form, surrogates and
 * the end of the code space.
 */
#include "base/utf8.h"

static bool is_tail(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

static size_t length_3(const unsigned char *p)
{
    unsigned char low = p[0] == 0xe0 ? 0xa0 : 0x80;
    unsigned char high = p[0] == 0xed ? 0x9f : 0xbf;

    return p[1] >= low && p[1] <= high && is_tail(p[2]) ? 3 : 0;
}

static size_t length_4(const unsigned char *p)
{
    unsigned char low = p[0] == 0xf0 ? 0x90 : 0x80;
    unsigned char high = p[0] == 0xf4 ? 0x8f : 0xbf;

    return p[1] >= low && p[1] <= high && is_tail(p[2]) && is_tail(p[3]) ? 4
                                                                         : 0;
}

size_t utf8_length(const char *at, size_t size)
{
    const unsigned char *p = (const unsigned char *)at;

    if (size == 0) {
        return 0;
    }
    if (p[0] < 0x80) {
        return 1;
    }
    if (p[0] < 0xc2 || p[0] > 0xf4) {
        return 0;
    }
    if (p[0] < 0xe0) {
        return size >= 2 && is_tail(p[1]) ? 2 : 0;
    }
    if (p[0] < 0xf0) {
        return size >= 3 ? length_3(p) : 0;
    }
    return size >= 4 ? length_4(p) : 0;
}

uint32_t utf8_code(const char *at, size_t length)
{
    static const unsigned char mask[5] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = (unsigned char)at[0] & mask[length];

    for (size_t i = 1; i < length; i++) {
        code = code << 6 | ((unsigned char)at[i] & 0x3f);
    }
    return code;
}

size_t utf8_write(char out[4], uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

size_t utf8_check(struct view v)
{
    size_t at = 0;

    while (at < v.size) {
        size_t length = utf8_length(v.at + at, v.size - at);

        if (length == 0) {
            return at;
        }
        at += length;
    }
    return at;
}

bool utf8_is_unprintable(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0x061c ||
           code == 0x200e || code == 0x200f ||
           (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069);
}
