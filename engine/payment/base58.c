/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base58 by long division: 32 bytes are few.
 */
#include "payment/base58.h"

static const char digits[] =
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

struct view base58_write(const unsigned char key[BASE58_KEY],
                         char out[BASE58_KEY_TEXT])
{
    unsigned char rest[BASE58_KEY];
    size_t at = BASE58_KEY_TEXT;
    size_t first = 0;

    memcpy(rest, key, sizeof(rest));
    while (first < sizeof(rest)) {
        unsigned remainder = 0;

        if (rest[first] == 0) {
            first++;
            continue;
        }
        for (size_t i = first; i < sizeof(rest); i++) {
            unsigned n = remainder << 8 | rest[i];

            rest[i] = (unsigned char)(n / 58);
            remainder = n % 58;
        }
        out[--at] = digits[remainder];
    }
    for (size_t i = 0; i < sizeof(rest) && key[i] == 0; i++) {
        out[--at] = digits[0];
    }
    memmove(out, out + at, BASE58_KEY_TEXT - at);
    return view_of(out, BASE58_KEY_TEXT - at);
}

bool base58_is_key(struct view text)
{
    if (text.size < BASE58_KEY || text.size > BASE58_KEY_TEXT) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (!text.at[i] || !strchr(digits, text.at[i])) {
            return false;
        }
    }
    return true;
}
