/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Amounts: the input is two numbers, two factors and a text. The laws of
 * arithmetic hold wherever nothing overflows, and overflow is said exactly
 * when the digits are too many.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/amount.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

static bool same(const struct amount *a, const struct amount *b)
{
    return amount_compare(a, b) == 0;
}

/* q * n + r is what was divided, and r is below n. */
static void check_division(const struct amount *a, uint64_t n)
{
    struct amount q = *a, back, rest;
    uint64_t r = amount_div_u64(&q, n);

    rest = amount_from_u64(r);
    back = q;
    must(r < n, "a remainder too large");
    must(amount_mul_u64(&back, n) && amount_add(&back, &rest), "no overflow");
    must(same(a, &back), "divided and multiplied");
}

/* The least x with x * den >= a * num, where these fit. */
static void check_scaling(const struct amount *a, uint64_t num, uint64_t den)
{
    struct amount x = *a, product = *a, up, one = amount_from_u64(1);
    bool fits = amount_mul_u64(&product, num);
    bool fine = amount_scale_up(&x, num, den);

    must(den > 0 || !fine, "divided by zero");
    must(!fits || den == 0 || fine, "overflow without need");
    if (!fine) {
        must(same(a, &x), "changed on failure");
        return;
    }
    up = x;
    if (fits && amount_mul_u64(&up, den)) {
        must(amount_compare(&up, &product) >= 0, "rounded down");
    }
    if (fits && !amount_is_zero(&x)) {
        up = x;
        must(amount_div_u64(&up, UINT64_MAX) < UINT64_MAX, "a remainder");
        /* x - 1 by adding the complement would overflow; divide instead. */
        up = product;
        must(amount_div_u64(&up, den) == 0 || amount_add(&up, &one),
             "the quotient plus one");
        must(same(&up, &x), "rounded up twice");
    }
}

static void check_sum(const struct amount *a, const struct amount *b)
{
    struct amount x = *a, y = *b;
    bool fine = amount_add(&x, b);

    must(fine == amount_add(&y, a), "a + b, b + a");
    must(fine ? same(&x, &y) : same(&x, a) && same(&y, b), "the sum");
    must(!fine || amount_compare(&x, a) >= 0, "a sum below a part");
    must(amount_compare(a, b) == -amount_compare(b, a), "compared");
}

static void check_text(const struct amount *a, unsigned decimals)
{
    char room[AMOUNT_TEXT];
    unsigned char bytes[32];
    struct text t = text_in(room, sizeof(room));
    struct amount back = {{0}};

    amount_write(&t, a);
    must(!t.cut && amount_from_digits(text_view(&t), &back) && same(a, &back),
         "digits");
    t = text_in(room, sizeof(room));
    amount_write_decimal(&t, a, decimals);
    must(!t.cut &&
             amount_from_decimal(text_view(&t), decimals, &back) == AMOUNT_OK &&
             same(a, &back),
         "decimals");
    amount_to_bytes(a, bytes);
    amount_from_bytes(bytes, &back);
    must(same(a, &back), "bytes");
}

/* A text that is taken is, up to zeros, the text that is written. */
static void check_reading(struct view text, unsigned decimals)
{
    char room[AMOUNT_TEXT];
    struct text t = text_in(room, sizeof(room));
    struct amount a = amount_from_u64(7), b = a;
    enum amount_status status = amount_from_decimal(text, decimals, &a);
    size_t point = view_find(text, '.');

    if (status == AMOUNT_SYNTAX || status == AMOUNT_OVERFLOW) {
        must(same(&a, &b), "changed on failure");
    }
    if (status == AMOUNT_OK) {
        struct view whole = view_of(text.at, point);
        struct view part = point < text.size ? view_of(text.at + point + 1,
                                                       text.size - point - 1)
                                             : VIEW("");

        while (whole.size > 1 && whole.at[0] == '0') {
            whole = view_of(whole.at + 1, whole.size - 1);
        }
        while (part.size > 0 && part.at[part.size - 1] == '0') {
            part.size--;
        }
        amount_write_decimal(&t, &a, decimals);
        must(view_starts(text_view(&t), whole) &&
                 view_ends(text_view(&t), part) &&
                 t.size == whole.size + part.size + (part.size > 0),
             "another decimal");
    }
    if (amount_from_digits(text, &b)) {
        must(amount_from_decimal(text, 0, &a) == AMOUNT_OK && same(&a, &b),
             "digits are a decimal");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char head[32 + 32 + 8 + 8 + 1] = {0};
    size_t used = size < sizeof(head) ? size : sizeof(head);
    struct amount a, b;
    uint64_t num, den;
    unsigned decimals;
    struct view text;

    if (used > 0) {
        memcpy(head, data, used);
    }
    amount_from_bytes(head, &a);
    amount_from_bytes(head + 32, &b);
    memcpy(&num, head + 64, sizeof(num));
    memcpy(&den, head + 72, sizeof(den));
    decimals = head[80] % 37;
    text = view_of((const char *)data + used, size - used);
    check_sum(&a, &b);
    if (den > 0) {
        check_division(&a, den);
    }
    check_scaling(&a, num, den);
    check_text(&a, decimals);
    check_reading(text, decimals);
    return 0;
}
