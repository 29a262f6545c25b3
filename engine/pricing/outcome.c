/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an outcome comes to: its amounts times units and factors, and from a
 * currency to an asset. Every rounding is up, so that what is not free is
 * never 0, and what overflows is the largest number, never a small one.
 */
#include "pricing/policy.h"

#define WORD_DIGITS 19 /* 10^19 fits in 64 bits */

const struct amount amount_largest = {
    {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};

static uint64_t power_of_ten(unsigned digits)
{
    uint64_t power = 1;
    while (digits-- > 0) {
        power *= 10;
    }
    return power;
}

/* Times 10^digits; false on overflow. */
static bool shift_up(struct amount *amount, unsigned digits)
{
    while (digits > 0) {
        unsigned some = digits < WORD_DIGITS ? digits : WORD_DIGITS;
        if (!amount_mul_u64(amount, power_of_ten(some))) {
            return false;
        }
        digits -= some;
    }
    return true;
}

bool rate_convert(struct amount *amount, unsigned decimals,
                  const struct rate *rate)
{
    struct amount a = *amount;
    unsigned up = decimals + rate->decimals;

    if (up >= CURRENCY_DECIMALS) {
        if (!shift_up(&a, up - CURRENCY_DECIMALS)) {
            return false;
        }
    } else if (!amount_scale_up(&a, 1, power_of_ten(CURRENCY_DECIMALS - up))) {
        return false;
    }
    if (!amount_scale_up(&a, 1, rate->mantissa)) {
        return false;
    }
    *amount = a;
    return true;
}

/* Rounded up once. False on overflow. */
static bool multiply(struct amount *a, const struct factors *factors)
{
    uint64_t rebates = factors->units_factor * factors->volume;
    uint64_t one = FACTOR_ONE * FACTOR_ONE;

    if (factors->units != 1 && !amount_mul_u64(a, factors->units)) {
        return false;
    }
    if (rebates == one) {
        return factors->multiplier == FACTOR_ONE ||
               amount_scale_up(a, factors->multiplier, FACTOR_ONE);
    }
    return amount_mul_u64(a, rebates) &&
           amount_scale_up(a, factors->multiplier, one * FACTOR_ONE);
}

struct amount outcome_level(const struct outcome *outcome,
                            const struct factors *factors)
{
    struct amount a = outcome->level;
    return multiply(&a, factors) ? a : amount_largest;
}

struct amount outcome_amount(const struct outcome *outcome, size_t i,
                             const struct rate *rate,
                             const struct factors *factors)
{
    const struct money *offer = &outcome->offers[i];
    const struct worth *worth = outcome->worth;
    struct amount a = worth ? worth->amount : offer->amount;

    if (!multiply(&a, factors) ||
        (worth && !rate_convert(&a, offer->asset->decimals, rate))) {
        return amount_largest;
    }
    return a;
}

/* ---- for people ---- */

void outcome_write(struct text *t, const struct outcome *outcome)
{
    switch (outcome->action) {
    case PRICE_FREE:
        text_add(t, VIEW("free"));
        break;
    case PRICE_REJECT:
        text_addf(t, "reject %u", outcome->refusal->status);
        break;
    case PRICE_CHARGE:
        if (outcome->worth) {
            amount_write_decimal(t, &outcome->worth->amount, CURRENCY_DECIMALS);
            text_add_char(t, ' ');
            text_add(t, outcome->worth->currency);
            break;
        }
        for (size_t i = 0; i < outcome->offer_count; i++) {
            const struct money *money = &outcome->offers[i];
            text_add(t, i ? VIEW(" or ") : VIEW(""));
            amount_write_decimal(t, &money->amount, money->asset->decimals);
            text_add_char(t, ' ');
            text_add(t, money->asset->name);
        }
        break;
    }
}
