/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EIP-3009 authorizations: a transfer that its payer signed, with a nonce
 * that a token takes once.
 *
 *   identity = SHA-256("eip3009\n" network "\n" from[20] nonce[32])
 *   content  = SHA-256(identity to[20] value[32] validAfter[32]
 *                      validBefore[32] signature)
 */
#include "payment/x402_evm.h"
#include "payment/x402_schemes.h"

const char *x402_transfer_read(const struct x402_values *v,
                               struct evm_transfer *out)
{
    if (!x402_is_object(v, PAYLOAD_AUTHORIZATION)) {
        return "authorization";
    }
    if (!x402_is_signature(v, PAYLOAD_SIGNATURE)) {
        return "signature";
    }
    if (!x402_read_hex(v, AUTHORIZATION_FROM, out->from, EVM_ADDRESS)) {
        return "from";
    }
    if (!x402_read_hex(v, AUTHORIZATION_TO, out->to, EVM_ADDRESS)) {
        return "to";
    }
    if (!x402_read_digits(v, AUTHORIZATION_VALUE, &out->value)) {
        return "value";
    }
    if (!x402_read_digits(v, AUTHORIZATION_VALID_AFTER, &out->valid_after)) {
        return "valid_after";
    }
    if (!x402_read_digits(v, AUTHORIZATION_VALID_BEFORE, &out->valid_before)) {
        return "valid_before";
    }
    if (!x402_read_hex(v, AUTHORIZATION_NONCE, out->nonce, EVM_WORD)) {
        return "nonce";
    }
    if (amount_compare(&out->valid_after, &out->valid_before) >= 0) {
        return "window";
    }
    return NULL;
}

static void identify(const struct x402_values *v, const struct evm_transfer *t,
                     enum x402_key signature, struct payment *out)
{
    struct sha256 hash;

    x402_identify("eip3009", out->network, t->from, t->nonce, out->identity);
    sha256_start(&hash);
    x402_add_bytes(&hash, out->identity, sizeof(out->identity));
    x402_add_bytes(&hash, t->to, sizeof(t->to));
    x402_add_number(&hash, &t->value);
    x402_add_number(&hash, &t->valid_after);
    x402_add_number(&hash, &t->valid_before);
    x402_add_hex(&hash, v, signature);
    sha256_end(&hash, out->content);
}

static void keep_message(const struct x402_values *v,
                         const struct evm_transfer *t, enum x402_key signature,
                         enum signed_type type, struct payment *out)
{
    unsigned char(*words)[EVM_WORD] = out->message.words;

    if (!x402_keep_signature(v, signature, type, t->from, &out->message)) {
        return;
    }
    x402_put_address(words[0], t->from);
    x402_put_address(words[1], t->to);
    amount_to_bytes(&t->value, words[2]);
    amount_to_bytes(&t->valid_after, words[3]);
    amount_to_bytes(&t->valid_before, words[4]);
    memcpy(words[5], t->nonce, EVM_WORD);
}

void x402_transfer_fill(const struct x402_values *v,
                        const struct evm_transfer *t, enum x402_key key,
                        enum signed_type type, struct payment *out)
{
    out->has_window = true;
    out->valid_after = amount_to_u64(&t->valid_after);
    out->valid_before = amount_to_u64(&t->valid_before);
    identify(v, t, key, out);
    keep_message(v, t, key, type, out);
}

/* What it signs must be what it accepts. */
static const char *check_agreement(const struct x402_values *v,
                                   const struct evm_transfer *t,
                                   const struct payment *payment)
{
    struct evm_accepted accepted;
    const char *reason = x402_check_accepted(v, payment, &accepted);

    if (reason) {
        return reason;
    }
    if (memcmp(t->to, accepted.pay_to, EVM_ADDRESS) != 0) {
        return "recipient_mismatch";
    }
    if (amount_compare(&t->value, &payment->amount) != 0) {
        return "amount_mismatch";
    }
    return NULL;
}

const char *x402_eip3009_read(const struct x402_values *v, struct payment *out)
{
    struct evm_transfer t;
    const char *reason = x402_transfer_read(v, &t);

    if (!reason && out->version == 2) {
        reason = check_agreement(v, &t, out);
    }
    if (reason) {
        return reason;
    }
    out->payer = v->of[AUTHORIZATION_FROM].text;
    out->pay_to = v->of[AUTHORIZATION_TO].text;
    out->has_amount = true;
    out->amount = t.value;
    x402_transfer_fill(v, &t, PAYLOAD_SIGNATURE, SIGNED_TRANSFER, out);
    return NULL;
}

bool x402_eip3009_nonce(const struct x402_values *v, struct payment *out)
{
    unsigned char from[EVM_ADDRESS], nonce[EVM_WORD];

    if (!x402_read_hex(v, AUTHORIZATION_FROM, from, sizeof(from)) ||
        !x402_read_hex(v, AUTHORIZATION_NONCE, nonce, sizeof(nonce))) {
        return false;
    }
    x402_identify("eip3009", out->network, from, nonce, out->identity);
    return true;
}
