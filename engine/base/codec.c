/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base64 and hexadecimal by table. A table's entry is the digit's value with
 * a mark that says it is one; 0 says it is none. The base64 loop looks at
 * the marks once per four characters.
 */
#include "base/codec.h"

#include <stdint.h>

#define MARK 0x40u

/* clang-format off */
#define LETTERS_AND_DIGITS                                                  \
    ['A'] = 0x40, ['B'] = 0x41, ['C'] = 0x42, ['D'] = 0x43, ['E'] = 0x44,   \
    ['F'] = 0x45, ['G'] = 0x46, ['H'] = 0x47, ['I'] = 0x48, ['J'] = 0x49,   \
    ['K'] = 0x4a, ['L'] = 0x4b, ['M'] = 0x4c, ['N'] = 0x4d, ['O'] = 0x4e,   \
    ['P'] = 0x4f, ['Q'] = 0x50, ['R'] = 0x51, ['S'] = 0x52, ['T'] = 0x53,   \
    ['U'] = 0x54, ['V'] = 0x55, ['W'] = 0x56, ['X'] = 0x57, ['Y'] = 0x58,   \
    ['Z'] = 0x59, ['a'] = 0x5a, ['b'] = 0x5b, ['c'] = 0x5c, ['d'] = 0x5d,   \
    ['e'] = 0x5e, ['f'] = 0x5f, ['g'] = 0x60, ['h'] = 0x61, ['i'] = 0x62,   \
    ['j'] = 0x63, ['k'] = 0x64, ['l'] = 0x65, ['m'] = 0x66, ['n'] = 0x67,   \
    ['o'] = 0x68, ['p'] = 0x69, ['q'] = 0x6a, ['r'] = 0x6b, ['s'] = 0x6c,   \
    ['t'] = 0x6d, ['u'] = 0x6e, ['v'] = 0x6f, ['w'] = 0x70, ['x'] = 0x71,   \
    ['y'] = 0x72, ['z'] = 0x73, ['0'] = 0x74, ['1'] = 0x75, ['2'] = 0x76,   \
    ['3'] = 0x77, ['4'] = 0x78, ['5'] = 0x79, ['6'] = 0x7a, ['7'] = 0x7b,   \
    ['8'] = 0x7c, ['9'] = 0x7d

static const unsigned char base64_digit[256] = {
    LETTERS_AND_DIGITS, ['+'] = 0x7e, ['/'] = 0x7f
};
static const unsigned char base64url_digit[256] = {
    LETTERS_AND_DIGITS, ['-'] = 0x7e, ['_'] = 0x7f
};
static const unsigned char hex_digit[256] = {
    ['0'] = 0x40, ['1'] = 0x41, ['2'] = 0x42, ['3'] = 0x43, ['4'] = 0x44,
    ['5'] = 0x45, ['6'] = 0x46, ['7'] = 0x47, ['8'] = 0x48, ['9'] = 0x49,
    ['a'] = 0x4a, ['b'] = 0x4b, ['c'] = 0x4c, ['d'] = 0x4d, ['e'] = 0x4e,
    ['f'] = 0x4f, ['A'] = 0x4a, ['B'] = 0x4b, ['C'] = 0x4c, ['D'] = 0x4d,
    ['E'] = 0x4e, ['F'] = 0x4f
};
/* clang-format on */

/* The last two or three digits, whose low bits stand for nothing and must be
 * zero: a text has one spelling only. */
static bool decode_rest(const unsigned char *digit, const unsigned char *in,
                        size_t n, char *out, size_t *size)
{
    unsigned a = digit[in[0]];
    unsigned b = digit[in[1]];
    unsigned c = n == 3 ? digit[in[2]] : MARK;
    unsigned bits;

    if (!(a & b & c & MARK)) {
        return false;
    }
    bits = (a & 63) << 12 | (b & 63) << 6 | (c & 63);
    if (bits & (n == 3 ? 0x3u : 0x3ffu)) {
        return false;
    }
    out[(*size)++] = (char)(bits >> 10);
    if (n == 3) {
        out[(*size)++] = (char)(bits >> 2 & 0xff);
    }
    return true;
}

static bool decode(const unsigned char *digit, struct view text, char *out,
                   size_t *size)
{
    const unsigned char *in = (const unsigned char *)text.at;
    size_t whole = text.size / 4;
    size_t used = 0;

    if (text.size % 4 == 1) {
        return false;
    }
    for (size_t i = 0; i < whole; i++, in += 4) {
        unsigned a = digit[in[0]], b = digit[in[1]];
        unsigned c = digit[in[2]], d = digit[in[3]];
        unsigned bits =
            (a & 63) << 18 | (b & 63) << 12 | (c & 63) << 6 | (d & 63);

        if (!(a & b & c & d & MARK)) {
            return false;
        }
        out[used++] = (char)(bits >> 16);
        out[used++] = (char)(bits >> 8 & 0xff);
        out[used++] = (char)(bits & 0xff);
    }
    if (text.size % 4 != 0 &&
        !decode_rest(digit, in, text.size % 4, out, &used)) {
        return false;
    }
    *size = used;
    return true;
}

bool base64_decode(struct view text, char *out, size_t *size)
{
    size_t padding = 0;

    while (padding < 2 && text.size > 0 && text.at[text.size - 1] == '=') {
        text.size--;
        padding++;
    }
    if (padding > 0 && (text.size + padding) % 4 != 0) {
        return false;
    }
    return decode(base64_digit, text, out, size);
}

bool base64url_decode(struct view text, char *out, size_t *size)
{
    return decode(base64url_digit, text, out, size);
}

bool hex_decode(struct view digits, unsigned char *out, size_t size)
{
    if (digits.size % 2 != 0 || digits.size / 2 != size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        unsigned high = hex_digit[(unsigned char)digits.at[2 * i]];
        unsigned low = hex_digit[(unsigned char)digits.at[2 * i + 1]];

        if (!(high & low & MARK)) {
            return false;
        }
        out[i] = (unsigned char)((high & 15) << 4 | (low & 15));
    }
    return true;
}

bool hex_decode_0x(struct view text, unsigned char *out, size_t size)
{
    if (!view_starts(text, VIEW("0x"))) {
        return false;
    }
    return hex_decode(view_of(text.at + 2, text.size - 2), out, size);
}

bool view_is_hex(struct view digits)
{
    for (size_t i = 0; i < digits.size; i++) {
        if (!hex_digit[(unsigned char)digits.at[i]]) {
            return false;
        }
    }
    return digits.size > 0;
}

void base64url_write(struct text *t, struct view bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
                                 "pqrstuvwxyz0123456789-_";
    const unsigned char *in = (const unsigned char *)bytes.at;
    size_t n = bytes.size;
    char *out = text_claim(t, n / 3 * 4 + (n % 3 ? n % 3 + 1 : 0));

    for (; out && n >= 3; n -= 3, in += 3, out += 4) {
        unsigned v = (unsigned)in[0] << 16 | (unsigned)in[1] << 8 | in[2];
        out[0] = digits[v >> 18];
        out[1] = digits[v >> 12 & 63];
        out[2] = digits[v >> 6 & 63];
        out[3] = digits[v & 63];
    }
    if (out && n > 0) {
        unsigned v = (unsigned)in[0] << 16 | (n > 1 ? (unsigned)in[1] << 8 : 0);
        out[0] = digits[v >> 18];
        out[1] = digits[v >> 12 & 63];
        if (n > 1) {
            out[2] = digits[v >> 6 & 63];
        }
    }
}
