/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MPP charges on EVM chains: what the payer signed, by the payload's type.
 *
 *   authorization  {from, to, value, validAfter, validBefore, nonce,
 *                   signature}: EIP-3009
 *   permit2        {permit {permitted [{token, amount}...], nonce, deadline},
 *                   witness {challengeHash}, signature}: Permit2, by the
 *                   account that the credential's `source` names
 *   transaction    {signature}: a whole transaction, signed
 *   hash           {hash} of a transaction that was sent already
 *
 * The first two are the same payments as x402's: an authorization that comes
 * by both protocols is one. Their signatures are checked as those are, but
 * for permits of several transfers, or to a contract that is not Permit2's. A
 * transaction is its bytes. A hash is on the chain for all to see: who shows
 * it first need not be who paid, so its challenge is its identity, and the
 * gate must not take one hash for two challenges.
 */
#include "payment/mpp_evm.h"

#include "base/codec.h"
#include "base/hash.h"
#include "payment/x402_evm.h"

#define SOURCE "did:pkh:"

enum {
    PAYLOAD_KIND,
    PAY_FROM,
    PAY_TO,
    PAY_VALUE,
    PAY_AFTER,
    PAY_BEFORE,
    PAY_NONCE,
    PAY_SIGNATURE,
    PAY_HASH,
    PERMIT,
    PERMIT_PERMITTED,
    PERMIT_NONCE,
    PERMIT_DEADLINE,
    WITNESS,
    WITNESS_HASH,
    VALUES
};
static const struct member_row permit_rows[] = {
    MEMBER("permitted", PERMIT_PERMITTED, NULL),
    MEMBER("nonce", PERMIT_NONCE, NULL),
    MEMBER("deadline", PERMIT_DEADLINE, NULL), MEMBERS_END};
static const struct member_row witness_rows[] = {
    MEMBER("challengeHash", WITNESS_HASH, NULL), MEMBERS_END};
static const struct member_row rows[] = {
    MEMBER("type", PAYLOAD_KIND, NULL),
    MEMBER("from", PAY_FROM, NULL),
    MEMBER("to", PAY_TO, NULL),
    MEMBER("value", PAY_VALUE, NULL),
    MEMBER("validAfter", PAY_AFTER, NULL),
    MEMBER("validBefore", PAY_BEFORE, NULL),
    MEMBER("nonce", PAY_NONCE, NULL),
    MEMBER("signature", PAY_SIGNATURE, NULL),
    MEMBER("hash", PAY_HASH, NULL),
    MEMBER("permit", PERMIT, permit_rows),
    MEMBER("witness", WITNESS, witness_rows),
    MEMBERS_END};

/* ---- EIP-3009 ---- */

static const char *check_transfer(const struct evm_transfer *t,
                                  const struct payment *payment)
{
    unsigned char recipient[EVM_ADDRESS];

    if (!hex_decode_0x(payment->pay_to, recipient, sizeof(recipient))) {
        return "recipient";
    }
    if (memcmp(t->to, recipient, sizeof(recipient)) != 0) {
        return "recipient_mismatch";
    }
    return amount_compare(&t->value, &payment->amount) != 0 ? "amount_mismatch"
                                                            : NULL;
}

static const char *read_authorization(const struct json_value *p,
                                      struct payment *out)
{
    struct x402_values v = {.of = {
                                [PAYLOAD_AUTHORIZATION] = {.kind = JSON_OBJECT},
                                [PAYLOAD_SIGNATURE] = p[PAY_SIGNATURE],
                                [AUTHORIZATION_FROM] = p[PAY_FROM],
                                [AUTHORIZATION_TO] = p[PAY_TO],
                                [AUTHORIZATION_VALUE] = p[PAY_VALUE],
                                [AUTHORIZATION_VALID_AFTER] = p[PAY_AFTER],
                                [AUTHORIZATION_VALID_BEFORE] = p[PAY_BEFORE],
                                [AUTHORIZATION_NONCE] = p[PAY_NONCE],
                            }};
    struct evm_transfer t;
    const char *reason = x402_transfer_read(&v, &t);

    if (!reason) {
        reason = check_transfer(&t, out);
    }
    if (!reason) {
        out->payer = p[PAY_FROM].text;
        x402_transfer_fill(&v, &t, PAYLOAD_SIGNATURE, SIGNED_TRANSFER, out);
    }
    return reason;
}

/* ---- Permit2 ---- */

/* The address of did:pkh:NETWORK:ADDRESS; NONE: it is another. */
static struct view read_source(struct view source, struct view network)
{
    size_t before = sizeof(SOURCE) - 1 + network.size + 1;

    if (!view_starts(source, VIEW(SOURCE)) || source.size <= before ||
        source.at[before - 1] != ':' ||
        !view_equal(view_of(source.at + sizeof(SOURCE) - 1, network.size),
                    network)) {
        return VIEW_NONE;
    }
    return view_of(source.at + before, source.size - before);
}

/* The first of the transfers; *count: how many there are. */
static bool read_permitted(struct view list, struct arena *workspace,
                           struct json_value values[2], size_t *count)
{
    static const struct member_row permitted_rows[] = {
        MEMBER("token", 0, NULL), MEMBER("amount", 1, NULL), MEMBERS_END};
    char *scratch = arena_alloc(workspace, list.size);
    struct view first = VIEW_NONE;
    struct json json;

