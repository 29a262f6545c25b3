/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An x402 header as values: base64 of a JSON object.
 *
 *   v1 {x402Version: 1, scheme, network, payload}
 *   v2 {x402Version: 2, accepted {scheme, network, amount, asset, payTo,
 *       maxTimeoutSeconds, extra?}, payload, resource?, extensions?}
 *
 * The tables say which values are looked at, whatever the scheme.
 */
#include "payment/x402_values.h"

static const struct member_row extra_rows[] = {
    MEMBER("quote", EXTRA_QUOTE, NULL), MEMBERS_END};

static const struct member_row accepted_rows[] = {
    MEMBER("scheme", ACCEPTED_SCHEME, NULL),
    MEMBER("network", ACCEPTED_NETWORK, NULL),
    MEMBER("amount", ACCEPTED_AMOUNT, NULL),
    MEMBER("asset", ACCEPTED_ASSET, NULL),
    MEMBER("payTo", ACCEPTED_PAY_TO, NULL),
    MEMBER("maxTimeoutSeconds", ACCEPTED_MAX_TIMEOUT, NULL),
    MEMBER("extra", ACCEPTED_EXTRA, extra_rows),
    MEMBERS_END};

static const struct member_row authorization_rows[] = {
    MEMBER("from", AUTHORIZATION_FROM, NULL),
    MEMBER("to", AUTHORIZATION_TO, NULL),
    MEMBER("value", AUTHORIZATION_VALUE, NULL),
    MEMBER("validAfter", AUTHORIZATION_VALID_AFTER, NULL),
    MEMBER("validBefore", AUTHORIZATION_VALID_BEFORE, NULL),
    MEMBER("nonce", AUTHORIZATION_NONCE, NULL),
    MEMBERS_END};

static const struct member_row permitted_rows[] = {
    MEMBER("token", PERMITTED_TOKEN, NULL),
    MEMBER("amount", PERMITTED_AMOUNT, NULL), MEMBERS_END};

static const struct member_row witness_rows[] = {
    MEMBER("to", WITNESS_TO, NULL),
    MEMBER("facilitator", WITNESS_FACILITATOR, NULL),
    MEMBER("validAfter", WITNESS_VALID_AFTER, NULL), MEMBERS_END};

static const struct member_row permit2_rows[] = {
    MEMBER("from", PERMIT2_FROM, NULL),
    MEMBER("permitted", PERMIT2_PERMITTED, permitted_rows),
    MEMBER("spender", PERMIT2_SPENDER, NULL),
    MEMBER("nonce", PERMIT2_NONCE, NULL),
    MEMBER("deadline", PERMIT2_DEADLINE, NULL),
    MEMBER("witness", PERMIT2_WITNESS, witness_rows),
    MEMBERS_END};

static const struct member_row channel_rows[] = {
    MEMBER("payer", CHANNEL_PAYER, NULL),
    MEMBER("payerAuthorizer", CHANNEL_PAYER_AUTHORIZER, NULL),
    MEMBER("receiver", CHANNEL_RECEIVER, NULL),
    MEMBER("receiverAuthorizer", CHANNEL_RECEIVER_AUTHORIZER, NULL),
    MEMBER("token", CHANNEL_TOKEN, NULL),
    MEMBER("withdrawDelay", CHANNEL_WITHDRAW_DELAY, NULL),
    MEMBER("salt", CHANNEL_SALT, NULL),
    MEMBERS_END};

static const struct member_row voucher_rows[] = {
    MEMBER("channelId", VOUCHER_CHANNEL_ID, NULL),
    MEMBER("maxClaimableAmount", VOUCHER_MAX, NULL),
    MEMBER("signature", VOUCHER_SIGNATURE, NULL), MEMBERS_END};

static const struct member_row deposit_eip3009_rows[] = {
    MEMBER("validAfter", DEPOSIT_VALID_AFTER, NULL),
    MEMBER("validBefore", DEPOSIT_VALID_BEFORE, NULL),
    MEMBER("salt", DEPOSIT_SALT, NULL),
    MEMBER("signature", DEPOSIT_EIP3009_SIGNATURE, NULL), MEMBERS_END};

static const struct member_row deposit_permitted_rows[] = {
    MEMBER("token", DEPOSIT_PERMITTED_TOKEN, NULL),
    MEMBER("amount", DEPOSIT_PERMITTED_AMOUNT, NULL), MEMBERS_END};

static const struct member_row deposit_witness_rows[] = {
    MEMBER("channelId", DEPOSIT_WITNESS_CHANNEL, NULL), MEMBERS_END};

static const struct member_row deposit_permit2_rows[] = {
    MEMBER("from", DEPOSIT_FROM, NULL),
    MEMBER("permitted", DEPOSIT_PERMITTED, deposit_permitted_rows),
    MEMBER("spender", DEPOSIT_SPENDER, NULL),
    MEMBER("nonce", DEPOSIT_NONCE, NULL),
    MEMBER("deadline", DEPOSIT_DEADLINE, NULL),
    MEMBER("witness", DEPOSIT_WITNESS, deposit_witness_rows),
    MEMBER("signature", DEPOSIT_PERMIT2_SIGNATURE, NULL),
    MEMBERS_END};

