/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The local signature check: did the payer's own key sign this, for the asset
 * that is sold? Typed data as EIP-712 hashes it. Domains are the policy's
 * assets', and on their networks those of the contracts Permit2 and x402
 * Batch Settlement; never what the client says.
 *
 * A signature that passes proves the payer. One that does not proves little:
 * contract wallets sign in ways that only the chain can check.
 * Nothing is allocated; any thread.
 */
#ifndef WB_PAYMENT_SIGNATURE_H
#define WB_PAYMENT_SIGNATURE_H

#include "payment/payment.h"

/* Permit2's address, on every chain. */
extern const char signature_permit2[];

/* The domain separator of a token. False unless the network is an EVM chain
 * with a number, the address 20 bytes in hex, and name and version are
 * there. Loading only. */
bool signature_domain(struct view network, struct view address,
                      struct view name, struct view version,
                      unsigned char out[32]);
/* The same of what the message is signed under on that network; `token` is
 * the token's (or NULL). */
bool signature_domain_of(enum signed_type type, struct view network,
                         const unsigned char *token, unsigned char out[32]);
/* The digest that is signed: of a payment whose `message` has a type. */
void signature_digest(const struct signed_message *message,
                      const unsigned char domain[32], unsigned char out[32]);
/* The id of a batch's channel: the digest of its seven words. */
bool signature_channel(struct view network, unsigned char words[7][32],
                       unsigned char out[32]);

/* Against the offer that the payment is for. */
enum payment_proof signature_check(const struct payment *payment,
                                   const struct offer *offer);

#endif
