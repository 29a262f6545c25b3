/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The headers that payments come in are those that classes and prices leave
 * out: the two lists stand on two floors.
 */
#include "payment/payment.h"
#include "request/retry.h"
#include "tap.h"

int main(void)
{
    static const struct view names[] = {{"x-toll", 6}};
    const struct retry_names more = {names, 1};

    for (size_t i = 0; i < payment_header_count; i++) {
        ok(header_is_of_retry(payment_headers[i].name, NULL), "%s",
           payment_headers[i].name.at);
    }
    ok(header_is_of_retry(VIEW("Access-Control-Expose-Headers"), NULL),
       "what x402's clients add besides");
    ok(header_is_of_retry(VIEW("X-Payment"), NULL), "in any case");
    ok(!header_is_of_retry(VIEW("payment-signaturf"), NULL),
       "no other of its size");
    ok(!header_is_of_retry(VIEW(""), NULL), "no empty name");
    ok(header_is_of_retry(VIEW("X-TOLL"), &more), "one that is mapped");
    ok(!header_is_of_retry(VIEW("X-Tolls"), &more), "and no other");
    return tap_end();
}
