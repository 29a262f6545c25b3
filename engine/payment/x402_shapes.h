/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the envelope of an x402 header asks about its payload, whose shape
 * depends on the chain. Readers return NULL, or the reason why the header is
 * malformed.
 */
#ifndef WB_PAYMENT_X402_SHAPES_H
#define WB_PAYMENT_X402_SHAPES_H

#include "payment/payment.h"
#include "payment/x402_values.h"

/* Schemes `exact` and `upto` on EVM networks: is it a shape that we check
 * (then *known is set and *out filled), and is it right? */
const char *x402_evm_read(const struct x402_values *values, bool *known,
                          struct payment *out);
/* The identity of a payload of another scheme there that holds a nonce which
 * can be spent once; false if it holds none. */
bool x402_evm_nonce(const struct x402_values *values, struct payment *out);

/* The identity of a payload that holds a transaction of Solana's; false if it
 * holds none that can be read. */
bool x402_svm_message(const struct x402_values *values, struct arena *workspace,
                      struct payment *out);

#endif
