/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MPP credentials from arbitrary bytes.
 *
 *   byte 0   1 the rest is the whole header   else JSON, put into base64url
 */
#include "payment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char room[2 * PAYMENT_INPUT_MAX];
    struct text value = text_in(room, sizeof(room));
    struct view rest;

    if (size < 1 || size > PAYMENT_INPUT_MAX) {
        return 0;
    }
    rest = view_of((const char *)data + 1, size - 1);
    if (data[0] & 1) {
        payment_check_one(VIEW("Authorization"), rest);
        payment_check_one(VIEW("Payment-Authorization"), rest);
        return 0;
    }
    text_add(&value, VIEW("Payment "));
    value.size += payment_encode(rest, true, room + value.size).size;
    payment_check_one(VIEW("Authorization"), text_view(&value));
    return 0;
}
