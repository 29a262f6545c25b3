/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside x402 on EVM chains: what its shapes have in common, and the shapes.
 * Readers return NULL or the reason why the header is malformed.
 */
#ifndef WB_PAYMENT_X402_EVM_H
#define WB_PAYMENT_X402_EVM_H

#include "base/hash.h"
#include "payment/payment.h"
#include "payment/x402_values.h"

#define EVM_ADDRESS 20
#define EVM_NONCE 32

/* What version 2 accepts, as bytes. */
struct evm_accepted {
    unsigned char asset[EVM_ADDRESS];
    unsigned char pay_to[EVM_ADDRESS];
};

bool x402_read_hex(const struct x402_values *v, enum x402_key key,
                   unsigned char *out, size_t size);
bool x402_read_digits(const struct x402_values *v, enum x402_key key,
                      struct amount *out);
/* "0x" and whole bytes in hex, at least `min` of them. */
bool x402_is_hex(const struct x402_values *v, enum x402_key key, size_t min);
bool x402_has_signature(const struct x402_values *v);
const char *x402_check_accepted(const struct x402_values *v,
                                const struct payment *payment,
                                struct evm_accepted *out);

void x402_add_bytes(struct sha256 *hash, const unsigned char *bytes,
                    size_t size);
void x402_add_number(struct sha256 *hash, const struct amount *n);
void x402_add_signature(struct sha256 *hash, const struct x402_values *v);
/* SHA-256(kind "\n" network "\n" from nonce): no token, so that an
 * authorization told as version 1 (which names none) and as version 2 is one
 * payment. */
void x402_identify(const char *kind, struct view network,
                   const unsigned char from[EVM_ADDRESS],
                   const unsigned char nonce[EVM_NONCE],
                   unsigned char identity[32]);

const char *x402_eip3009_read(const struct x402_values *v, struct payment *out);
const char *x402_permit2_read(const struct x402_values *v, struct payment *out);
/* The identity only, for schemes that are not known; false if the payload
 * has no such nonce. */
bool x402_eip3009_nonce(const struct x402_values *v, struct payment *out);
bool x402_permit2_nonce(const struct x402_values *v, struct payment *out);

#endif
