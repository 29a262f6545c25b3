/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EIP-3009 authorizations: a transfer that its payer signed, with a nonce
 * that a token takes once.
 *
 *   identity = SHA-256("eip3009\n" network "\n" from[20] nonce[32])
 *   content  = SHA-256(identity to[20] value[32] validAfter[32]
 *                      validBefore[32] signature)
 */
#include "base/codec.h"
#include "payment/x402_evm.h"

struct authorization {
    unsigned char from[EVM_ADDRESS];
    unsigned char to[EVM_ADDRESS];
    unsigned char nonce[EVM_NONCE];
    struct amount value, valid_after, valid_before;
};

static const char *read_authorization(const struct x402_values *v,
                                      struct authorization *out)
{
    if (v->of[PAYLOAD_AUTHORIZATION].kind != JSON_OBJECT) {
        return "authorization";
    }
    if (!x402_has_signature(v)) {
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
    if (!x402_read_hex(v, AUTHORIZATION_NONCE, out->nonce, EVM_NONCE)) {
        return "nonce";
    }
    if (amount_compare(&out->valid_after, &out->valid_before) >= 0) {
        return "window";
    }
    return NULL;
}

static void identify(const struct x402_values *v, const struct authorization *a,
                     struct payment *out)
{
    struct sha256 hash;

    x402_identify("eip3009", out->network, a->from, a->nonce, out->identity);
    sha256_start(&hash);
    x402_add_bytes(&hash, out->identity, sizeof(out->identity));
    x402_add_bytes(&hash, a->to, sizeof(a->to));
    x402_add_number(&hash, &a->value);
    x402_add_number(&hash, &a->valid_after);
    x402_add_number(&hash, &a->valid_before);
    x402_add_signature(&hash, v);
    sha256_end(&hash, out->content);
}

static void put_address(unsigned char word[32],
                        const unsigned char address[EVM_ADDRESS])
{
    memcpy(word + 32 - EVM_ADDRESS, address, EVM_ADDRESS);
}

/* What was signed, for the check of signature.c. Only keys sign in 65 bytes;
 * whatever is longer is for a contract to check. */
static void keep_message(const struct x402_values *v,
                         const struct authorization *a,
                         struct signed_message *out)
{
    *out = (struct signed_message){.type = SIGNED_NOTHING};
    if (!hex_decode_0x(v->of[PAYLOAD_SIGNATURE].text, out->signature,
                       sizeof(out->signature))) {
        return;
    }
    out->type = SIGNED_TRANSFER;
    memcpy(out->signer, a->from, EVM_ADDRESS);
    put_address(out->words[0], a->from);
    put_address(out->words[1], a->to);
    amount_to_bytes(&a->value, out->words[2]);
    amount_to_bytes(&a->valid_after, out->words[3]);
    amount_to_bytes(&a->valid_before, out->words[4]);
    memcpy(out->words[5], a->nonce, EVM_NONCE);
}

/* What it signs must be what it accepts. */
static const char *check_agreement(const struct x402_values *v,
                                   const struct authorization *a,
                                   const struct payment *payment)
{
    struct evm_accepted accepted;
    const char *reason = x402_check_accepted(v, payment, &accepted);

    if (reason) {
        return reason;
    }
    if (memcmp(a->to, accepted.pay_to, EVM_ADDRESS) != 0) {
        return "recipient_mismatch";
    }
    if (amount_compare(&a->value, &payment->amount) != 0) {
        return "amount_mismatch";
    }
    return NULL;
}

const char *x402_eip3009_read(const struct x402_values *v, struct payment *out)
{
    struct authorization a;
    const char *reason = read_authorization(v, &a);

    if (!reason && out->version == 2) {
        reason = check_agreement(v, &a, out);
    }
    if (reason) {
        return reason;
    }
    out->exact_amount = out->version == 2;
    out->payer = v->of[AUTHORIZATION_FROM].text;
    out->pay_to = v->of[AUTHORIZATION_TO].text;
    out->has_amount = true;
    out->amount = a.value;
    out->has_window = true;
    out->valid_after = amount_to_u64(&a.valid_after);
    out->valid_before = amount_to_u64(&a.valid_before);
    identify(v, &a, out);
    keep_message(v, &a, &out->message);
    return NULL;
}

bool x402_eip3009_nonce(const struct x402_values *v, struct payment *out)
{
    unsigned char from[EVM_ADDRESS], nonce[EVM_NONCE];

    if (!x402_read_hex(v, AUTHORIZATION_FROM, from, sizeof(from)) ||
        !x402_read_hex(v, AUTHORIZATION_NONCE, nonce, sizeof(nonce))) {
        return false;
    }
    x402_identify("eip3009", out->network, from, nonce, out->identity);
    return true;
}
