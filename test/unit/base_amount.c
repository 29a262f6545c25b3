/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Amounts against arithmetic done by hand: numbers as 160 decimal digits,
 * added, multiplied and divided digit by digit as on paper.
 */
#include "base/amount.h"

#include <stdlib.h>

#include "tap.h"

#define DIGITS 160

__extension__ typedef unsigned __int128 u128;

/* digit[0] counts the ones. */
struct paper {
    unsigned char digit[DIGITS];
};

static const char two_256_less_1[] =
    "11579208923731619542357098500868790785326998466564056403945758400791312963"
    "9935";

static struct paper paper_of(const char *digits, size_t size)
{
    struct paper p = {{0}};

    for (size_t i = 0; i < size; i++) {
        p.digit[i] = (unsigned char)(digits[size - 1 - i] - '0');
    }
    return p;
}

static struct paper paper_of_amount(const struct amount *a)
{
    char room[AMOUNT_DIGITS];
    struct text t = text_in(room, sizeof(room));

    amount_write(&t, a);
    return paper_of(t.at, t.size);
}

static int paper_compare(const struct paper *a, const struct paper *b)
{
    for (size_t i = DIGITS; i > 0; i--) {
        if (a->digit[i - 1] != b->digit[i - 1]) {
            return a->digit[i - 1] < b->digit[i - 1] ? -1 : 1;
        }
    }
    return 0;
}

static struct paper paper_add(struct paper a, const struct paper *b)
{
    unsigned carry = 0;

    for (size_t i = 0; i < DIGITS; i++) {
        carry += a.digit[i] + (unsigned)b->digit[i];
        a.digit[i] = (unsigned char)(carry % 10);
        carry /= 10;
    }
    return a;
}

static struct paper paper_multiply(struct paper a, uint64_t n)
{
    u128 carry = 0;

    for (size_t i = 0; i < DIGITS; i++) {
        carry += (u128)a.digit[i] * n;
        a.digit[i] = (unsigned char)(carry % 10);
        carry /= 10;
    }
    return a;
}

static uint64_t paper_divide(struct paper *a, uint64_t n)
{
    u128 rest = 0;

    for (size_t i = DIGITS; i > 0; i--) {
        rest = rest * 10 + a->digit[i - 1];
        a->digit[i - 1] = (unsigned char)(rest / n);
        rest %= n;
    }
    return (uint64_t)rest;
}

static bool paper_fits(const struct paper *p)
{
    struct paper most = paper_of(two_256_less_1, sizeof(two_256_less_1) - 1);

    return paper_compare(p, &most) <= 0;
}

/* The operation's answer is the paper's, or both say overflow and the amount
 * has not changed. */
static bool agrees(bool fine, const struct amount *before,
                   const struct amount *after, const struct paper *wanted)
{
    struct paper got = paper_of_amount(after);

    if (!paper_fits(wanted)) {
        return !fine && amount_compare(before, after) == 0;
    }
    return fine && paper_compare(&got, wanted) == 0;
}

static uint64_t seed = 88172645463325252u;

/* Often 0, all ones, or a single bit: where carries go wrong. */
static uint64_t any_word(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    switch (seed % 8) {
    case 0:
        return 0;
    case 1:
        return UINT64_MAX;
    case 2:
        return UINT64_C(1) << (seed >> 32) % 64;
    case 3:
        return UINT64_MAX - (seed >> 32) % 3;
    case 4:
        return (seed >> 32) % 1000;
    default:
        return seed * UINT64_C(0x9e3779b97f4a7c15);
    }
}

static struct amount any_amount(void)
{
    struct amount a;

    for (size_t i = 0; i < 4; i++) {
        a.word[i] = any_word();
    }
    return a;
}

