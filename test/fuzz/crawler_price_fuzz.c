/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prices of crawlers with their signatures, from arbitrary bytes: lines of a
 * price, Signature-Input and Signature.
 *
 *   byte 0   1 the exact price   2 both prices
 */
#include "payment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct request request;
    struct view rest, price, input;

    if (size < 1 || size > PAYMENT_INPUT_MAX) {
        return 0;
    }
    rest = view_of((const char *)data + 1, size - 1);
    price = view_cut(&rest, 0x0a);
    input = rest.at ? view_cut(&rest, 0x0a) : VIEW_NONE;
    request_clear(&request);
    must(request_add_header(&request,
                            data[0] & 1 ? VIEW("crawler-exact-price")
                                        : VIEW("crawler-max-price"),
                            price));
    if (data[0] & 2) {
        request_add_header(&request,
                           data[0] & 1 ? VIEW("crawler-max-price")
                                       : VIEW("crawler-exact-price"),
                           price);
    }
    if (input.at) {
        request_add_header(&request, VIEW("Signature-Input"), input);
    }
    if (rest.at) {
        request_add_header(&request, VIEW("Signature"), rest);
    }
    payment_check(&request);
    return 0;
}
