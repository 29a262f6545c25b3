/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a paid retry has that its unpaid ask had not. A client is told a
 * price, and asks again with these headers added; nothing that makes class
 * or price may rest on them, so that the retry meets the price it was told.
 */
#ifndef WB_REQUEST_RETRY_H
#define WB_REQUEST_RETRY_H

#include "base/view.h"

/* PAYMENT-SIGNATURE, X-PAYMENT and Access-Control-Expose-Headers, which
 * x402's clients send along. In any case. */
static inline bool header_is_of_retry(struct view name)
{
    switch (name.size) {
    case 9:
        return view_equal_fold(name, VIEW("x-payment"));
    case 17:
        return view_equal_fold(name, VIEW("payment-signature"));
    case 29:
        return view_equal_fold(name, VIEW("access-control-expose-headers"));
    default:
        return false;
    }
}

#endif
