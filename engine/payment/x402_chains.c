/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x402 on chains where the payload is a transaction that the payer signed
 * and the facilitator sends: Aptos, Sui, Stellar, Algorand, Hedera, Keeta,
 * TON, NEAR, XRP Ledger, Cardano. Their forms are checked, not their
 * insides: recipient and amount are those that `accepted` says.
 *
 *   identity = SHA-256(chain "\n" network "\n" bytes)
 *
 * where the bytes are the transaction's, decoded, so that no other spelling
 * of them is another payment. On Sui, and in Aptos' JSON, the signature
 * stands apart and is left out.
 */
#include "base/codec.h"
#include "base/hash.h"
#include "payment/x402_schemes.h"

#define GROUP_MAX 16

static void identify(const char *chain, struct view bytes,
                     struct x402_context *context, struct payment *out)
{
    struct sha256 hash;

    sha256_start(&hash);
    sha256_add(&hash, view_text(chain));
    sha256_add(&hash, VIEW("\n"));
    sha256_add(&hash, out->network);
    sha256_add(&hash, VIEW("\n"));
    sha256_add(&hash, bytes);
    sha256_end(&hash, out->identity);
    memcpy(out->content, out->identity, sizeof(out->content));
    context->identified = true;
}

/* The bytes of base64; NONE if it is none, or empty. */
static struct view decode(struct view text, struct arena *workspace)
{
    char *room = arena_alloc(workspace, base64_room(text.size));
    size_t size;

    if (!room || !base64_decode(text, room, &size) || size == 0) {
        return VIEW_NONE;
    }
    return view_of(room, size);
}

static struct view decode_value(const struct x402_context *context,
                                enum x402_key key)
{
    const struct json_value *value = &context->values->of[key];

    return value->kind == JSON_STRING ? decode(value->text, context->workspace)
                                      : VIEW_NONE;
}

/* A payload that is base64 under one key. */
static const char *read_one(const char *chain, enum x402_key key,
                            const char *reason, struct x402_context *context,
                            struct payment *out)
{
    struct view bytes = decode_value(context, key);

    if (!out->has_amount) {
        return "amount";
    }
    if (!bytes.at) {
        return reason;
    }
    identify(chain, bytes, context, out);
    return NULL;
}

/* The bytes of a list of numbers, each written as one is: a client's reader
 * takes 1.0 and 257 for 1. NONE: it is none. */
static struct view read_bytes(struct view list, struct arena *workspace)
{
    char *room = arena_alloc(workspace, list.size);
    unsigned long long n;
    struct json json;
    size_t size = 0;

    if (!room) {
        return VIEW_NONE;
    }
    json_start(&json, list, JSON_DEPTH_MAX, NULL, 0);
    json_next(&json);
    while (json_next(&json) == JSON_NUMBER && view_to_u64(json.text, &n) &&
           n <= UINT8_MAX) {
        room[size++] = (char)(unsigned char)n;
    }
    return json.kind == JSON_END && size > 0 ? view_of(room, size) : VIEW_NONE;
}

/* BCS, or JSON of its bytes as lists of numbers. */
const char *x402_aptos_read(struct x402_context *context, struct payment *out)
{
    enum { TRANSACTION, AUTHENTICATOR, VALUES };
    static const struct member_row rows[] = {
        MEMBER("transaction", TRANSACTION, NULL),
        MEMBER("senderAuthenticator", AUTHENTICATOR, NULL), MEMBERS_END};
    struct json_value values[VALUES] = {{JSON_ERROR, {NULL, 0}}};
    struct view bytes = decode_value(context, PAYLOAD_TRANSACTION);

    if (!out->has_amount) {
        return "amount";
    }
    if (!bytes.at) {
        return "transaction";
    }
    if (bytes.at[0] == '{') {
        if (members_read(bytes, rows, context->workspace, values) ||
            values[TRANSACTION].kind != JSON_ARRAY ||
            values[AUTHENTICATOR].kind != JSON_ARRAY) {
            return "transaction";
        }
        bytes = read_bytes(values[TRANSACTION].text, context->workspace);
        if (!bytes.at) {
            return "transaction";
        }
    }
    identify("aptos", bytes, context, out);
    return NULL;
}

const char *x402_sui_read(struct x402_context *context, struct payment *out)
{
    if (!decode_value(context, PAYLOAD_SIGNATURE).at) {
        return "signature";
    }
    return read_one("sui", PAYLOAD_TRANSACTION, "transaction", context, out);
}

const char *x402_stellar_read(struct x402_context *context, struct payment *out)
{
    return read_one("stellar", PAYLOAD_TRANSACTION, "transaction", context,
                    out);
}

/* The one of the group that pays; all others are bound to it by the group's
 * id, which it holds. */
