/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Permit2 authorizations (PermitWitnessTransferFrom): a transfer of any token
 * that its payer signed, with a 256-bit nonce that the Permit2 contract takes
 * once for each payer. Who may spend it is the facilitator's to check.
 *
 *   permit2Authorization {from, permitted {token, amount}, spender, nonce,
 *                         deadline, witness {to, validAfter, facilitator?}}
 *
 *   identity = SHA-256("permit2\n" network "\n" from[20] nonce[32])
 *   content  = SHA-256(identity token[20] amount[32] spender[20] to[20]
 *                      validAfter[32] deadline[32] signature)
 */
#include "payment/x402_evm.h"

#define HEX_DIGITS_MAX (2 * EVM_NONCE)

struct permit {
    unsigned char from[EVM_ADDRESS];
    unsigned char token[EVM_ADDRESS];
    unsigned char spender[EVM_ADDRESS];
    unsigned char to[EVM_ADDRESS];
    struct amount amount, nonce, valid_after, deadline;
};

static int digit_of(char c)
{
    c = ascii_lower(c);
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

/* Decimal digits, or "0x" and up to 64 hex digits, as some clients write. */
static bool read_nonce(const struct x402_values *v, struct amount *out)
{
    struct view text = v->of[PERMIT2_NONCE].text;
    unsigned char bytes[EVM_NONCE] = {0};

    if (v->of[PERMIT2_NONCE].kind != JSON_STRING ||
        !view_starts(text, VIEW("0x"))) {
        return x402_read_digits(v, PERMIT2_NONCE, out);
    }
    if (text.size == 2 || text.size - 2 > HEX_DIGITS_MAX) {
        return false;
    }
    for (size_t i = 0; i < text.size - 2; i++) {
        int digit = digit_of(text.at[text.size - 1 - i]);

        if (digit < 0) {
            return false;
        }
        bytes[EVM_NONCE - 1 - i / 2] |=
            (unsigned char)(i % 2 ? digit << 4 : digit);
    }
    amount_from_bytes(bytes, out);
    return true;
}

static const char *read_permit(const struct x402_values *v, struct permit *out)
{
    if (v->of[PAYLOAD_PERMIT2].kind != JSON_OBJECT) {
        return "permit2";
    }
    if (!x402_has_signature(v)) {
        return "signature";
    }
    if (!x402_read_hex(v, PERMIT2_FROM, out->from, EVM_ADDRESS)) {
        return "from";
    }
    if (!x402_read_hex(v, PERMITTED_TOKEN, out->token, EVM_ADDRESS)) {
        return "token";
    }
    if (!x402_read_digits(v, PERMITTED_AMOUNT, &out->amount)) {
        return "value";
    }
    if (!x402_read_hex(v, PERMIT2_SPENDER, out->spender, EVM_ADDRESS)) {
        return "spender";
    }
    if (!read_nonce(v, &out->nonce)) {
        return "nonce";
    }
    if (!x402_read_hex(v, WITNESS_TO, out->to, EVM_ADDRESS)) {
        return "to";
    }
    if (!x402_read_digits(v, WITNESS_VALID_AFTER, &out->valid_after)) {
        return "valid_after";
    }
    if (!x402_read_digits(v, PERMIT2_DEADLINE, &out->deadline)) {
        return "valid_before";
    }
    if (amount_compare(&out->valid_after, &out->deadline) >= 0) {
        return "window";
    }
    return NULL;
}

static void identify_nonce(const unsigned char from[EVM_ADDRESS],
                           const struct amount *n, struct payment *out)
{
    unsigned char nonce[EVM_NONCE];

    amount_to_bytes(n, nonce);
    x402_identify("permit2", out->network, from, nonce, out->identity);
}

static void identify(const struct x402_values *v, const struct permit *p,
                     struct payment *out)
{
    struct sha256 hash;

    identify_nonce(p->from, &p->nonce, out);
    sha256_start(&hash);
    x402_add_bytes(&hash, out->identity, sizeof(out->identity));
    x402_add_bytes(&hash, p->token, EVM_ADDRESS);
    x402_add_number(&hash, &p->amount);
    x402_add_bytes(&hash, p->spender, EVM_ADDRESS);
    x402_add_bytes(&hash, p->to, EVM_ADDRESS);
    x402_add_number(&hash, &p->valid_after);
    x402_add_number(&hash, &p->deadline);
    x402_add_signature(&hash, v);
    sha256_end(&hash, out->content);
}

/* What it signs must cover what it accepts. */
static const char *check_agreement(const struct x402_values *v,
                                   const struct permit *p,
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
    if (memcmp(p->to, accepted.pay_to, EVM_ADDRESS) != 0) {
        return "recipient_mismatch";
    }
    if (amount_compare(&p->amount, &payment->amount) < 0) {
        return "amount_mismatch";
    }
    return NULL;
}

const char *x402_permit2_read(const struct x402_values *v, struct payment *out)
{
    struct permit p;
    const char *reason = read_permit(v, &p);

    if (!reason && out->version == 2) {
        reason = check_agreement(v, &p, out);
    }
    if (reason) {
        return reason;
    }
    out->exact_amount = out->version == 2;
    out->payer = v->of[PERMIT2_FROM].text;
    out->asset = v->of[PERMITTED_TOKEN].text;
    out->pay_to = v->of[WITNESS_TO].text;
    if (out->version == 1) {
        out->has_amount = true;
        out->amount = p.amount;
    }
    out->has_window = true;
    out->valid_after = amount_to_u64(&p.valid_after);
    out->valid_before = amount_to_u64(&p.deadline);
    identify(v, &p, out);
    return NULL;
}

bool x402_permit2_nonce(const struct x402_values *v, struct payment *out)
{
    unsigned char from[EVM_ADDRESS];
    struct amount nonce;

    if (!x402_read_hex(v, PERMIT2_FROM, from, sizeof(from)) ||
        !read_nonce(v, &nonce)) {
        return false;
    }
    identify_nonce(from, &nonce, out);
    return true;
}
