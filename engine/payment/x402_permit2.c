/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Permit2 authorizations (PermitWitnessTransferFrom): a transfer of any token
 * that its payer signed, with a 256-bit nonce that the Permit2 contract takes
 * once for each payer. The spender is one of x402's two contracts, which
 * send to nobody but the witness's `to`.
 *
 *   permit2Authorization {from, permitted {token, amount}, spender, nonce,
 *                         deadline, witness {to, validAfter, facilitator?}}
 *
 *   identity = SHA-256("permit2\n" network "\n" from[20] nonce[32])
 *   content  = SHA-256(identity token[20] amount[32] spender[20]
 *                      deadline[32] witness signature)
 */
#include "payment/x402_evm.h"
#include "payment/x402_schemes.h"

const struct evm_permit_keys x402_permit_keys = {
    PAYLOAD_PERMIT2, PERMIT2_FROM,  PERMITTED_TOKEN,  PERMITTED_AMOUNT,
    PERMIT2_SPENDER, PERMIT2_NONCE, PERMIT2_DEADLINE, PAYLOAD_SIGNATURE};

/* x402ExactPermit2Proxy and x402UptoPermit2Proxy, on every chain. */
static const char exact_spender[] =
    "0x402085c248EeA27D92E8b30b2C58ed07f9E20001";
static const char upto_spender[] = "0x4020A4f3b7b90ccA423B9fabCc0CE57C6C240002";

const char *x402_permit_read(const struct x402_values *v,
                             const struct evm_permit_keys *keys,
                             struct evm_permit *out)
{
    if (!x402_is_object(v, keys->object)) {
        return "permit2";
    }
    if (!x402_is_signature(v, keys->signature)) {
        return "signature";
    }
    if (!x402_read_hex(v, keys->from, out->from, EVM_ADDRESS)) {
        return "from";
    }
    if (!x402_read_hex(v, keys->token, out->token, EVM_ADDRESS)) {
        return "token";
    }
    if (!x402_read_digits(v, keys->amount, &out->amount)) {
        return "value";
    }
    if (!x402_read_hex(v, keys->spender, out->spender, EVM_ADDRESS)) {
        return "spender";
    }
    if (!x402_read_number(v, keys->nonce, &out->nonce)) {
        return "nonce";
    }
    if (!x402_read_digits(v, keys->deadline, &out->deadline)) {
        return "valid_before";
    }
    return NULL;
}

static void identify_nonce(const unsigned char from[EVM_ADDRESS],
                           const struct amount *n, struct payment *out)
{
    unsigned char nonce[EVM_WORD];

    amount_to_bytes(n, nonce);
    x402_identify("permit2", out->network, from, nonce, out->identity);
}

void x402_permit_fill(const struct x402_values *v,
                      const struct evm_permit_keys *keys,
                      const struct evm_permit *p, enum signed_type type,
                      unsigned char witness[][EVM_WORD], size_t witness_words,
                      struct payment *out)
{
    unsigned char(*words)[EVM_WORD] = out->message.words;
    struct sha256 hash;

    out->payer = v->of[keys->from].text;
    out->has_window = true;
    out->valid_before = amount_to_u64(&p->deadline);
    identify_nonce(p->from, &p->nonce, out);
    sha256_start(&hash);
    x402_add_bytes(&hash, out->identity, sizeof(out->identity));
    x402_add_bytes(&hash, p->token, EVM_ADDRESS);
    x402_add_number(&hash, &p->amount);
    x402_add_bytes(&hash, p->spender, EVM_ADDRESS);
    x402_add_number(&hash, &p->deadline);
    x402_add_bytes(&hash, witness[0], witness_words * EVM_WORD);
    x402_add_hex(&hash, v, keys->signature);
    sha256_end(&hash, out->content);
    if (!x402_keep_signature(v, keys->signature, type, p->from,
                             &out->message)) {
        return;
    }
    x402_put_address(words[0], p->token);
    amount_to_bytes(&p->amount, words[1]);
    x402_put_address(words[2], p->spender);
    amount_to_bytes(&p->nonce, words[3]);
    amount_to_bytes(&p->deadline, words[4]);
    memcpy(words[5], witness[0], witness_words * EVM_WORD);
}