static void against_paper(void)
{
    unsigned bad[5] = {0};

    for (int i = 0; i < 20000; i++) {
        struct amount a = any_amount(), b = any_amount(), x = a;
        uint64_t n = any_word(), m = any_word(), rest;
        struct paper pa = paper_of_amount(&a), pb = paper_of_amount(&b), p;

        bad[0] += amount_compare(&a, &b) != paper_compare(&pa, &pb);
        p = paper_add(pa, &pb);
        bad[1] += !agrees(amount_add(&x, &b), &a, &x, &p);
        x = a;
        p = paper_multiply(pa, n);
        bad[2] += !agrees(amount_mul_u64(&x, n), &a, &x, &p);
        x = a;
        if (m > 0) {
            struct paper one = paper_of("1", 1);

            if (paper_divide(&p, m) > 0) {
                p = paper_add(p, &one);
            }
            bad[4] += !agrees(amount_scale_up(&x, n, m), &a, &x, &p);
            x = a;
            p = pa;
            rest = amount_div_u64(&x, m);
            bad[3] += paper_divide(&p, m) != rest || !agrees(true, &a, &x, &p);
        }
    }
    is_number(bad[0], 0, "compare");
    is_number(bad[1], 0, "add");
    is_number(bad[2], 0, "multiply");
    is_number(bad[3], 0, "divide");
    is_number(bad[4], 0, "scale up");
}

static void division_by_zero(void)
{
    struct amount a = amount_from_u64(5);

    ok(!amount_scale_up(&a, 1, 0) && a.word[0] == 5, "scale up by n / 0");
    a = amount_from_u64(0);
    ok(!amount_scale_up(&a, 0, 0), "scale up by 0 / 0");
    ok(amount_scale_up(&a, 7, 1) && amount_is_zero(&a), "scale up zero");
}

static void bytes(void)
{
    unsigned char room[32];
    struct amount c;
    unsigned bad = 0;

    for (int i = 0; i < 1000; i++) {
        struct amount a = any_amount(), b = any_amount(), back;
        unsigned char other[32];

        amount_to_bytes(&a, room);
        amount_from_bytes(room, &back);
        amount_to_bytes(&b, other);
        bad += amount_compare(&a, &back) != 0;
        bad += (memcmp(room, other, 32) > 0) != (amount_compare(&a, &b) > 0);
    }
    is_number(bad, 0, "bytes there and back, in big-endian order");
    memset(room, 0, 32);
    room[31] = 1;
    room[30] = 2;
    amount_from_bytes(room, &c);
    is_number(amount_to_u64(&c), 513, "the last byte counts the ones");
    room[0] = 1;
    amount_from_bytes(room, &c);
    ok(amount_to_u64(&c) == UINT64_MAX, "too large for 64 bits");
}

static void digits(void)
{
    struct amount a, b;
    char most[] = "11579208923731619542357098500868790785326998466564056403945"
                  "7584007913129639935";
    char zeros[AMOUNT_DIGITS + 1];

    ok(amount_from_digits(VIEW("0"), &a) && amount_is_zero(&a), "0");
    ok(amount_from_digits(view_text(most), &a) && a.word[0] == UINT64_MAX &&
           a.word[3] == UINT64_MAX,
       "2^256 - 1");
    most[77]++;
    b = a;
    ok(!amount_from_digits(view_text(most), &b) && amount_compare(&a, &b) == 0,
       "2^256");
    memset(zeros, '0', sizeof(zeros));
    ok(amount_from_digits(view_of(zeros, 78), &a), "78 zeros");
    ok(!amount_from_digits(view_of(zeros, 79), &a), "79 zeros");
    ok(amount_from_digits(VIEW("00012"), &a) && a.word[0] == 12, "00012");
    ok(!amount_from_digits(VIEW(""), &a) && !amount_from_digits(VIEW_NONE, &a),
       "no digits");
    ok(!amount_from_digits(VIEW("1 "), &a) &&
           !amount_from_digits(VIEW("-1"), &a) &&
           !amount_from_digits(VIEW("1e3"), &a) &&
           !amount_from_digits(VIEW("1.0"), &a) &&
           !amount_from_digits(VIEW("0x1"), &a) &&
           !amount_from_digits(VIEW("1\0"), &a),
       "digits only");
}

