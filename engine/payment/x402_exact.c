/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x402 scheme `exact` on EVM chains. Shapes of its payload, told by a key:
 *
 *   authorization         EIP-3009: checked here in full
 *   delegationManager     ERC-7710: form checked; used many times by design
 *   permit2Authorization  Permit2: not checked here
 *
 * Two shapes at once are malformed: a gate could settle by one and we claim
 * the other. Addresses count without case; EIP-55 checksums are not looked
 * at, for facilitators differ on them and the identity does not need them.
 *
 *   identity = SHA-256("eip3009\n" network "\n" from[20] nonce[32])
 *   content  = SHA-256(identity to[20] value[32] validAfter[32]
 *                      validBefore[32] signature)
 *
 * No token in the identity, so that an authorization told as version 1 (which
 * names none) and as version 2 is one payment.
 */
#include "base/codec.h"
#include "base/hash.h"
#include "payment/network.h"
#include "payment/x402.h"

#define ADDRESS 20
#define NONCE 32
#define NUMBER 32
/* r, s and v; contracts' signatures (ERC-1271, ERC-6492) are longer. */
#define SIGNATURE_MIN 65

struct authorization {
    unsigned char from[ADDRESS];
    unsigned char to[ADDRESS];
    unsigned char nonce[NONCE];
    struct amount value, valid_after, valid_before;
};

static bool read_hex(const struct x402_values *v, enum x402_key key,
                     unsigned char *out, size_t size)
{
    return v->of[key].kind == JSON_STRING &&
           hex_decode_0x(v->of[key].text, out, size);
}

static bool read_digits(const struct x402_values *v, enum x402_key key,
                        struct amount *out)
{
    return v->of[key].kind == JSON_STRING &&
           amount_from_digits(v->of[key].text, out);
}

/* "0x" and whole bytes in hex, at least `min` of them. */
static bool is_hex_bytes(const struct x402_values *v, enum x402_key key,
                         size_t min)
{
    struct view text = v->of[key].text;

    if (v->of[key].kind != JSON_STRING || !view_starts(text, VIEW("0x")) ||
        text.size % 2 != 0 || text.size / 2 - 1 < min) {
        return false;
    }
    return view_is_hex(view_of(text.at + 2, text.size - 2));
}

static const char *read_authorization(const struct x402_values *v,
                                      struct authorization *out)
{
    if (v->of[PAYLOAD_AUTHORIZATION].kind != JSON_OBJECT) {
        return "authorization";
    }
    if (!is_hex_bytes(v, PAYLOAD_SIGNATURE, SIGNATURE_MIN)) {
        return "signature";
    }
    if (!read_hex(v, AUTHORIZATION_FROM, out->from, ADDRESS)) {
        return "from";
    }
    if (!read_hex(v, AUTHORIZATION_TO, out->to, ADDRESS)) {
        return "to";
    }
    if (!read_digits(v, AUTHORIZATION_VALUE, &out->value)) {
        return "value";
    }
    if (!read_digits(v, AUTHORIZATION_VALID_AFTER, &out->valid_after)) {
        return "valid_after";
    }
    if (!read_digits(v, AUTHORIZATION_VALID_BEFORE, &out->valid_before)) {
        return "valid_before";
    }
    if (!read_hex(v, AUTHORIZATION_NONCE, out->nonce, NONCE)) {
        return "nonce";
    }
    if (amount_compare(&out->valid_after, &out->valid_before) >= 0) {
        return "window";
    }
    return NULL;
}

/* What version 2 accepts must have the form that EVM chains give it. */
static const char *check_accepted(const struct x402_values *v,
                                  unsigned char pay_to[ADDRESS],
                                  const struct payment *payment)
{
    unsigned char asset[ADDRESS];

    if (!payment->has_amount) {
        return "amount";
    }
    if (!read_hex(v, ACCEPTED_ASSET, asset, ADDRESS)) {
        return "asset";
    }
    if (!read_hex(v, ACCEPTED_PAY_TO, pay_to, ADDRESS)) {
        return "pay_to";
    }
    if (!x402_is_there(v, ACCEPTED_MAX_TIMEOUT)) {
        return "max_timeout";
    }
    return NULL;
}

static struct view bytes_view(const unsigned char *bytes, size_t size)
{
    return view_of((const char *)bytes, size);
}

static void add_number(struct sha256 *hash, const struct amount *n)
{
    unsigned char bytes[NUMBER];

    amount_to_bytes(n, bytes);
    sha256_add(hash, bytes_view(bytes, sizeof(bytes)));
}

