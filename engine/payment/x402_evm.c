/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x402 on EVM chains. Shapes of a payload, told by a key:
 *
 *   authorization         EIP-3009 (x402_eip3009.c)     exact
 *   permit2Authorization  Permit2  (x402_permit2.c)     exact, upto
 *   delegationManager     ERC-7710: form checked; used  exact
 *                         many times by design
 *
 * Two shapes at once are malformed: a gate could settle by one and we claim
 * the other. Addresses count without case; EIP-55 checksums are not looked
 * at, for facilitators differ on them and the identity does not need them.
 *
 * A scheme that is not known here may still carry one of the first two: its
 * nonce can be spent once, whatever else the payload says.
 */
#include "payment/x402_evm.h"

#include "base/codec.h"
#include "payment/network.h"

/* r, s and v; contracts' signatures (ERC-1271, ERC-6492) are longer. */
#define SIGNATURE_MIN 65
#define NUMBER 32

bool x402_read_hex(const struct x402_values *v, enum x402_key key,
                   unsigned char *out, size_t size)
{
    return v->of[key].kind == JSON_STRING &&
           hex_decode_0x(v->of[key].text, out, size);
}

bool x402_read_digits(const struct x402_values *v, enum x402_key key,
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

bool x402_has_signature(const struct x402_values *v)
{
    return is_hex_bytes(v, PAYLOAD_SIGNATURE, SIGNATURE_MIN);
}

/* What version 2 accepts must have the form that EVM chains give it. */
const char *x402_check_accepted(const struct x402_values *v,
                                const struct payment *payment,
                                struct evm_accepted *out)
{
    if (!payment->has_amount) {
        return "amount";
    }
    if (!x402_read_hex(v, ACCEPTED_ASSET, out->asset, EVM_ADDRESS)) {
        return "asset";
    }
    if (!x402_read_hex(v, ACCEPTED_PAY_TO, out->pay_to, EVM_ADDRESS)) {
        return "pay_to";
    }
    if (!x402_is_there(v, ACCEPTED_MAX_TIMEOUT)) {
        return "max_timeout";
    }
    return NULL;
}

/* ---- hashing ---- */

void x402_add_bytes(struct sha256 *hash, const unsigned char *bytes,
                    size_t size)
{
    sha256_add(hash, view_of((const char *)bytes, size));
}

void x402_add_number(struct sha256 *hash, const struct amount *n)
{
    unsigned char bytes[NUMBER];

    amount_to_bytes(n, bytes);
    x402_add_bytes(hash, bytes, sizeof(bytes));
}

/* The signature's bytes in pieces: it may be kilobytes long. */
void x402_add_signature(struct sha256 *hash, const struct x402_values *v)
{
    struct view text = v->of[PAYLOAD_SIGNATURE].text;
    unsigned char bytes[SIGNATURE_MIN];
    struct view digits = view_of(text.at + 2, text.size - 2);

    while (digits.size > 0) {
        size_t n =
            digits.size < 2 * sizeof(bytes) ? digits.size / 2 : sizeof(bytes);

        hex_decode(view_of(digits.at, 2 * n), bytes, n);
        x402_add_bytes(hash, bytes, n);
        digits = view_of(digits.at + 2 * n, digits.size - 2 * n);
    }
}

void x402_identify(const char *kind, struct view network,
                   const unsigned char from[EVM_ADDRESS],
                   const unsigned char nonce[EVM_NONCE],
                   unsigned char identity[32])
{
    struct sha256 hash;

    sha256_start(&hash);
    sha256_add(&hash, view_text(kind));
    sha256_add(&hash, VIEW("\n"));
    sha256_add(&hash, network);
    sha256_add(&hash, VIEW("\n"));
    x402_add_bytes(&hash, from, EVM_ADDRESS);
    x402_add_bytes(&hash, nonce, EVM_NONCE);
    sha256_end(&hash, identity);
}

/* ---- shapes ---- */

static const char *read_erc7710(const struct x402_values *v,
                                struct payment *out)
{
    unsigned char address[EVM_ADDRESS];
    struct evm_accepted accepted;
    const char *reason = NULL;

    if (!x402_read_hex(v, PAYLOAD_DELEGATION_MANAGER, address, EVM_ADDRESS)) {
        return "delegation_manager";
    }
    if (!is_hex_bytes(v, PAYLOAD_PERMISSION_CONTEXT, 1)) {
        return "permission_context";
    }
    if (!x402_read_hex(v, PAYLOAD_DELEGATOR, address, EVM_ADDRESS)) {
        return "delegator";
    }
    if (out->version == 2) {
        reason = x402_check_accepted(v, out, &accepted);
    }
    out->exact_amount = out->version == 2;
    out->reusable = true;
    out->payer = v->of[PAYLOAD_DELEGATOR].text;
    return reason;
}

const char *x402_evm_read(const struct x402_values *values, bool *known,
                          struct payment *out)
{
    bool eip3009 = x402_is_there(values, PAYLOAD_AUTHORIZATION);
    bool erc7710 = x402_is_there(values, PAYLOAD_DELEGATION_MANAGER);
    bool permit2 = x402_is_there(values, PAYLOAD_PERMIT2);
    bool exact = view_equal(out->scheme, VIEW("exact"));
    bool upto = view_equal(out->scheme, VIEW("upto"));

    *known = false;
    if (!network_is_evm(out->network) || (!exact && !upto)) {
        return NULL;
    }
    if (eip3009 + erc7710 + permit2 != 1 || (upto && !permit2)) {
        return "shape";
    }
    *known = true;
    return permit2   ? x402_permit2_read(values, out)
           : eip3009 ? x402_eip3009_read(values, out)
                     : read_erc7710(values, out);
}

bool x402_evm_nonce(const struct x402_values *values, struct payment *out)
{
    return network_is_evm(out->network) &&
           (x402_eip3009_nonce(values, out) || x402_permit2_nonce(values, out));
}