    *count = 0;
    if (!scratch) {
        return false;
    }
    json_start(&json, list, JSON_DEPTH_MAX, scratch, list.size);
    json_next(&json);
    while (json_next(&json) == JSON_OBJECT) {
        struct view one = json_raw(&json);

        first = *count == 0 ? one : first;
        ++*count;
    }
    return json.kind == JSON_END && *count > 0 &&
           !members_read(first, permitted_rows, workspace, values);
}

static const struct evm_permit_keys keys = {
    .object = PAYLOAD_PERMIT2,
    .from = PERMIT2_FROM,
    .token = PERMITTED_TOKEN,
    .amount = PERMITTED_AMOUNT,
    .spender = PERMIT2_SPENDER,
    .nonce = PERMIT2_NONCE,
    .deadline = PERMIT2_DEADLINE,
    .signature = PAYLOAD_SIGNATURE,
};

static const char *check_permit(const struct evm_permit *permit, size_t count,
                                const struct payment *payment)
{
    unsigned char currency[EVM_ADDRESS];

    if (!hex_decode_0x(payment->asset, currency, sizeof(currency))) {
        return "currency";
    }
    if (memcmp(permit->token, currency, sizeof(currency)) != 0) {
        return "asset_mismatch";
    }
    return count == 1 && amount_compare(&permit->amount, &payment->amount) < 0
               ? "amount_mismatch"
               : NULL;
}

static const char *read_permit(const struct json_value *p,
                               const struct mpp_charge *charge,
                               struct arena *workspace, struct payment *out)
{
    static const struct json_value nobody = {
        JSON_STRING, {"0x0000000000000000000000000000000000000000", 42}};
    struct json_value permitted[2] = {{JSON_ERROR, {NULL, 0}}};
    bool told = value_is_there(charge->spender);
    struct x402_values v = {.of = {
                                [PAYLOAD_PERMIT2] = p[PERMIT],
                                [PAYLOAD_SIGNATURE] = p[PAY_SIGNATURE],
                                [PERMIT2_NONCE] = p[PERMIT_NONCE],
                                [PERMIT2_DEADLINE] = p[PERMIT_DEADLINE],
                            }};
    unsigned char witness[1][EVM_WORD];
    struct evm_permit permit;
    const char *reason;
    size_t count;

    if (p[PERMIT_PERMITTED].kind != JSON_ARRAY ||
        !read_permitted(p[PERMIT_PERMITTED].text, workspace, permitted,
                        &count)) {
        return "permitted";
    }
    v.of[PERMIT2_FROM] = (struct json_value){
        JSON_STRING, read_source(charge->source->text, out->network)};
    v.of[PERMITTED_TOKEN] = permitted[0];
    v.of[PERMITTED_AMOUNT] = permitted[1];
    v.of[PERMIT2_SPENDER] = told ? *charge->spender : nobody;
    reason = x402_permit_read(&v, &keys, &permit);
    if (!reason && (p[WITNESS_HASH].kind != JSON_STRING ||
                    !hex_decode_0x(p[WITNESS_HASH].text, witness[0],
                                   sizeof(witness[0])))) {
        reason = "challenge_hash";
    }
    if (!reason) {
        reason = check_permit(&permit, count, out);
    }
    if (reason) {
        return reason;
    }
    x402_permit_fill(&v, &keys, &permit, SIGNED_PERMIT_PAYMENT, witness, 1,
                     out);
    if (count != 1 || !told || charge->elsewhere) {
        out->message.type = SIGNED_NOTHING;
    }
    return NULL;
}

/* ---- transactions ---- */

static const char *read_transaction(const struct json_value *p,
                                    struct payment *out)
{
    struct x402_values v = {.of = {[PAYLOAD_SIGNATURE] = p[PAY_SIGNATURE]}};
    struct sha256 hash;

    if (!x402_is_signature(&v, PAYLOAD_SIGNATURE)) {
        return "signature";
    }
    sha256_start(&hash);
    sha256_add(&hash, VIEW("evm-transaction\n"));
    sha256_add(&hash, out->network);
    sha256_add(&hash, VIEW("\n"));
    x402_add_hex(&hash, &v, PAYLOAD_SIGNATURE);
    sha256_end(&hash, out->identity);
    memcpy(out->content, out->identity, sizeof(out->content));
    return NULL;
}

static const char *check_hash(const struct json_value *p)
{
    unsigned char hash[EVM_WORD];

    return p[PAY_HASH].kind == JSON_STRING &&
                   hex_decode_0x(p[PAY_HASH].text, hash, sizeof(hash))
               ? NULL
               : "hash";
}

const char *mpp_evm_read(const struct mpp_charge *charge,
                         struct arena *workspace, struct payment *out)
{
    struct json_value p[VALUES] = {{JSON_ERROR, {NULL, 0}}};
    uint64_t expires = out->has_window ? out->valid_before : UINT64_MAX;
    const char *reason = members_read(charge->payload, rows, workspace, p);
    struct view type = p[PAYLOAD_KIND].text;

    if (reason || !value_is_token(&p[PAYLOAD_KIND])) {
        return reason ? reason : "type";
    }
    if (!out->has_amount) {
        return "amount";
    }
    if (view_equal(type, VIEW("authorization"))) {
        reason = read_authorization(p, out);
    } else if (view_equal(type, VIEW("permit2"))) {
        reason = read_permit(p, charge, workspace, out);
    } else if (view_equal(type, VIEW("transaction"))) {
        reason = read_transaction(p, out);
    } else if (view_equal(type, VIEW("hash"))) {
        reason = check_hash(p);
    } else {
        out->known_scheme = false;
    }
    if (out->has_window && expires < out->valid_before) {
        out->valid_before = expires;
    }
    return reason;
}
