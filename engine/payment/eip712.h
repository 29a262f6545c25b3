/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The typed data (EIP-712) that payers sign: the text of each type, and
 * keccak-256 of it, with which its struct's hash begins.
 */
#ifndef WB_PAYMENT_EIP712_H
#define WB_PAYMENT_EIP712_H

enum eip712_type {
    EIP712_DOMAIN,
    EIP712_DOMAIN_PLAIN, /* Permit2's, without a version */
    EIP712_TRANSFER,     /* EIP-3009 */
    EIP712_RECEIVE,
    EIP712_PERMITTED, /* Permit2, and what its structs hold */
    EIP712_PERMIT,
    EIP712_PERMIT_EXACT,
    EIP712_PERMIT_UPTO,
    EIP712_PERMIT_DEPOSIT,
    EIP712_PERMIT_PAYMENT, /* MPP's */
    EIP712_WITNESS_EXACT,
    EIP712_WITNESS_UPTO,
    EIP712_WITNESS_DEPOSIT,
    EIP712_WITNESS_PAYMENT,
    EIP712_VOUCHER, /* x402 batch settlement */
    EIP712_CHANNEL,
    EIP712_TYPES
};

struct eip712_row {
    const char *text;
    unsigned char hash[32];
};
extern const struct eip712_row eip712_types[EIP712_TYPES];

#endif