/* ---- exact and upto ---- */

/* Witness(address to, address facilitator, uint256 validAfter); that of
 * `exact` has no facilitator. */
struct witness {
    unsigned char to[EVM_ADDRESS];
    unsigned char words[3][EVM_WORD];
    size_t count;
    struct amount valid_after;
};

static const char *read_witness(const struct x402_values *v, bool upto,
                                struct witness *out)
{
    unsigned char facilitator[EVM_ADDRESS];

    out->count = 0;
    if (!x402_read_hex(v, WITNESS_TO, out->to, EVM_ADDRESS)) {
        return "to";
    }
    x402_put_address(out->words[out->count++], out->to);
    if (upto) {
        if (!x402_read_hex(v, WITNESS_FACILITATOR, facilitator, EVM_ADDRESS)) {
            return "facilitator";
        }
        x402_put_address(out->words[out->count++], facilitator);
    }
    if (!x402_read_digits(v, WITNESS_VALID_AFTER, &out->valid_after)) {
        return "valid_after";
    }
    amount_to_bytes(&out->valid_after, out->words[out->count++]);
    return NULL;
}

/* What it signs must cover what it accepts. */
static const char *check_agreement(const struct x402_values *v,
                                   const struct evm_permit *p,
                                   const struct witness *witness,
                                   const struct payment *payment)
{
    struct evm_accepted accepted;
    const char *reason = x402_check_accepted(v, payment, &accepted);

    if (reason) {
        return reason;
    }
    if (memcmp(p->token, accepted.asset, EVM_ADDRESS) != 0) {
        return "asset_mismatch";
    }
    if (memcmp(witness->to, accepted.pay_to, EVM_ADDRESS) != 0) {
        return "recipient_mismatch";
    }
    if (amount_compare(&p->amount, &payment->amount) < 0) {
        return "amount_mismatch";
    }
    return NULL;
}

static const char *read_all(const struct x402_values *v, bool upto,
                            struct evm_permit *p, struct witness *witness,
                            const struct payment *payment)
{
    const char *reason = x402_permit_read(v, &x402_permit_keys, p);

    if (!reason) {
        reason = read_witness(v, upto, witness);
    }
    if (!reason && amount_compare(&witness->valid_after, &p->deadline) >= 0) {
        reason = "window";
    }
    if (!reason && payment->version == 2) {
        reason = check_agreement(v, p, witness, payment);
    }
    return reason;
}

const char *x402_permit2_read(const struct x402_values *v, struct payment *out)
{
    bool upto = view_equal(out->scheme, VIEW("upto"));
    struct evm_permit p;
    struct witness witness;
    const char *reason = read_all(v, upto, &p, &witness, out);

    if (reason) {
        return reason;
    }
    if (!view_equal_fold(v->of[PERMIT2_SPENDER].text,
                         view_text(upto ? upto_spender : exact_spender))) {
        out->misdirected = "spender_not_known";
    }
    out->asset = v->of[PERMITTED_TOKEN].text;
    out->pay_to = v->of[WITNESS_TO].text;
    if (out->version == 1) {
        out->has_amount = true;
        out->amount = p.amount;
    }
    x402_permit_fill(v, &x402_permit_keys, &p,
                     upto ? SIGNED_PERMIT_UPTO : SIGNED_PERMIT_EXACT,
                     witness.words, witness.count, out);
    out->valid_after = amount_to_u64(&witness.valid_after);
    return NULL;
}

bool x402_permit2_nonce(const struct x402_values *v, struct payment *out)
{
    unsigned char from[EVM_ADDRESS];
    struct amount nonce;

    if (!x402_read_hex(v, PERMIT2_FROM, from, sizeof(from)) ||
        !x402_read_number(v, PERMIT2_NONCE, &nonce)) {
        return false;
    }
    identify_nonce(from, &nonce, out);
    return true;
}
