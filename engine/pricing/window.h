/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows of time in which a route or a tier holds: from and until, days of
 * the week, hours of the day by a zone's clock.
 *
 *   valid: { from: 2026-12-01, until: 2027-01-01, weekdays: [mon, fri],
 *            hours: "22:00-06:00", zone: Europe/Berlin }
 */
#ifndef WB_PRICING_WINDOW_H
#define WB_PRICING_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A zone's clock: offsets from UTC in seconds, each from a moment on. */
struct zone_change {
    int64_t from; /* seconds since the epoch */
    int32_t offset;
};
struct zone {
    int32_t first;               /* before the first change */
    struct zone_change *changes; /* ascending */
    size_t count;
};
/* Seconds to add to UTC. */
int32_t zone_offset(const struct zone *zone, int64_t seconds);

struct window {
    int64_t from;      /* microseconds since the epoch; INT64_MIN: always was */
    int64_t until;     /* exclusive; INT64_MAX: for ever */
    unsigned weekdays; /* bit 0: Monday; 0x7f: all */
    bool hours;
    unsigned start, end; /* minutes of the day; end <= start: past midnight,
                            and then the day is that of the start */
    struct zone zone;
};

bool window_holds(const struct window *window, int64_t now);

#endif
