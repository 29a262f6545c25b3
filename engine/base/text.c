/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing into room that the caller owns. Once a piece did not fit, nothing
 * more is written: what is there stays a prefix of what was meant.
 */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/sixteen.h"

#define FORMATTED_MAX 1024

void text_add_u64(struct text *t, uint64_t n)
{
    char digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    text_add(t, view_of(digits + at, sizeof(digits) - at));
}

void text_add_i64(struct text *t, int64_t n)
{
    char digits[21];
    struct text number = text_in(digits, sizeof(digits));

    if (n < 0) {
        text_add_char(&number, '-');
        text_add_u64(&number, 0 - (uint64_t)n);
    } else {
        text_add_u64(&number, (uint64_t)n);
    }
    text_add(t, text_view(&number));
}

/* Sixteen at once: "0" to "f" of halves of bytes. */
static sixteen digits_of(sixteen halves)
{
    sixteen letters = (sixteen)(halves > sixteen_of(9));

    return halves + sixteen_of('0') + (letters & sixteen_of('a' - '9' - 1));
}

static void write_hex16(char *at, const void *bytes)
{
    sixteen all = sixteen_at(bytes);
    sixteen high = digits_of(all >> 4), low = digits_of(all & sixteen_of(15));
    sixteen first = sixteen_zip_first(high, low);
    sixteen last = sixteen_zip_last(high, low);

    memcpy(at, &first, sizeof(first));
    memcpy(at + 16, &last, sizeof(last));
}

void text_add_hex(struct text *t, const void *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *from = bytes;
    char *at;

    if (size > SIZE_MAX / 2) {
        t->cut = true;
        return;
    }
    at = size > 0 ? text_claim(t, 2 * size) : NULL;
    for (; at && size >= 16; size -= 16, from += 16, at += 32) {
        write_hex16(at, from);
    }
    for (size_t i = 0; at && i < size; i++) {
        at[2 * i] = digits[from[i] >> 4];
        at[2 * i + 1] = digits[from[i] & 15];
    }
}

void text_addf(struct text *t, const char *format, ...)
{
    char room[FORMATTED_MAX];
    va_list args;
    int size;

    va_start(args, format);
    size = vsnprintf(room, sizeof(room), format, args);
    va_end(args);
    if (size < 0 || (size_t)size >= sizeof(room)) {
        t->cut = true;
        return;
    }
    text_add(t, view_of(room, (size_t)size));
}

struct date {
    int64_t year;
    unsigned month, day;
};

/* The proleptic Gregorian date of a day counted from 1970-01-01. Years begin
 * in March here, so that the leap day is a year's last. */
static struct date date_of(int64_t day)
{
    int64_t shifted = day + 719468; /* from 0000-03-01 */
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    unsigned of_era = (unsigned)(shifted - era * 146097);
    unsigned year =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
    unsigned month = (5 * of_year + 2) / 153; /* 0 is March */
    struct date date;

    date.day = of_year - (153 * month + 2) / 5 + 1;
    date.month = month < 10 ? month + 3 : month - 9;
    date.year = era * 400 + year + (date.month <= 2);
    return date;
}

static void put_digits(char *at, unsigned n, unsigned width)
{
    while (width > 0) {
        at[--width] = (char)('0' + n % 10);
        n /= 10;
    }
}

/* RFC 3339 ends at the year 9999 and begins at 0. */
#define TIME_FIRST (INT64_C(-62167219200000))
#define TIME_LAST INT64_C(253402300799999)
#define DAY_MS INT64_C(86400000)

void text_add_time(struct text *t, int64_t microseconds)
{
    char room[] = "0000-00-00T00:00:00.000Z";
    int64_t ms = microseconds / 1000 - (microseconds % 1000 < 0);
    struct date date;
    unsigned of_day;

    ms = ms < TIME_FIRST ? TIME_FIRST : ms > TIME_LAST ? TIME_LAST : ms;
    date = date_of((ms - (ms < 0 ? DAY_MS - 1 : 0)) / DAY_MS);
    of_day = (unsigned)((ms % DAY_MS + DAY_MS) % DAY_MS);
    put_digits(room, (unsigned)date.year, 4);
    put_digits(room + 5, date.month, 2);
    put_digits(room + 8, date.day, 2);
    put_digits(room + 11, of_day / 3600000, 2);
    put_digits(room + 14, of_day / 60000 % 60, 2);
    put_digits(room + 17, of_day / 1000 % 60, 2);
    put_digits(room + 20, of_day % 1000, 3);
    text_add(t, view_of(room, sizeof(room) - 1));
}
