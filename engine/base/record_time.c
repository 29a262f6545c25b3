/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times of records. Own code, because the standard library's readers look at
 * locale and time zone.
 */
#include "base/record_time.h"

#define SECOND INT64_C(1000000)
/* 9999-12-31T23:59:59Z */
#define SECONDS_MAX INT64_C(253402300799)

/* Exactly `n` digits. */
static bool cut_number(struct view *rest, unsigned n, int *out)
{
    int value = 0;

    if (rest->size < n) {
        return false;
    }
    for (unsigned i = 0; i < n; i++) {
        unsigned digit = (unsigned)(unsigned char)rest->at[i] - '0';

        if (digit > 9) {
            return false;
        }
        value = value * 10 + (int)digit;
    }
    *out = value;
    *rest = view_of(rest->at + n, rest->size - n);
    return true;
}

static bool cut_char(struct view *rest, char a, char b)
{
    if (rest->size == 0 || (rest->at[0] != a && rest->at[0] != b)) {
        return false;
    }
    *rest = view_of(rest->at + 1, rest->size - 1);
    return true;
}

/* ".123", if it is there: 1 to 9 digits. */
static bool cut_fraction(struct view *rest, int64_t *microseconds)
{
    int64_t value = 0;
    unsigned n = 0;
    int digit;

    *microseconds = 0;
    if (!cut_char(rest, '.', '.')) {
        return true;
    }
    while (n < 9 && cut_number(rest, 1, &digit)) {
        if (n < 6) {
            value = value * 10 + digit;
        }
        n++;
    }
    for (unsigned i = n; i < 6; i++) {
        value *= 10;
    }
    *microseconds = value;
    return n > 0;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from 1970-01-01; false if there is no such date. */
static bool days_to(int year, int month, int day, int64_t *days)
{
    static const int before[12] = {0,   31,  59,  90,  120, 151,
                                   181, 212, 243, 273, 304, 334};
    int past = year - 1;
    int length;

    if (year < 1970 || month < 1 || month > 12 || day < 1) {
        return false;
    }
    length = (month == 12 ? 365 : before[month]) - before[month - 1] +
             (month == 2 && is_leap(year));
    if (day > length) {
        return false;
    }
    *days = (int64_t)(year - 1970) * 365 + (past / 4 - 1969 / 4) -
            (past / 100 - 1969 / 100) + (past / 400 - 1969 / 400) +
            before[month - 1] + (month > 2 && is_leap(year)) + day - 1;
    return true;
}

/* "Z", "+01:00" or "-01:00", in seconds east. */
static bool cut_zone(struct view *rest, int *seconds)
{
    int hours, minutes;
    bool west;

    *seconds = 0;
    if (cut_char(rest, 'Z', 'z')) {
        return true;
    }
    west = rest->size > 0 && rest->at[0] == '-';
    if (!cut_char(rest, '+', '-') || !cut_number(rest, 2, &hours) ||
        !cut_char(rest, ':', ':') || !cut_number(rest, 2, &minutes) ||
        hours > 23 || minutes > 59) {
        return false;
    }
    *seconds = (hours * 60 + minutes) * 60 * (west ? -1 : 1);
    return true;
}

static bool read_date(struct view text, int64_t *microseconds)
{
    int year, month, day, hour, minute, second, zone;
    int64_t days, fraction;

    if (!cut_number(&text, 4, &year) || !cut_char(&text, '-', '-') ||
        !cut_number(&text, 2, &month) || !cut_char(&text, '-', '-') ||
        !cut_number(&text, 2, &day) ||
        (!cut_char(&text, 'T', 't') && !cut_char(&text, ' ', ' ')) ||
        !cut_number(&text, 2, &hour) || !cut_char(&text, ':', ':') ||
        !cut_number(&text, 2, &minute) || !cut_char(&text, ':', ':') ||
        !cut_number(&text, 2, &second) || !cut_fraction(&text, &fraction) ||
        !cut_zone(&text, &zone) || text.size > 0) {
        return false;
    }
    if (hour > 23 || minute > 59 || second > 60 /* a leap second */ ||
        !days_to(year, month, day, &days)) {
        return false;
    }
    days = days * 86400 + hour * 3600 + minute * 60 + second - zone;
    *microseconds = days * SECOND + fraction;
    return days >= 0 && days <= SECONDS_MAX;
}

static bool read_epoch(struct view text, int64_t *microseconds)
{
    size_t point = view_find(text, '.');
    unsigned long long seconds;
    int64_t fraction;

    if (!view_to_u64(view_of(text.at, point), &seconds) ||
        seconds > (unsigned long long)SECONDS_MAX) {
        return false;
    }
    text = view_of(text.at + point, text.size - point);
    if (!cut_fraction(&text, &fraction) || text.size > 0) {
        return false;
    }
    *microseconds = (int64_t)seconds * SECOND + fraction;
    return true;
}

bool record_time_read(struct view text, int64_t *microseconds)
{
    int64_t time = 0;
    bool read = view_find(text, '-') < text.size ? read_date(text, &time)
                                                 : read_epoch(text, &time);

    if (read) {
        *microseconds = time;
    }
    return read;
}
