/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIGN-IN-WITH-X from arbitrary bytes.
 *
 *   byte 0   1 the rest is the value   2 on a host   else JSON
 */
#include "payment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char room[2 * PAYMENT_INPUT_MAX];
    static struct request request;
    struct view rest;

    if (size < 1 || size > PAYMENT_INPUT_MAX) {
        return 0;
    }
    rest = view_of((const char *)data + 1, size - 1);
    request_clear(&request);
    if (data[0] & 2) {
        request.host_name = VIEW("news.example");
    }
    must(request_add_header(&request, VIEW("SIGN-IN-WITH-X"),
                            data[0] & 1 ? rest
                                        : payment_encode(rest, false, room)));
    payment_check(&request);
    return 0;
}
