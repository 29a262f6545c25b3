/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The time of a line in the combined format, 26 bytes:
 *
 *   17/May/2015:10:05:03 +0000
 *
 * Lines of a log mostly share their day, often their second: what was worked
 * out for the line before is kept.
 */
#ifndef WB_REPLAY_LOG_TIME_H
#define WB_REPLAY_LOG_TIME_H

#include <stdbool.h>
#include <stdint.h>

#define LOG_TIME_SIZE 26

/* Zeroed to start with; one per thread. */
struct log_clock {
    char text[LOG_TIME_SIZE]; /* the last one that was read, and what it is */
    int64_t time;
    char day[11];     /* 17/May/2015 */
    char zone[5];     /* +0000 */
    int64_t midnight; /* of that day in that zone: seconds since the epoch */
};

/* Microseconds since the epoch of the LOG_TIME_SIZE bytes at `at`; false
 * when they are no time. */
bool log_time_read(struct log_clock *clock, const char *at, int64_t *out);

#endif
