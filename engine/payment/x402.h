/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x402 inside the payment floor: one header's value -> struct payment.
 *
 *   base64 -> JSON -> values by key -> envelope (x402.c)
 *                                   -> shape    (x402_evm.c)
 *                                   -> identity, for the rest: its nonce
 *                                      (x402_evm.c), its transaction
 *                                      (x402_svm.c) or all of its payload
 *
 * A check returns NULL, or the reason of a malformed header: a literal
 * token that clients are told.
 */
#ifndef WB_PAYMENT_X402_H
#define WB_PAYMENT_X402_H

#include "base/json.h"
#include "payment/payment.h"

/* The keys that are looked at, each where the specification puts it. */
enum x402_key {
    X402_VERSION,
    X402_SCHEME,
    X402_NETWORK,
    X402_ACCEPTED,
    X402_PAYLOAD,
    X402_RESOURCE,
    X402_EXTENSIONS,
    ACCEPTED_SCHEME,
    ACCEPTED_NETWORK,
    ACCEPTED_AMOUNT,
    ACCEPTED_ASSET,
    ACCEPTED_PAY_TO,
    ACCEPTED_MAX_TIMEOUT,
    ACCEPTED_EXTRA,
    EXTRA_QUOTE,
    PAYLOAD_SIGNATURE,
    PAYLOAD_AUTHORIZATION,
    PAYLOAD_PERMIT2,
    PAYLOAD_DELEGATION_MANAGER,
    PAYLOAD_PERMISSION_CONTEXT,
    PAYLOAD_DELEGATOR,
    PAYLOAD_TRANSACTION,
    AUTHORIZATION_FROM,
    AUTHORIZATION_TO,
    AUTHORIZATION_VALUE,
    AUTHORIZATION_VALID_AFTER,
    AUTHORIZATION_VALID_BEFORE,
    AUTHORIZATION_NONCE,
    PERMIT2_FROM,
    PERMIT2_PERMITTED,
    PERMIT2_SPENDER,
    PERMIT2_NONCE,
    PERMIT2_DEADLINE,
    PERMIT2_WITNESS,
    PERMITTED_TOKEN,
    PERMITTED_AMOUNT,
    WITNESS_TO,
    WITNESS_VALID_AFTER,
    EXTENSION_IDENTIFIER,
    IDENTIFIER_INFO,
    INFO_ID,
    INFO_REQUIRED,
    X402_KEYS
};

struct x402_value {
    enum json_kind kind; /* JSON_ERROR: the key is not there */
    struct view text;    /* a string, a number; an object's or list's JSON */
};

struct x402_values {
    struct x402_value of[X402_KEYS];
};

/* Reads a header's value into *out, whose version is set. NULL, or the
 * reason why it is malformed. */
const char *x402_read(struct view value, size_t max_bytes,
                      struct arena *workspace, struct payment *out);

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

static inline bool x402_is_there(const struct x402_values *v, enum x402_key key)
{
    return v->of[key].kind != JSON_ERROR && v->of[key].kind != JSON_NULL;
}

static inline bool x402_is_string(const struct x402_values *v,
                                  enum x402_key key)
{
    return v->of[key].kind == JSON_STRING && v->of[key].text.size > 0;
}

#endif
