/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 256-bit unsigned arithmetic, by words from the least significant, with
 * 128-bit steps. Outputs change only when the operation succeeds.
 */
#include "base/amount.h"

__extension__ typedef unsigned __int128 u128;

#define WORDS 4
/* The largest power of ten in a word, and its digits. */
#define CHUNK UINT64_C(10000000000000000000)
#define CHUNK_DIGITS 19

int amount_compare(const struct amount *a, const struct amount *b)
{
    for (size_t i = WORDS; i > 0; i--) {
        if (a->word[i - 1] != b->word[i - 1]) {
            return a->word[i - 1] < b->word[i - 1] ? -1 : 1;
        }
    }
    return 0;
}

bool amount_add(struct amount *a, const struct amount *b)
{
    struct amount sum;
    u128 carry = 0;

    for (size_t i = 0; i < WORDS; i++) {
        carry += (u128)a->word[i] + b->word[i];
        sum.word[i] = (uint64_t)carry;
        carry >>= 64;
    }
    if (carry != 0) {
        return false;
    }
    *a = sum;
    return true;
}

/* a * n + add into out; what goes beyond 256 bits is returned. */
static uint64_t multiply(const struct amount *a, uint64_t n, uint64_t add,
                         struct amount *out)
{
    u128 carry = add;

    for (size_t i = 0; i < WORDS; i++) {
        carry += (u128)a->word[i] * n;
        out->word[i] = (uint64_t)carry;
        carry >>= 64;
    }
    return (uint64_t)carry;
}

bool amount_mul_u64(struct amount *a, uint64_t n)
{
    struct amount product;

    if (multiply(a, n, 0, &product) != 0) {
        return false;
    }
    *a = product;
    return true;
}

/* Divides (high, a), with high below n, by n; returns the remainder. */
static uint64_t divide(uint64_t high, struct amount *a, uint64_t n)
{
    uint64_t rest = high;

    for (size_t i = WORDS; i > 0; i--) {
        u128 part = (u128)rest << 64 | a->word[i - 1];

        if (rest == 0) { /* most are small: no division of 128 bits */
            rest = a->word[i - 1] % n;
            a->word[i - 1] /= n;
            continue;
        }
        a->word[i - 1] = (uint64_t)(part / n);
        rest = (uint64_t)(part % n);
    }
    return rest;
}

uint64_t amount_div_u64(struct amount *a, uint64_t n)
{
    return divide(0, a, n);
}

