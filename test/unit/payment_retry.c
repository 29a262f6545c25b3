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
    for (size_t i = 0; payment_headers[i]; i++) {
        ok(header_is_of_retry(view_text(payment_headers[i])), "%s",
           payment_headers[i]);
    }
    ok(header_is_of_retry(VIEW("Access-Control-Expose-Headers")),
       "what x402's clients add besides");
    ok(header_is_of_retry(VIEW("X-Payment")), "in any case");
    ok(!header_is_of_retry(VIEW("payment-signaturf")), "no other of its size");
    ok(!header_is_of_retry(VIEW("")), "no empty name");
    return tap_end();
}
