/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values of an x402 header, by the key that they stand under. Text is a
 * view into the workspace.
 */
#ifndef WB_PAYMENT_X402_VALUES_H
#define WB_PAYMENT_X402_VALUES_H

#include "payment/members.h"

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
    AUTHORIZATION_FROM,
    AUTHORIZATION_TO,
    AUTHORIZATION_VALUE,
    AUTHORIZATION_VALID_AFTER,
    AUTHORIZATION_VALID_BEFORE,
    AUTHORIZATION_NONCE,
    PAYLOAD_PERMIT2,
    PERMIT2_FROM,
    PERMIT2_PERMITTED,
    PERMITTED_TOKEN,
    PERMITTED_AMOUNT,
    PERMIT2_SPENDER,
    PERMIT2_NONCE,
    PERMIT2_DEADLINE,
    PERMIT2_WITNESS,
    WITNESS_TO,
    WITNESS_FACILITATOR,
    WITNESS_VALID_AFTER,
    PAYLOAD_DELEGATION_MANAGER,
    PAYLOAD_PERMISSION_CONTEXT,
    PAYLOAD_DELEGATOR,
    PAYLOAD_SALT, /* auth-capture */
    PAYLOAD_SALT_NONCE,
    PAYLOAD_TYPE, /* batch-settlement */
    PAYLOAD_CHANNEL,
    CHANNEL_PAYER,
    CHANNEL_PAYER_AUTHORIZER,
    CHANNEL_RECEIVER,
    CHANNEL_RECEIVER_AUTHORIZER,
    CHANNEL_TOKEN,
    CHANNEL_WITHDRAW_DELAY,
    CHANNEL_SALT,
    PAYLOAD_VOUCHER,
    VOUCHER_CHANNEL_ID,
    VOUCHER_MAX,
    VOUCHER_SIGNATURE,
    PAYLOAD_DEPOSIT, /* a text in upto on Solana */
    DEPOSIT_AMOUNT,
    DEPOSIT_AUTHORIZATION,
    DEPOSIT_EIP3009,
    DEPOSIT_VALID_AFTER,
    DEPOSIT_VALID_BEFORE,
    DEPOSIT_SALT,
    DEPOSIT_EIP3009_SIGNATURE,
    DEPOSIT_PERMIT2,
    DEPOSIT_FROM,
    DEPOSIT_PERMITTED,
    DEPOSIT_PERMITTED_TOKEN,
    DEPOSIT_PERMITTED_AMOUNT,
    DEPOSIT_SPENDER,
    DEPOSIT_NONCE,
    DEPOSIT_DEADLINE,
    DEPOSIT_WITNESS,
    DEPOSIT_WITNESS_CHANNEL,
    DEPOSIT_PERMIT2_SIGNATURE,
    PAYLOAD_TRANSACTION, /* Solana and most other chains */
    PAYLOAD_OPEN_TRANSACTION,
    PAYLOAD_FROM,
    PAYLOAD_TO,
    PAYLOAD_AMOUNT,
    PAYLOAD_ASSET,
    PAYLOAD_MAX_AMOUNT,
    PAYLOAD_EXPIRES_AT,
    PAYLOAD_VALID_AFTER,
    PAYLOAD_NONCE,
    PAYLOAD_OPEN_SLOT,
    PAYLOAD_CHANNEL_ID,
    PAYLOAD_AUTHORIZED_SIGNER,
    PAYLOAD_VOUCHER_SIGNATURE,
    PAYLOAD_GROUP,
    PAYLOAD_GROUP_INDEX,
    PAYLOAD_BLOCK,
    PAYLOAD_TOKEN_MASTER,
    PAYLOAD_VALID_UNTIL,
    PAYLOAD_BOC,
    PAYLOAD_PUBLIC_KEY,
    PAYLOAD_DELEGATE_ACTION,
    PAYLOAD_TX_BLOB,
    EXTENSION_IDENTIFIER,
    IDENTIFIER_INFO,
    INFO_ID,
    INFO_REQUIRED,
    X402_KEYS
};

struct x402_values {
    struct json_value of[X402_KEYS];
};

/* Base64 and JSON to values, and the JSON's text; all of it lives in the
 * workspace. NULL, or the reason why it is malformed. */
const char *x402_decode(struct view value, struct arena *workspace,
                        struct x402_values *values, struct view *text);

static inline bool x402_is_there(const struct x402_values *v, enum x402_key key)
{
    return value_is_there(&v->of[key]);
}

static inline bool x402_is_string(const struct x402_values *v,
                                  enum x402_key key)
{
    return value_is_string(&v->of[key]);
}

static inline bool x402_is_object(const struct x402_values *v,
                                  enum x402_key key)
{
    return v->of[key].kind == JSON_OBJECT;
}

#endif
