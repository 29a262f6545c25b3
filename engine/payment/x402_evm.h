/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside x402 on EVM chains: what its shapes have in common. Readers return
 * NULL or the reason why the header is malformed.
 */
#ifndef WB_PAYMENT_X402_EVM_H
#define WB_PAYMENT_X402_EVM_H

#include "base/hash.h"
#include "payment/payment.h"
#include "payment/x402_values.h"

#define EVM_ADDRESS 20
#define EVM_WORD 32

/* What version 2 accepts, as bytes. */
struct evm_accepted {
    unsigned char asset[EVM_ADDRESS];
    unsigned char pay_to[EVM_ADDRESS];
};

bool x402_read_hex(const struct x402_values *v, enum x402_key key,
                   unsigned char *out, size_t size);
bool x402_read_digits(const struct x402_values *v, enum x402_key key,
                      struct amount *out);
/* Digits, or "0x" and 1 to 64 hex digits, as some clients write numbers. */
bool x402_read_number(const struct x402_values *v, enum x402_key key,
                      struct amount *out);
/* "0x" and whole bytes in hex, at least `min` of them. */
bool x402_is_hex(const struct x402_values *v, enum x402_key key, size_t min);
/* As long as r, s and v, or longer. */
bool x402_is_signature(const struct x402_values *v, enum x402_key key);
const char *x402_check_accepted(const struct x402_values *v,
                                const struct payment *payment,
                                struct evm_accepted *out);

void x402_add_bytes(struct sha256 *hash, const unsigned char *bytes,
                    size_t size);
void x402_add_number(struct sha256 *hash, const struct amount *n);
void x402_add_hex(struct sha256 *hash, const struct x402_values *v,
                  enum x402_key key);
/* A signature as all that its signer's key makes of it count: those of 65
 * bytes with s of the lower half and v of 27 or 28, longer ones as they are.
 */
void x402_add_signature(struct sha256 *hash, const struct x402_values *v,
                        enum x402_key key);
/* SHA-256(kind "\n" network "\n" from nonce): no token, so that an
 * authorization told as version 1 (which names none) and as version 2 is one
 * payment. */
void x402_identify(const char *kind, struct view network,
                   const unsigned char from[EVM_ADDRESS],
                   const unsigned char nonce[EVM_WORD],
                   unsigned char identity[32]);

/* Starts a message. Only keys sign in 65 bytes; whatever is longer is for
 * a contract to check, and false. */
bool x402_keep_signature(const struct x402_values *v, enum x402_key key,
                         enum signed_type type,
                         const unsigned char signer[EVM_ADDRESS],
                         struct signed_message *message);
void x402_put_address(unsigned char word[EVM_WORD],
                      const unsigned char address[EVM_ADDRESS]);

/* ---- EIP-3009 (x402_eip3009.c) ---- */

struct evm_transfer {
    unsigned char from[EVM_ADDRESS];
    unsigned char to[EVM_ADDRESS];
    unsigned char nonce[EVM_WORD];
    struct amount value, valid_after, valid_before;
};
const char *x402_transfer_read(const struct x402_values *v,
                               struct evm_transfer *out);
/* Payer, amount, window, identity, content and message; `key` is its
 * signature's. */
void x402_transfer_fill(const struct x402_values *v,
                        const struct evm_transfer *transfer, enum x402_key key,
                        enum signed_type type, struct payment *out);

/* ---- Permit2 (x402_permit2.c) ---- */

struct evm_permit {
    unsigned char from[EVM_ADDRESS];
    unsigned char token[EVM_ADDRESS];
    unsigned char spender[EVM_ADDRESS];
    struct amount amount, nonce, deadline;
};
/* Where its parts stand. */
struct evm_permit_keys {
    enum x402_key object, from, token, amount, spender, nonce, deadline,
        signature;
};
extern const struct evm_permit_keys x402_permit_keys; /* of a payload */
const char *x402_permit_read(const struct x402_values *v,
                             const struct evm_permit_keys *keys,
                             struct evm_permit *out);
/* Payer, window, identity and message; `witness` are the words of what the
 * payer signed besides. Content too. */
void x402_permit_fill(const struct x402_values *v,
                      const struct evm_permit_keys *keys,
                      const struct evm_permit *permit, enum signed_type type,
                      unsigned char witness[][EVM_WORD], size_t witness_words,
                      struct payment *out);

#endif
