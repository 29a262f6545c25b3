/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L402 credentials from arbitrary bytes.
 *
 *   byte 0   1 the rest is the credentials   else a token, put into base64,
 *            with a preimage
 */
#include "payment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char room[2 * PAYMENT_INPUT_MAX + 128];
    struct text value = text_in(room, sizeof(room));
    struct view rest;

    if (size < 1 || size > PAYMENT_INPUT_MAX) {
        return 0;
    }
    rest = view_of((const char *)data + 1, size - 1);
    text_add(&value, VIEW("L402 "));
    if (data[0] & 1) {
        text_add(&value, rest);
    } else {
        value.size += payment_encode(rest, data[0] & 2, room + value.size).size;
        text_add(&value, VIEW(":000102030405060708090a0b0c0d0e0f"
                              "101112131415161718191a1b1c1d1e1f"));
    }
    payment_check_one(VIEW("Authorization"), text_view(&value));
    return 0;
}
