/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One number holds a rate: the mantissa in the low 58 bits, the decimals
 * above.
 */
#include "pricing/rate.h"

#define MANTISSA_BITS 58
#define MANTISSA_END UINT64_C(100000000000000000) /* 10^17 */

bool rate_from_text(struct view text, struct rate *out)
{
    size_t point = view_find(text, '.');
    unsigned decimals =
        point < text.size ? (unsigned)(text.size - point - 1) : 0;
    struct amount mantissa;

    if (text.size > 64 || decimals > RATE_DECIMALS_MAX ||
        amount_from_decimal(text, decimals, &mantissa) != AMOUNT_OK ||
        amount_is_zero(&mantissa) || amount_to_u64(&mantissa) >= MANTISSA_END) {
        return false;
    }
    out->mantissa = amount_to_u64(&mantissa);
    out->decimals = decimals;
    return true;
}

uint64_t rate_pack(const struct rate *rate)
{
    return rate->mantissa | (uint64_t)rate->decimals << MANTISSA_BITS;
}

struct rate rate_unpack(uint64_t packed)
{
    struct rate rate = {packed & ((UINT64_C(1) << MANTISSA_BITS) - 1),
                        (unsigned)(packed >> MANTISSA_BITS)};
    if (rate.mantissa >= MANTISSA_END || rate.decimals > RATE_DECIMALS_MAX) {
        rate.mantissa = 0;
    }
    return rate;
}
