/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sidecar's clocks; the library is told the time.
 */
#ifndef WB_SIDECAR_CLOCK_H
#define WB_SIDECAR_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Microseconds since the epoch. */
static inline int64_t wall_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Nanoseconds since some moment. */
static inline int64_t stop_watch(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

#endif
