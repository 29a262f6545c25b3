/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a paid retry has that its unpaid ask had not. A client is told a
 * price, and asks again with these headers added; nothing that makes class
 * or price may rest on them, so that the retry meets the price it was told.
 */
#ifndef WB_REQUEST_RETRY_H
#define WB_REQUEST_RETRY_H

#include "base/view.h"

/* Those that an operator maps to a payment protocol besides. */
struct retry_names {
    const struct view *names;
    size_t count;
};

/* The headers that payments come in, and Access-Control-Expose-Headers, which
 * x402's clients send along. In any case. Authorization is among them
 * whatever it holds, for its value is not looked at here. */
/* The same name in any case; of one size. Its ends tell most others. */
static inline bool header_is(struct view name, struct view lower)
{
    size_t last = name.size - 1;

    return ascii_lower(name.at[last]) == lower.at[last] &&
           ascii_lower(name.at[0]) == lower.at[0] &&
           view_fold_equal(name.at, lower.at, name.size);
}

static inline bool header_is_known_of_retry(struct view name)
{
    switch (name.size) {
    case 9:
        return header_is(name, VIEW("x-payment"));
    case 13:
        return header_is(name, VIEW("authorization"));
    case 14:
        return header_is(name, VIEW("sign-in-with-x"));
    case 17:
        return header_is(name, VIEW("payment-signature")) ||
               header_is(name, VIEW("crawler-max-price"));
    case 19:
        return header_is(name, VIEW("crawler-exact-price"));
    case 21:
        return header_is(name, VIEW("payment-authorization"));
    case 23:
        return header_is(name, VIEW("x-payment-authorization"));
    case 29:
        return header_is(name, VIEW("access-control-expose-headers"));
    default:
        return false;
    }
}

/* `more` may be NULL. */
static inline bool header_is_of_retry(struct view name,
                                      const struct retry_names *more)
{
    if (header_is_known_of_retry(name)) {
        return true;
    }
    for (size_t i = 0; more && i < more->count; i++) {
        if (view_equal_fold(name, more->names[i])) {
            return true;
        }
    }
    return false;
}

#endif
