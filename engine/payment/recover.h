/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose key made an ECDSA signature on the curve secp256k1. recover.c is the
 * one file that includes libsecp256k1, a feature that may be left out.
 * Nothing is allocated; any thread.
 */
#ifndef WB_PAYMENT_RECOVER_H
#define WB_PAYMENT_RECOVER_H

#include <stdbool.h>

#define RECOVER_SIGNATURE 65 /* r, s, v */
#define RECOVER_ADDRESS 20

/* Was libsecp256k1 built in? */
bool recover_available(void);
/* The address whose key signed the digest. False when there is none: v is
 * not 0, 1, 27 or 28, r and s are no point of the curve, s is in the upper
 * half and `low` asks for the lower, or the feature was left out. */
bool recover_address(const unsigned char digest[32],
                     const unsigned char signature[RECOVER_SIGNATURE], bool low,
                     unsigned char out[RECOVER_ADDRESS]);

#endif
