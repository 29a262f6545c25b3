/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values of an x402 header, by the key that they stand under. Text is a
 * view into the workspace.
 */
#ifndef WB_PAYMENT_X402_VALUES_H
#define WB_PAYMENT_X402_VALUES_H

#include "base/arena.h"
#include "base/json.h"

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

/* Base64 and JSON to values, and the JSON's text; all of it lives in the
 * workspace. NULL, or the reason why it is malformed. */
const char *x402_decode(struct view value, struct arena *workspace,
                        struct x402_values *values, struct view *text);

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