bool amount_scale_up(struct amount *a, uint64_t num, uint64_t den)
{
    const struct amount one = amount_from_u64(1);
    struct amount scaled;
    uint64_t high = multiply(a, num, 0, &scaled);

    /* high >= den: the quotient has more than 256 bits. */
    if (den == 0 || high >= den) {
        return false;
    }
    if (divide(high, &scaled, den) != 0 && !amount_add(&scaled, &one)) {
        return false;
    }
    *a = scaled;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* a = a * 10 + digit */
static bool push_digit(struct amount *a, char digit)
{
    struct amount next;

    if (multiply(a, 10, (uint64_t)(digit - '0'), &next) != 0) {
        return false;
    }
    *a = next;
    return true;
}

bool amount_from_digits(struct view digits, struct amount *out)
{
    struct amount a = amount_from_u64(0);

    if (digits.size == 0 || digits.size > AMOUNT_DIGITS) {
        return false;
    }
    for (size_t i = 0; i < digits.size; i++) {
        if (!is_digit(digits.at[i]) || !push_digit(&a, digits.at[i])) {
            return false;
        }
    }
    *out = a;
    return true;
}

void amount_from_bytes(const unsigned char bytes[32], struct amount *out)
{
    for (size_t i = 0; i < WORDS; i++) {
        uint64_t word = 0;

        for (size_t b = 0; b < 8; b++) {
            word = word << 8 | bytes[(WORDS - 1 - i) * 8 + b];
        }
        out->word[i] = word;
    }
}

void amount_to_bytes(const struct amount *a, unsigned char bytes[32])
{
    for (size_t i = 0; i < 32; i++) {
        bytes[31 - i] = (unsigned char)(a->word[i / 8] >> (8 * (i % 8)) & 0xff);
    }
}

uint64_t amount_to_u64(const struct amount *a)
{
    return a->word[1] | a->word[2] | a->word[3] ? UINT64_MAX : a->word[0];
}

/* digits, or digits.digits */
static bool split_decimal(struct view text, struct view *whole,
                          struct view *part)
{
    size_t point = view_find(text, '.');

    *whole = view_of(text.at, point);
    *part = VIEW("");
    if (point < text.size) {
        *part = view_of(text.at + point + 1, text.size - point - 1);
        if (part->size == 0) {
            return false;
        }
    }
    for (size_t i = 0; i < text.size; i++) {
        if (i != point && !is_digit(text.at[i])) {
            return false;
        }
    }
    return whole->size > 0;
}

static bool has_nonzero(struct view digits)
{
    for (size_t i = 0; i < digits.size; i++) {
        if (digits.at[i] != '0') {
            return true;
        }
    }
    return false;
}

enum amount_status amount_from_decimal(struct view text, unsigned decimals,
                                       struct amount *out)
{
    const struct amount one = amount_from_u64(1);
    struct amount a = amount_from_u64(0);
    struct view whole, part;
    bool fine = false;

    if (!split_decimal(text, &whole, &part)) {
        return AMOUNT_SYNTAX;
    }
    for (size_t i = 0; i < whole.size; i++) {
        if (!push_digit(&a, whole.at[i])) {
            return AMOUNT_OVERFLOW;
        }
    }
    for (size_t i = 0; i < decimals; i++) {
        if (!push_digit(&a, i < part.size ? part.at[i] : '0')) {
            return AMOUNT_OVERFLOW;
        }
    }
    if (part.size > decimals) {
        fine = has_nonzero(view_of(part.at + decimals, part.size - decimals));
    }
    if (fine && !amount_add(&a, &one)) {
        return AMOUNT_OVERFLOW;
    }
    *out = a;
    return fine ? AMOUNT_TOO_FINE : AMOUNT_OK;
}

/* All digits, without leading zeros but at least `least`, to the end of
 * `room`; the first one's place. */
static size_t write_digits(char room[AMOUNT_DIGITS], struct amount a,
                           size_t least)
{
    size_t at = AMOUNT_DIGITS;

    while (a.word[1] | a.word[2] | a.word[3]) {
        uint64_t chunk = amount_div_u64(&a, CHUNK);

        for (int i = 0; i < CHUNK_DIGITS; i++, chunk /= 10) {
            room[--at] = (char)('0' + chunk % 10);
        }
    }
    for (uint64_t rest = a.word[0]; rest > 0; rest /= 10) {
        room[--at] = (char)('0' + rest % 10);
    }
    while (AMOUNT_DIGITS - at < least) {
        room[--at] = '0';
    }
    return at;
}

void amount_write(struct text *t, const struct amount *a)
{
    char room[AMOUNT_DIGITS];
    size_t at = write_digits(room, *a, 1);

    text_add(t, view_of(room + at, AMOUNT_DIGITS - at));
}

void amount_write_decimal(struct text *t, const struct amount *a,
                          unsigned decimals)
{
    char room[AMOUNT_DIGITS];
    char out_room[AMOUNT_TEXT];
    struct text out = text_in(out_room, sizeof(out_room));
    size_t places = decimals < AMOUNT_DIGITS ? decimals : AMOUNT_DIGITS - 1;
    size_t at = write_digits(room, *a, places + 1);
    size_t point = AMOUNT_DIGITS - places;
    size_t end = AMOUNT_DIGITS;

    while (end > point && room[end - 1] == '0') {
        end--;
    }
    text_add(&out, view_of(room + at, point - at));
    if (end > point) {
        text_add_char(&out, '.');
        text_add(&out, view_of(room + point, end - point));
    }
    text_add(t, text_view(&out));
}
