/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The local signature check: did the payer's own key sign this, under the
 * domain of the asset that is sold? Typed data as EIP-712 hashes it; the
 * domain comes from the policy, never from what the client says.
 *
 * A signature that passes proves the payer. One that does not proves little:
 * contract wallets sign in ways that only the chain can check.
 * Nothing is allocated; any thread.
 */
#ifndef WB_PAYMENT_SIGNATURE_H
#define WB_PAYMENT_SIGNATURE_H

#include "payment/payment.h"

/* keccak-256 of the types, as text. */
#define SIGNATURE_DOMAIN_TYPE                                                  \
    "EIP712Domain(string name,string version,uint256 chainId,"                 \
    "address verifyingContract)"
#define SIGNATURE_TRANSFER_TYPE                                                \
    "TransferWithAuthorization(address from,address to,uint256 value,"         \
    "uint256 validAfter,uint256 validBefore,bytes32 nonce)"
extern const unsigned char signature_domain_type[32];
extern const unsigned char signature_transfer_type[32];

/* The domain separator of a token. False unless the network is an EVM chain
 * with a number, the address 20 bytes in hex, and name and version are
 * there. Loading only. */
bool signature_domain(struct view network, struct view address,
                      struct view name, struct view version,
                      unsigned char out[32]);
/* The digest that is signed: of a payment whose `message` has a type. */
void signature_digest(const struct signed_message *message,
                      const unsigned char domain[32], unsigned char out[32]);

/* Against the offer that the payment is for. */
enum payment_proof signature_check(const struct payment *payment,
                                   const struct offer *offer);

#endif
