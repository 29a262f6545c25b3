/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x402 inside the payment floor: one header's value -> struct payment.
 *
 *   base64 -> JSON -> values by key (x402_values.c)
 *                  -> envelope      (x402.c)
 *                  -> shape         (x402_shapes.c: x402_eip3009.c,
 *                                    x402_permit2.c)
 *                  -> identity, for the rest: its nonce (x402_shapes.c), its
 *                     transaction (x402_svm.c) or all of its payload
 *
 * A check returns NULL, or the reason of a malformed header: a literal
 * token that clients are told.
 */
#ifndef WB_PAYMENT_X402_H
#define WB_PAYMENT_X402_H

#include "payment/payment.h"

/* Reads a header's value into *out, whose version is set. NULL, or the
 * reason why it is malformed. */
const char *x402_read(struct view value, size_t max_bytes,
                      struct arena *workspace, struct payment *out);

#endif
