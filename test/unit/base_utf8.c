/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8: all code points there and back, all short byte strings judged. */
#include "base/utf8.h"

#include "guard.h"
#include "tap.h"

static void round_trip(void)
{
    struct guard g = guard_new(16);
    unsigned bad = 0;

    for (uint32_t code = 0; code <= 0x10ffff; code++) {
        char bytes[4];
        size_t size;
        struct view v;

        if (code >= 0xd800 && code <= 0xdfff) {
            continue;
        }
        size = utf8_write(bytes, code);
        v = guard_view(&g, view_of(bytes, size));
        bad +=
            utf8_length(v.at, v.size) != size || utf8_code(v.at, size) != code;
        /* No shorter part of it is a character, nor reads beyond. */
        for (size_t n = 0; n < size; n++) {
            v = guard_view(&g, view_of(bytes, n));
            bad += utf8_length(v.at, n) != 0;
        }
    }
    is_number(bad, 0, "each code point is written and read");
    guard_free(&g);
}

/* A decoder by the definition: bits, then range and shortest form. */
static size_t defined_length(const unsigned char *p, size_t size)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = p[0] < 0x80           ? 1
               : (p[0] >> 5) == 0x06 ? 2
               : (p[0] >> 4) == 0x0e ? 3
               : (p[0] >> 3) == 0x1e ? 4
                                     : 0;
    uint32_t code = n == 1 ? p[0] : p[0] & (0x7fu >> n);

    if (n == 0 || n > size) {
        return 0;
    }
    for (size_t i = 1; i < n; i++) {
        if (p[i] >> 6 != 2) {
            return 0;
        }
        code = code << 6 | (p[i] & 63);
    }
    if (code < least[n] || code > 0x10ffff ||
        (code >= 0xd800 && code <= 0xdfff)) {
        return 0;
    }
    return n;
}

/* Every lead byte with every pair of next bytes, and two fourth bytes. */
static void all_starts(void)
{
    unsigned bad = 0;

    for (uint32_t i = 0; i < 1u << 24; i++) {
        unsigned char p[4] = {(unsigned char)(i >> 16),
                              (unsigned char)(i >> 8 & 0xff),
                              (unsigned char)(i & 0xff), 0xbf};

        bad += utf8_length((char *)p, 4) != defined_length(p, 4);
        if (p[0] >= 0xf0) {
            p[3] = 0xc0;
            bad += utf8_length((char *)p, 4) != defined_length(p, 4);
        }
    }
    is_number(bad, 0, "each start of four bytes is judged as defined");
}

static void checks(void)
{
    is_number(utf8_check(VIEW("gr\xc3\xbc\xc3\x9f"
                              "e")),
              7, "all is well");
    is_number(utf8_check(VIEW("ab\xff"
                              "c")),
              2, "the first wrong byte");
    is_number(utf8_check(VIEW("ab\xe2\x82")), 2, "a character that is cut");
    is_number(utf8_check(VIEW_NONE), 0, "nothing");
    ok(utf8_is_unprintable(0x1b) && utf8_is_unprintable(0x7f) &&
           utf8_is_unprintable(0x9b) && utf8_is_unprintable(0x2028) &&
           utf8_is_unprintable(0x202e) && utf8_is_unprintable(0x2066),
       "what steers a terminal");
    ok(!utf8_is_unprintable('a') && !utf8_is_unprintable(0xa0) &&
           !utf8_is_unprintable(0x2027) && !utf8_is_unprintable(0x202f) &&
           !utf8_is_unprintable(0x1f600),
       "what does not");
}

int main(void)
{
    round_trip();
    all_starts();
    checks();
    return tap_end();
}
