/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Amounts: unsigned 256-bit integers of an asset's atomic unit, and decimal
 * text to and from them. No floating point anywhere. Every operation that
 * may overflow says so.
 */
#ifndef WB_BASE_AMOUNT_H
#define WB_BASE_AMOUNT_H

#include <stdint.h>

#include "base/text.h"
#include "base/view.h"

/* word[0] is the least significant. */
struct amount {
    uint64_t word[4];
};

/* 2^256 - 1 has 78 digits. */
#define AMOUNT_DIGITS 78
/* A decimal: digits, a point, digits, or less; at most 36 decimals. */
#define AMOUNT_TEXT (AMOUNT_DIGITS + 3 + 36)

static inline struct amount amount_from_u64(uint64_t n)
{
    return (struct amount){{n, 0, 0, 0}};
}
static inline bool amount_is_zero(const struct amount *a)
{
    return !(a->word[0] | a->word[1] | a->word[2] | a->word[3]);
}
int amount_compare(const struct amount *a, const struct amount *b);
bool amount_add(struct amount *a, const struct amount *b); /* false: overflow */
bool amount_mul_u64(struct amount *a, uint64_t n);         /* false: overflow */
/* Divides by n (not 0), returns the remainder. */
uint64_t amount_div_u64(struct amount *a, uint64_t n);
/* a = ceil(a * num / den), exact in 320 bits; false: overflow, den 0. */
bool amount_scale_up(struct amount *a, uint64_t num, uint64_t den);

/* [0-9]{1,78}; false on anything else or overflow. Leading zeros allowed. */
bool amount_from_digits(struct view digits, struct amount *out);
/* A big-endian 32-byte number. */
void amount_from_bytes(const unsigned char bytes[32], struct amount *out);
void amount_to_bytes(const struct amount *a, unsigned char bytes[32]);
/* Low 64 bits, or UINT64_MAX if it does not fit. */
uint64_t amount_to_u64(const struct amount *a);

enum amount_status {
    AMOUNT_OK,
    AMOUNT_SYNTAX,   /* not digits[.digits] */
    AMOUNT_TOO_FINE, /* more digits than `decimals`; value was rounded up */
    AMOUNT_OVERFLOW
};
/* Decimal units ("0.03") to atomic units; `decimals` 0..36; rounds up. No
 * sign, no exponent, a digit on both sides of a point. */
enum amount_status amount_from_decimal(struct view text, unsigned decimals,
                                       struct amount *out);
/* Atomic digits, no leading zeros. */
void amount_write(struct text *t, const struct amount *a);
/* Decimal units, without trailing zeros or exponent: 30000 at 6 -> 0.03. */
void amount_write_decimal(struct text *t, const struct amount *a,
                          unsigned decimals);

#endif