static const char *find_paying(const struct x402_context *context,
                               unsigned long long index, struct view *out)
{
    struct view list = context->values->of[PAYLOAD_GROUP].text;
    char *scratch = arena_alloc(context->workspace, list.size);
    unsigned long long i = 0;
    struct json json;

    if (!scratch) {
        return "no_room";
    }
    *out = VIEW_NONE;
    json_start(&json, list, JSON_DEPTH_MAX, scratch, list.size);
    json_next(&json);
    while (json_next(&json) == JSON_STRING) {
        struct view bytes = decode(json.text, context->workspace);

        if (!bytes.at || i == GROUP_MAX) {
            return "payment_group";
        }
        if (i++ == index) {
            *out = bytes;
        }
    }
    return json.kind != JSON_END ? "payment_group"
           : out->at             ? NULL
                                 : "payment_index";
}

const char *x402_algorand_read(struct x402_context *context,
                               struct payment *out)
{
    const struct x402_values *v = context->values;
    unsigned long long index;
    struct view paying;
    const char *reason;

    if (!out->has_amount) {
        return "amount";
    }
    if (v->of[PAYLOAD_GROUP].kind != JSON_ARRAY) {
        return "payment_group";
    }
    if (v->of[PAYLOAD_GROUP_INDEX].kind != JSON_NUMBER ||
        !view_to_u64(v->of[PAYLOAD_GROUP_INDEX].text, &index)) {
        return "payment_index";
    }
    reason = find_paying(context, index, &paying);
    if (!reason) {
        identify("algorand", paying, context, out);
    }
    return reason;
}

const char *x402_hedera_read(struct x402_context *context, struct payment *out)
{
    return read_one("hedera", PAYLOAD_TRANSACTION, "transaction", context, out);
}

const char *x402_keeta_read(struct x402_context *context, struct payment *out)
{
    return read_one("keeta", PAYLOAD_BLOCK, "block", context, out);
}

const char *x402_near_read(struct x402_context *context, struct payment *out)
{
    return read_one("near", PAYLOAD_DELEGATE_ACTION, "signed_delegate_action",
                    context, out);
}

static const char *check_ton(const struct x402_values *v,
                             const struct payment *payment)
{
    unsigned char key[32];
    struct amount amount;

    if (!value_is_token(&v->of[PAYLOAD_FROM])) {
        return "from";
    }
    if (!value_is_token(&v->of[PAYLOAD_TO])) {
        return "to";
    }
    if (!value_is_token(&v->of[PAYLOAD_TOKEN_MASTER])) {
        return "token";
    }
    if (v->of[PAYLOAD_AMOUNT].kind != JSON_STRING ||
        !amount_from_digits(v->of[PAYLOAD_AMOUNT].text, &amount)) {
        return "value";
    }
    if (amount_compare(&amount, &payment->amount) != 0) {
        return "amount_mismatch";
    }
    if (v->of[PAYLOAD_PUBLIC_KEY].kind != JSON_STRING ||
        !hex_decode(v->of[PAYLOAD_PUBLIC_KEY].text, key, sizeof(key))) {
        return "wallet_public_key";
    }
    return NULL;
}

const char *x402_ton_read(struct x402_context *context, struct payment *out)
{
    const struct x402_values *v = context->values;
    const char *reason =
        read_one("ton", PAYLOAD_BOC, "settlement_boc", context, out);
    unsigned long long until;

    if (!reason) {
        reason = check_ton(v, out);
    }
    if (reason) {
        return reason;
    }
    if (v->of[PAYLOAD_VALID_UNTIL].kind != JSON_NUMBER ||
        !view_to_u64(v->of[PAYLOAD_VALID_UNTIL].text, &until)) {
        return "valid_before";
    }
    out->payer = v->of[PAYLOAD_FROM].text;
    out->has_window = true;
    out->valid_before = until;
    return NULL;
}

/* Drops of XRP are whole; other assets' amounts are decimals. */
const char *x402_xrpl_read(struct x402_context *context, struct payment *out)
{
    struct view digits = context->values->of[PAYLOAD_TX_BLOB].text;
    unsigned char *bytes;

    if (context->values->of[PAYLOAD_TX_BLOB].kind != JSON_STRING ||
        digits.size < 2) {
        return "signed_tx_blob";
    }
    bytes = arena_alloc(context->workspace, digits.size / 2);
    if (!bytes || !hex_decode(digits, bytes, digits.size / 2)) {
        return "signed_tx_blob";
    }
    if (!view_equal(out->asset, VIEW("XRP"))) {
        out->has_amount = false;
        out->decimal = context->values->of[ACCEPTED_AMOUNT].text;
    } else if (!out->has_amount) {
        return "amount";
    }
    identify("xrpl", view_of((const char *)bytes, digits.size / 2), context,
             out);
    return NULL;
}

/* Its nonce is an output that the transaction spends, and can be guessed:
 * the bytes are the identity. */
const char *x402_cardano_read(struct x402_context *context, struct payment *out)
{
    if (!value_is_token(&context->values->of[PAYLOAD_NONCE])) {
        return "nonce";
    }
    return read_one("cardano", PAYLOAD_TRANSACTION, "transaction", context,
                    out);
}
