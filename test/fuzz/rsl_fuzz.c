/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSL licences from arbitrary bytes.
 *
 *   byte 0   1 the rest is the token   else the claims of a JWT
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
    text_add(&value, VIEW("License "));
    if (data[0] & 1) {
        text_add(&value, rest);
    } else {
        text_add(&value, VIEW("e30."));
        value.size += payment_encode(rest, true, room + value.size).size;
        text_add(&value, VIEW(".c2ln"));
    }
    payment_check_one(VIEW("Authorization"), text_view(&value));
    return 0;
}
