/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the time of a line in the combined format; see log_time.h.
 */
#include "replay/log_time.h"

#include <string.h>

/* Where the parts stand in "17/May/2015:10:05:03 +0000". */
enum { MONTH = 3, YEAR = 7, CLOCK = 12, ZONE = 21 };

/* Two digits as a number; over 99 when they are none. */
static unsigned pair(const char *at)
{
    unsigned tens = (unsigned char)at[0] - (unsigned)'0';
    unsigned ones = (unsigned char)at[1] - (unsigned)'0';

    return tens > 9 || ones > 9 ? 100 : tens * 10 + ones;
}

/* 1 to 12, or 0. */
static unsigned month_of(const char *at)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    for (unsigned i = 0; i < 12; i++) {
        if (!memcmp(at, names + 3 * i, 3)) {
            return i + 1;
        }
    }
    return 0;
}

static unsigned days_in(unsigned month, unsigned year)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30,
                                         31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return month == 2 && leap ? 29 : days[month - 1];
}

/* Days since 1970-01-01; years are counted from March, so that the leap day
 * is a year's last. */
static int64_t days_since_epoch(unsigned year, unsigned month, unsigned day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t of_year = (153 * (int64_t)((month + 9) % 12) + 2) / 5 + day - 1;

    return 365 * y + y / 4 - y / 100 + y / 400 + of_year - 719468;
}

/* "+0130": seconds east of UTC. */
static bool zone_read(const char *at, int64_t *east)
{
    unsigned hours = pair(at + 1);
    unsigned minutes = pair(at + 3);

    if ((at[0] != '+' && at[0] != '-') || hours > 23 || minutes > 59) {
        return false;
    }
    *east = (int64_t)(hours * 60 + minutes) * 60;
    if (at[0] == '-') {
        *east = -*east;
    }
    return true;
}

/* Day and zone into the clock. */
static bool day_read(struct log_clock *clock, const char *at)
{
    unsigned day = pair(at);
    unsigned month = month_of(at + MONTH);
    unsigned century = pair(at + YEAR);
    unsigned of_century = pair(at + YEAR + 2);
    int64_t east;

    if (at[2] != '/' || at[6] != '/' || month == 0 || century > 99 ||
        of_century > 99) {
        return false;
    }
    unsigned year = century * 100 + of_century;
    if (day < 1 || day > days_in(month, year) || !zone_read(at + ZONE, &east)) {
        return false;
    }
    clock->midnight = days_since_epoch(year, month, day) * 86400 - east;
    memcpy(clock->day, at, sizeof clock->day);
    memcpy(clock->zone, at + ZONE, sizeof clock->zone);
    return true;
}

/* Is it the time of the line before? */
static bool is_last(const struct log_clock *clock, const char *at)
{
    uint64_t a[4], b[4];

    _Static_assert(LOG_TIME_SIZE >= 24 && LOG_TIME_SIZE <= 32, "four words");
    memcpy(a, at, 24);
    memcpy(b, clock->text, 24);
    memcpy(&a[3], at + LOG_TIME_SIZE - 8, 8);
    memcpy(&b[3], clock->text + LOG_TIME_SIZE - 8, 8);
    return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]));
}

bool log_time_read(struct log_clock *clock, const char *at, int64_t *out)
{
    if (is_last(clock, at)) {
        *out = clock->time;
        return true;
    }
    unsigned hour = pair(at + CLOCK);
    unsigned minute = pair(at + CLOCK + 3);
    unsigned second = pair(at + CLOCK + 6);

    /* 60: a leap second. */
    if (hour > 23 || minute > 59 || second > 60 || at[CLOCK - 1] != ':' ||
        at[CLOCK + 2] != ':' || at[CLOCK + 5] != ':' || at[ZONE - 1] != ' ') {
        return false;
    }
    if ((memcmp(clock->day, at, sizeof clock->day) != 0 ||
         memcmp(clock->zone, at + ZONE, sizeof clock->zone) != 0) &&
        !day_read(clock, at)) {
        return false;
    }
    *out = (clock->midnight + (int64_t)((hour * 60 + minute) * 60 + second)) *
           1000000;
    memcpy(clock->text, at, sizeof clock->text);
    clock->time = *out;
    return true;
}
