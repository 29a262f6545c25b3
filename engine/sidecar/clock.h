/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wall clock, in microseconds since the epoch. The sidecar reads it, the
 * library never does.
 */
#ifndef WB_SIDECAR_CLOCK_H
#define WB_SIDECAR_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t wall_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

#endif
