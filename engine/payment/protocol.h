/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the door (payment.c) asks of a protocol: to read one header. A reader
 * fills what it knows and returns NULL, or the reason why the header is
 * malformed, a literal token. `out` has protocol, header and version set.
 */
#ifndef WB_PAYMENT_PROTOCOL_H
#define WB_PAYMENT_PROTOCOL_H

#include "payment/payment.h"

struct payment_input {
    struct view value; /* of the header, or the credentials in it; trimmed */
    const struct request *request; /* it came with */
    struct arena *workspace;       /* text lives here */
};
typedef const char *payment_reader(const struct payment_input *in,
                                   struct payment *out);

payment_reader x402_read, mpp_read, l402_read, crawler_price_read, rsl_read,
    siwx_read;

/* Finds the credentials of a payment in the value of an Authorization header,
 * which may hold several, separated by commas. NONE: it holds none. *reason
 * is set when it holds more than one payment. */
enum payment_protocol authorization_find(struct view value,
                                         struct view *credentials,
                                         const char **reason);

#endif