static void is_written(const char *digits_of, unsigned decimals,
                       const char *wanted)
{
    char room[AMOUNT_TEXT];
    struct text t = text_in(room, sizeof(room));
    struct amount a;

    amount_from_digits(view_text(digits_of), &a);
    amount_write_decimal(&t, &a, decimals);
    is_view(text_view(&t), wanted, "%s at %u", digits_of, decimals);
}

static void written(void)
{
    is_written("30000", 6, "0.03");
    is_written("1000000", 6, "1");
    is_written("1234567", 6, "1.234567");
    is_written("10", 0, "10");
    is_written("0", 6, "0");
    is_written("1", 36, "0.000000000000000000000000000000000001");
    is_written("100", 2, "1");
    is_written("10000000000000000000", 18, "10");
    is_written(two_256_less_1, 36,
               "115792089237316195423570985008687907853269."
               "984665640564039457584007913129639935");
}

static void is_read(const char *text, unsigned decimals,
                    enum amount_status status, const char *wanted)
{
    struct amount a = amount_from_u64(77);
    char room[AMOUNT_DIGITS];
    struct text t = text_in(room, sizeof(room));

    is_number(amount_from_decimal(view_text(text), decimals, &a), status,
              "'%s' at %u: status", text, decimals);
    amount_write(&t, &a);
    is_view(text_view(&t), wanted, "'%s' at %u: amount", text, decimals);
}

static void read_decimal(void)
{
    is_read("0.03", 6, AMOUNT_OK, "30000");
    is_read("1", 6, AMOUNT_OK, "1000000");
    is_read("1.5", 0, AMOUNT_TOO_FINE, "2");
    is_read("1.0", 0, AMOUNT_OK, "1");
    is_read("0.0000001", 6, AMOUNT_TOO_FINE, "1");
    is_read("0.00000010000", 7, AMOUNT_OK, "1");
    is_read("0.9999999", 6, AMOUNT_TOO_FINE, "1000000");
    is_read("000.10", 2, AMOUNT_OK, "10");
    is_read("", 6, AMOUNT_SYNTAX, "77");
    is_read(".", 6, AMOUNT_SYNTAX, "77");
    is_read(".5", 6, AMOUNT_SYNTAX, "77");
    is_read("5.", 6, AMOUNT_SYNTAX, "77");
    is_read("1.2.3", 6, AMOUNT_SYNTAX, "77");
    is_read("-1", 6, AMOUNT_SYNTAX, "77");
    is_read("+1", 6, AMOUNT_SYNTAX, "77");
    is_read("1e6", 6, AMOUNT_SYNTAX, "77");
    is_read("1,5", 6, AMOUNT_SYNTAX, "77");
    is_read(" 1", 6, AMOUNT_SYNTAX, "77");
    is_read("1 ", 6, AMOUNT_SYNTAX, "77");
    is_read("0x1", 6, AMOUNT_SYNTAX, "77");
    is_read(two_256_less_1, 0, AMOUNT_OK, two_256_less_1);
    is_read(two_256_less_1, 1, AMOUNT_OVERFLOW, "77");
    is_read("115792089237316195423570985008687907853269."
            "9846656405640394575840079131296399350",
            36, AMOUNT_OK, two_256_less_1);
    is_read("115792089237316195423570985008687907853269."
            "9846656405640394575840079131296399351",
            36, AMOUNT_OVERFLOW, "77");
}

static void there_and_back(void)
{
    unsigned bad = 0;

    for (int i = 0; i < 5000; i++) {
        struct amount a = any_amount(), back = {{0}};
        unsigned decimals = (unsigned)(any_word() % 37);
        char room[AMOUNT_TEXT];
        struct text t = text_in(room, sizeof(room));

        amount_write_decimal(&t, &a, decimals);
        bad +=
            t.cut ||
            amount_from_decimal(text_view(&t), decimals, &back) != AMOUNT_OK ||
            amount_compare(&a, &back) != 0;
    }
    is_number(bad, 0, "decimals there and back");
}

int main(void)
{
    against_paper();
    division_by_zero();
    bytes();
    digits();
    written();
    read_decimal();
    there_and_back();
    return tap_end();
}