static const struct member_row deposit_authorization_rows[] = {
    MEMBER("erc3009Authorization", DEPOSIT_EIP3009, deposit_eip3009_rows),
    MEMBER("permit2Authorization", DEPOSIT_PERMIT2, deposit_permit2_rows),
    MEMBERS_END};

static const struct member_row deposit_rows[] = {
    MEMBER("amount", DEPOSIT_AMOUNT, NULL),
    MEMBER("authorization", DEPOSIT_AUTHORIZATION, deposit_authorization_rows),
    MEMBERS_END};

static const struct member_row payload_rows[] = {
    MEMBER("signature", PAYLOAD_SIGNATURE, NULL),
    MEMBER("authorization", PAYLOAD_AUTHORIZATION, authorization_rows),
    MEMBER("permit2Authorization", PAYLOAD_PERMIT2, permit2_rows),
    MEMBER("delegationManager", PAYLOAD_DELEGATION_MANAGER, NULL),
    MEMBER("permissionContext", PAYLOAD_PERMISSION_CONTEXT, NULL),
    MEMBER("delegator", PAYLOAD_DELEGATOR, NULL),
    MEMBER("salt", PAYLOAD_SALT, NULL),
    MEMBER("saltNonce", PAYLOAD_SALT_NONCE, NULL),
    MEMBER("type", PAYLOAD_TYPE, NULL),
    MEMBER("channelConfig", PAYLOAD_CHANNEL, channel_rows),
    MEMBER("voucher", PAYLOAD_VOUCHER, voucher_rows),
    MEMBER("deposit", PAYLOAD_DEPOSIT, deposit_rows),
    MEMBER("transaction", PAYLOAD_TRANSACTION, NULL),
    MEMBER("openTransaction", PAYLOAD_OPEN_TRANSACTION, NULL),
    MEMBER("from", PAYLOAD_FROM, NULL),
    MEMBER("to", PAYLOAD_TO, NULL),
    MEMBER("amount", PAYLOAD_AMOUNT, NULL),
    MEMBER("asset", PAYLOAD_ASSET, NULL),
    MEMBER("maxAmount", PAYLOAD_MAX_AMOUNT, NULL),
    MEMBER("expiresAt", PAYLOAD_EXPIRES_AT, NULL),
    MEMBER("validAfter", PAYLOAD_VALID_AFTER, NULL),
    MEMBER("nonce", PAYLOAD_NONCE, NULL),
    MEMBER("openSlot", PAYLOAD_OPEN_SLOT, NULL),
    MEMBER("channelId", PAYLOAD_CHANNEL_ID, NULL),
    MEMBER("authorizedSigner", PAYLOAD_AUTHORIZED_SIGNER, NULL),
    MEMBER("voucherSignature", PAYLOAD_VOUCHER_SIGNATURE, NULL),
    MEMBER("paymentGroup", PAYLOAD_GROUP, NULL),
    MEMBER("paymentIndex", PAYLOAD_GROUP_INDEX, NULL),
    MEMBER("block", PAYLOAD_BLOCK, NULL),
    MEMBER("tokenMaster", PAYLOAD_TOKEN_MASTER, NULL),
    MEMBER("validUntil", PAYLOAD_VALID_UNTIL, NULL),
    MEMBER("settlementBoc", PAYLOAD_BOC, NULL),
    MEMBER("walletPublicKey", PAYLOAD_PUBLIC_KEY, NULL),
    MEMBER("signedDelegateAction", PAYLOAD_DELEGATE_ACTION, NULL),
    MEMBER("signedTxBlob", PAYLOAD_TX_BLOB, NULL),
    MEMBERS_END};

static const struct member_row info_rows[] = {
    MEMBER("id", INFO_ID, NULL), MEMBER("required", INFO_REQUIRED, NULL),
    MEMBERS_END};

static const struct member_row identifier_rows[] = {
    MEMBER("info", IDENTIFIER_INFO, info_rows), MEMBERS_END};

static const struct member_row extension_rows[] = {
    MEMBER("payment-identifier", EXTENSION_IDENTIFIER, identifier_rows),
    MEMBERS_END};

static const struct member_row top_rows[] = {
    MEMBER("x402Version", X402_VERSION, NULL),
    MEMBER("scheme", X402_SCHEME, NULL),
    MEMBER("network", X402_NETWORK, NULL),
    MEMBER("accepted", X402_ACCEPTED, accepted_rows),
    MEMBER("payload", X402_PAYLOAD, payload_rows),
    MEMBER("resource", X402_RESOURCE, NULL),
    MEMBER("extensions", X402_EXTENSIONS, extension_rows),
    MEMBERS_END};

const char *x402_decode(struct view value, struct arena *workspace,
                        struct x402_values *values, struct view *text)
{
    return members_decode(value, false, top_rows, workspace, values->of, text);
}