/* The signature's bytes in pieces: it may be kilobytes long. */
static void add_signature(struct sha256 *hash, struct view text)
{
    unsigned char bytes[SIGNATURE_MIN];
    struct view digits = view_of(text.at + 2, text.size - 2);

    while (digits.size > 0) {
        size_t n =
            digits.size < 2 * sizeof(bytes) ? digits.size / 2 : sizeof(bytes);

        hex_decode(view_of(digits.at, 2 * n), bytes, n);
        sha256_add(hash, bytes_view(bytes, n));
        digits = view_of(digits.at + 2 * n, digits.size - 2 * n);
    }
}

static void put_address(unsigned char word[32],
                        const unsigned char address[ADDRESS])
{
    memcpy(word + 32 - ADDRESS, address, ADDRESS);
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
    memcpy(out->signer, a->from, ADDRESS);
    put_address(out->words[0], a->from);
    put_address(out->words[1], a->to);
    amount_to_bytes(&a->value, out->words[2]);
    amount_to_bytes(&a->valid_after, out->words[3]);
    amount_to_bytes(&a->valid_before, out->words[4]);
    memcpy(out->words[5], a->nonce, NONCE);
}

static void identify(const struct x402_values *v, const struct authorization *a,
                     struct payment *out)
{
    struct sha256 hash;

    sha256_start(&hash);
    sha256_add(&hash, VIEW("eip3009\n"));
    sha256_add(&hash, out->network);
    sha256_add(&hash, VIEW("\n"));
    sha256_add(&hash, bytes_view(a->from, sizeof(a->from)));
    sha256_add(&hash, bytes_view(a->nonce, sizeof(a->nonce)));
    sha256_end(&hash, out->identity);

    sha256_start(&hash);
    sha256_add(&hash, bytes_view(out->identity, sizeof(out->identity)));
    sha256_add(&hash, bytes_view(a->to, sizeof(a->to)));
    add_number(&hash, &a->value);
    add_number(&hash, &a->valid_after);
    add_number(&hash, &a->valid_before);
    add_signature(&hash, v->of[PAYLOAD_SIGNATURE].text);
    sha256_end(&hash, out->content);
}

/* Its own values must be those it accepts. */
static const char *check_agreement(const struct authorization *a,
                                   const unsigned char pay_to[ADDRESS],
                                   const struct payment *payment)
{
    if (memcmp(a->to, pay_to, ADDRESS) != 0) {
        return "recipient_mismatch";
    }
    if (amount_compare(&a->value, &payment->amount) != 0) {
        return "amount_mismatch";
    }
    return NULL;
}

static const char *read_eip3009(const struct x402_values *v,
                                struct payment *out)
{
    struct authorization a;
    unsigned char pay_to[ADDRESS];
    const char *reason = read_authorization(v, &a);

    if (!reason && out->version == 2) {
        reason = check_accepted(v, pay_to, out);
        if (!reason) {
            reason = check_agreement(&a, pay_to, out);
        }
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

static const char *read_erc7710(const struct x402_values *v,
                                struct payment *out)
{
    unsigned char address[ADDRESS];
    const char *reason = NULL;

    if (!read_hex(v, PAYLOAD_DELEGATION_MANAGER, address, ADDRESS)) {
        return "delegation_manager";
    }
    if (!is_hex_bytes(v, PAYLOAD_PERMISSION_CONTEXT, 1)) {
        return "permission_context";
    }
    if (!read_hex(v, PAYLOAD_DELEGATOR, address, ADDRESS)) {
        return "delegator";
    }
    if (out->version == 2) {
        reason = check_accepted(v, address, out);
    }
    out->exact_amount = out->version == 2;
    out->reusable = true;
    out->payer = v->of[PAYLOAD_DELEGATOR].text;
    return reason;
}

const char *x402_exact_read(const struct x402_values *values, bool *known,
                            struct payment *out)
{
    bool eip3009 = x402_is_there(values, PAYLOAD_AUTHORIZATION);
    bool erc7710 = x402_is_there(values, PAYLOAD_DELEGATION_MANAGER);
    bool permit2 = x402_is_there(values, PAYLOAD_PERMIT2);

    *known = false;
    if (!view_equal(out->scheme, VIEW("exact")) ||
        !network_is_evm(out->network)) {
        return NULL;
    }
    if (eip3009 + erc7710 + permit2 != 1) {
        return "shape";
    }
    if (permit2) {
        return NULL;
    }
    *known = true;
    return eip3009 ? read_eip3009(values, out) : read_erc7710(values, out);
}
