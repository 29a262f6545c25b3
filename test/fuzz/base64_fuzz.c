/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base64 and hex against the definition: what is taken, encoded again, is
 * the text that was taken (padding aside); what is refused breaks one of the
 * rules, looked at one by one.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/codec.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char standard[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

/* Digits for n bytes, without padding. */
static size_t encode(const char *alphabet, const char *from, size_t n, char *to)
{
    size_t size = 0;

    for (size_t bit = 0; bit < 8 * n; bit += 6) {
        unsigned digit = 0;

        for (size_t i = bit; i < bit + 6; i++) {
            unsigned byte = i < 8 * n ? (unsigned char)from[i / 8] : 0;

            digit = digit << 1 | (byte >> (7 - i % 8) & 1);
        }
        to[size++] = alphabet[digit];
    }
    return size;
}

/* Whether `text` keeps all rules: known digits, a possible length, padding
 * complete or missing. What is left over is judged by encoding again. */
static bool keeps_rules(const char *alphabet, struct view text, bool padded,
                        size_t *digits)
{
    size_t n = 0;
    size_t padding;

    while (n < text.size && text.at[n] != '\0' &&
           strchr(alphabet, text.at[n])) {
        n++;
    }
    padding = text.size - n;
    *digits = n;
    for (size_t i = n; i < text.size; i++) {
        if (text.at[i] != '=') {
            return false;
        }
    }
    return n % 4 != 1 &&
           (padding == 0 || (padded && padding < 3 && text.size % 4 == 0));
}

static void check(const char *alphabet, struct view text, bool padded)
{
    /* Exactly the room promised, so that a sanitizer sees one byte more. */
    char *out = malloc(base64_room(text.size));
    char *again = malloc(text.size + 4);
    size_t size = 0;
    size_t digits = 0;
    bool kept = keeps_rules(alphabet, text, padded, &digits);
    bool taken = padded ? base64_decode(text, out, &size)
                        : base64url_decode(text, out, &size);

    must(!taken || kept, "taken against the rules");
    if (taken) {
        must(size == digits / 4 * 3 + (digits % 4 ? digits % 4 - 1 : 0),
             "the size");
        must(encode(alphabet, out, size, again) == digits &&
                 !memcmp(again, text.at, digits),
             "another spelling");
    } else if (kept) {
        must(digits % 4 != 0, "refused without a rule");
        must((strchr(alphabet, text.at[digits - 1]) - alphabet) %
                     (digits % 4 == 2 ? 16 : 4) !=
                 0,
             "refused without bits left over");
    }
    free(out);
    free(again);
}

static void check_hex(struct view text)
{
    size_t n = text.size / 2;
    unsigned char *out = malloc(n + 1);
    char *again = malloc(text.size + 1);
    struct text t = text_in(again, text.size);
    bool taken = hex_decode(text, out, n);

    must(taken == (text.size % 2 == 0 && (text.size == 0 || view_is_hex(text))),
         "hex");
    if (taken) {
        text_add_hex(&t, out, n);
        must(view_equal_fold(text_view(&t), text), "hex there and back");
    }
    must(!hex_decode(text, out, n + 1), "hex of another size");
    free(out);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct view text = view_of((const char *)data, size);

    check(standard, text, true);
    check(url, text, false);
    check_hex(text);
    return 0;
}
