/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What payloads on EVM chains have in common: bytes in hex, numbers in
 * digits, what version 2 accepts, and the hash that makes an identity.
 *
 * Addresses count without case; EIP-55 checksums are not looked at, for
 * facilitators differ on them and the identity does not need them.
 */
#include "payment/x402_evm.h"

#include "base/codec.h"

/* r, s and v; contracts' signatures (ERC-1271, ERC-6492) are longer. */
#define SIGNATURE_MIN 65
#define HEX_DIGITS_MAX (2 * EVM_WORD)

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

static int digit_of(char c)
{
    c = ascii_lower(c);
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

bool x402_read_number(const struct x402_values *v, enum x402_key key,
                      struct amount *out)
{
    struct view text = v->of[key].text;
    unsigned char bytes[EVM_WORD] = {0};

    if (v->of[key].kind != JSON_STRING || !view_starts(text, VIEW("0x"))) {
        return x402_read_digits(v, key, out);
    }
    if (text.size == 2 || text.size - 2 > HEX_DIGITS_MAX) {
        return false;
    }
    for (size_t i = 0; i < text.size - 2; i++) {
        int digit = digit_of(text.at[text.size - 1 - i]);

        if (digit < 0) {
            return false;
        }
        bytes[EVM_WORD - 1 - i / 2] |=
            (unsigned char)(i % 2 ? digit << 4 : digit);
    }
    amount_from_bytes(bytes, out);
    return true;
}

bool x402_is_hex(const struct x402_values *v, enum x402_key key, size_t min)
{
    struct view text = v->of[key].text;

    if (v->of[key].kind != JSON_STRING || !view_starts(text, VIEW("0x")) ||
        text.size % 2 != 0 || text.size / 2 - 1 < min) {
        return false;
    }
    return view_is_hex(view_of(text.at + 2, text.size - 2));
}

bool x402_is_signature(const struct x402_values *v, enum x402_key key)
{
    return x402_is_hex(v, key, SIGNATURE_MIN);
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
    unsigned char bytes[EVM_WORD];

    amount_to_bytes(n, bytes);
    x402_add_bytes(hash, bytes, sizeof(bytes));
}

/* In pieces: a signature may be kilobytes long. */
void x402_add_hex(struct sha256 *hash, const struct x402_values *v,
                  enum x402_key key)
{
    struct view text = v->of[key].text;
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

/* The other s: the order of the curve less this one, if that is smaller. */
static bool lower(unsigned char s[EVM_WORD])
{
    static const unsigned char order[EVM_WORD] = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48,
        0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41};
    unsigned char other[EVM_WORD];
    int borrow = 0;

    for (size_t i = EVM_WORD; i-- > 0;) {
        int digit = order[i] - s[i] - borrow;

        borrow = digit < 0;
        other[i] = (unsigned char)(digit & 0xff);
    }
    if (borrow || memcmp(s, other, EVM_WORD) <= 0) {
        return false;
    }
    memcpy(s, other, EVM_WORD);
    return true;
}

void x402_add_signature(struct sha256 *hash, const struct x402_values *v,
                        enum x402_key key)
{
    unsigned char bytes[SIGNATURE_MIN];
    unsigned char *recovery = &bytes[SIGNATURE_MIN - 1];

    if (!hex_decode_0x(v->of[key].text, bytes, sizeof(bytes))) {
        x402_add_hex(hash, v, key);
        return;
    }
    *recovery = (unsigned char)(*recovery < 2 ? *recovery + 27 : *recovery);
    if (lower(bytes + EVM_WORD) && (*recovery == 27 || *recovery == 28)) {
        *recovery ^= 27 ^ 28;
    }
    x402_add_bytes(hash, bytes, sizeof(bytes));
}

void x402_identify(const char *kind, struct view network,
                   const unsigned char from[EVM_ADDRESS],
                   const unsigned char nonce[EVM_WORD],
                   unsigned char identity[32])
{
    struct sha256 hash;

    sha256_start(&hash);
    sha256_add(&hash, view_text(kind));
    sha256_add(&hash, VIEW("\n"));
    sha256_add(&hash, network);
    sha256_add(&hash, VIEW("\n"));
    x402_add_bytes(&hash, from, EVM_ADDRESS);
    x402_add_bytes(&hash, nonce, EVM_WORD);
    sha256_end(&hash, identity);
}

/* ---- what was signed, for the check of signature.c ---- */

bool x402_keep_signature(const struct x402_values *v, enum x402_key key,
                         enum signed_type type,
                         const unsigned char signer[EVM_ADDRESS],
                         struct signed_message *message)
{
    memset(message, 0, sizeof(*message));
    if (!hex_decode_0x(v->of[key].text, message->signature,
                       sizeof(message->signature))) {
        return false;
    }
    message->type = type;
    memcpy(message->signer, signer, EVM_ADDRESS);
    return true;
}

void x402_put_address(unsigned char word[EVM_WORD],
                      const unsigned char address[EVM_ADDRESS])
{
    memset(word, 0, EVM_WORD - EVM_ADDRESS);
    memcpy(word + EVM_WORD - EVM_ADDRESS, address, EVM_ADDRESS);
}
