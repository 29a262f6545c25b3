/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a window of time hold? Integers only; the zone was read at load.
 */
#include "pricing/window.h"

#define DAY 86400

int32_t zone_offset(const struct zone *zone, int64_t seconds)
{
    size_t low = 0;
    size_t high = zone->count;

    while (low < high) { /* the first change after `seconds` */
        size_t middle = low + (high - low) / 2;
        if (zone->changes[middle].from <= seconds) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low ? zone->changes[low - 1].offset : zone->first;
}

/* Rounded down, also before the epoch. */
static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

bool window_holds(const struct window *window, int64_t now)
{
    int64_t seconds = floor_div(now, 1000000);
    int64_t local;
    int64_t day;
    unsigned minute;

    if (now < window->from || now >= window->until) {
        return false;
    }
    local = seconds + zone_offset(&window->zone, seconds);
    day = floor_div(local, DAY);
    minute = (unsigned)(local - day * DAY) / 60;
    if (window->hours) {
        bool night = window->end <= window->start;
        bool after = minute >= window->start;
        bool before = minute < window->end;
        if (night ? !after && !before : !after || !before) {
            return false;
        }
        day -= night && !after; /* of the evening before */
    }
    /* the epoch was a Thursday */
    return window->weekdays >> (unsigned)(((day + 3) % 7 + 7) % 7) & 1;
}
