/* SPDX-License-Identifier: Apache-2.0 */
/* base64 and hex: one spelling for each value, everything else is refused. */
#include "base/codec.h"

#include <stdint.h>

#include "guard.h"
#include "tap.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static struct guard in, out;

typedef bool decoder(struct view text, char *out, size_t *size);

/* Decodes flush at guard pages, out of and into exactly the room promised. */
static bool decodes(decoder *decode, struct view text, struct view wanted)
{
    char *to = guard_end(&out, base64_room(text.size));
    size_t size = 12345;

    return decode(guard_view(&in, text), to, &size) &&
           view_equal(view_of(to, size), wanted);
}

static bool refuses(decoder *decode, struct view text)
{
    size_t size = 12345;

    return !decode(guard_view(&in, text),
                   guard_end(&out, base64_room(text.size)), &size) &&
           size == 12345;
}

/* RFC 4648 section 10. */
static void vectors(void)
{
    static const char *const rows[][2] = {{"", ""},
                                          {"Zg==", "f"},
                                          {"Zm8=", "fo"},
                                          {"Zm9v", "foo"},
                                          {"Zm9vYg==", "foob"},
                                          {"Zm9vYmE=", "fooba"},
                                          {"Zm9vYmFy", "foobar"},
                                          {"Zg", "f"},
                                          {"Zm8", "fo"},
                                          {"Zm9vYg", "foob"},
                                          {"Zm9vYmE", "fooba"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ok(decodes(base64_decode, view_text(rows[i][0]), view_text(rows[i][1])),
           "base64 '%s' is '%s'", rows[i][0], rows[i][1]);
    }
}

static void refusals(void)
{
    static const char *const rows[] = {
        "A",        "AAAAA",   "=",          "==",       "A=",    "A==",
        "A===",     "Zg=",     "Zg===",      "Zm8==",    "Zm9v=", "Zm9v==",
        "Zm9v====", "Z=g=",    "=Zg=",       "Zg==Zg==", "Zg= =", " Zg==",
        "Zg== ",    "Zg==\n",  "Zm9v\n",     "Zm\n9v",   "Zm-v",  "Zm_v",
        "Zm9*",     "Zm9.",    "Zh==",       "Zm9",      "Zn==",  "Zv",
        "Zm9vZh",   "Zm9vZm9", "Zm9vZm\x80v"};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ok(refuses(base64_decode, view_text(rows[i])), "base64 no. %zu", i);
    }
    ok(refuses(base64_decode, VIEW("Zm\0v")), "base64 with a NUL");
    ok(refuses(base64url_decode, VIEW("Zg==")), "base64url with padding");
    ok(refuses(base64url_decode, VIEW("Zm+v")), "base64url with +");
    ok(refuses(base64url_decode, VIEW("Zm/v")), "base64url with /");
    ok(decodes(base64url_decode, VIEW("-_-_"), VIEW("\xfb\xff\xbf")),
       "base64url has - and _");
    ok(decodes(base64_decode, VIEW("+/+/"), VIEW("\xfb\xff\xbf")),
       "base64 has + and /");
}

/* Each byte at each place of a quantum. */
static void all_bytes(void)
{
    unsigned bad = 0;

    for (unsigned place = 0; place < 4; place++) {
        for (unsigned c = 0; c < 256; c++) {
            char text[] = "AAAA";
            bool known = c != 0 && strchr(alphabet, (int)c);
            bool padding = c == '=' && place == 3;

            text[place] = (char)c;
            bad +=
                refuses(base64_decode, VIEW("AAAA")) ||
                refuses(base64_decode, view_of(text, 4)) != !(known || padding);
        }
    }
    is_number(bad, 0, "each byte at each of four places");
}

static size_t encode(const unsigned char *from, size_t n, char *to)
{
    size_t size = 0;
    uint32_t bits = 0;
    unsigned held = 0;

    for (size_t i = 0; i < n; i++) {
        bits = bits << 8 | from[i];
        for (held += 8; held >= 6; held -= 6) {
            to[size++] = alphabet[bits >> (held - 6) & 63];
        }
    }
    if (held > 0) {
        to[size++] = alphabet[bits << (6 - held) & 63];
    }
    while (size % 4 != 0) {
        to[size++] = '=';
    }
    return size;
}

static void round_trip(void)
{
    unsigned char bytes[300];
    char text[404];
    uint32_t seed = 1;
    unsigned bad = 0;

    for (size_t n = 0; n <= sizeof(bytes); n++) {
        size_t size;

        for (size_t i = 0; i < n; i++) {
            seed = seed * 1664525 + 1013904223;
            bytes[i] = (unsigned char)(seed >> 24);
        }
        size = encode(bytes, n, text);
        bad += !decodes(base64_decode, view_of(text, size),
                        view_of((char *)bytes, n));
    }
    is_number(bad, 0, "what is encoded is decoded, 0 to 300 bytes");
}

/* Of the spellings of one and two bytes exactly one each is taken. */
static void one_spelling(void)
{
    unsigned taken = 0;

    for (unsigned i = 0; i < 64 * 64 * 64; i++) {
        char text[3] = {alphabet[i / 4096], alphabet[i / 64 % 64],
                        alphabet[i % 64]};

        taken += !refuses(base64_decode, view_of(text, 3));
        if (i < 64 * 64) {
            taken += !refuses(base64_decode, view_of(text + 1, 2));
        }
    }
    is_number(taken, 65536 + 256, "bits left over must be zero");
}

static void hex(void)
{
    unsigned char bytes[4] = {0};

    ok(hex_decode(VIEW("00fFAb9c"), bytes, 4) &&
           !memcmp(bytes, "\x00\xff\xab\x9c", 4),
       "hex of both cases");
    ok(!hex_decode(VIEW("00fFAb9"), bytes, 4), "a digit short");
    ok(!hex_decode(VIEW("00fFAb9c0"), bytes, 4), "a digit more");
    ok(!hex_decode(VIEW("00fFAbgc"), bytes, 4), "not a digit");
    ok(hex_decode(VIEW(""), bytes, 0), "no digits for no bytes");
    ok(hex_decode_0x(VIEW("0xdeadbeef"), bytes, 4) && bytes[0] == 0xde, "0x");
    ok(!hex_decode_0x(VIEW("0Xdeadbeef"), bytes, 4), "0X is refused");
    ok(!hex_decode_0x(VIEW("deadbeef"), bytes, 4), "without 0x");
    ok(!hex_decode_0x(VIEW("0x"), bytes, 4), "0x alone");
    ok(!hex_decode_0x(VIEW("0"), bytes, 0), "0 alone");
    ok(view_is_hex(VIEW("09afAF")) && !view_is_hex(VIEW("")) &&
           !view_is_hex(VIEW("0x1")) && !view_is_hex(VIEW("g")) &&
           !view_is_hex(VIEW("@")) && !view_is_hex(VIEW("/")),
       "what is hexadecimal");
}

int main(void)
{
    in = guard_new(4096);
    out = guard_new(4096);
    vectors();
    refusals();
    all_bytes();
    round_trip();
    one_spelling();
    hex();
    guard_free(&in);
    guard_free(&out);
    return tap_end();
}
