/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log lines: what is read lies within the line; a faulty line keeps its
 * bytes; what the clock remembers of other lines changes nothing; times are
 * those of the C library. Each line of the input is read in both layouts.
 */
#include "replay/combined.c"
#include "replay/log_time.c"

#include <time.h>

#include "fuzz.h"

static void must_be_within(struct view v, const char *line, size_t size)
{
    must(!v.at ||
         (v.at >= line && v.size <= size && v.at + v.size <= line + size));
}

static void check_time(int64_t time)
{
    time_t seconds = (time_t)(time / 1000000);
    struct tm tm;

    must(gmtime_r(&seconds, &tm) != NULL);
    must(tm.tm_year + 1900 >= -1 && tm.tm_year + 1900 <= 10000);
    must(timegm(&tm) == seconds && time % 1000000 == 0);
}

static void check_line(struct view from, bool vhost, struct log_clock *warm)
{
    /* Exactly as long as the line, so that a sanitizer sees an overrun. */
    char *line = malloc(from.size ? from.size : 1);
    char *again = malloc(from.size ? from.size : 1);
    struct log_clock cold = {.midnight = 0};
    struct combined a, b;

    must(line && again);
    if (from.size) {
        memcpy(line, from.at, from.size);
        memcpy(again, from.at, from.size);
    }
    enum line_fault fault = combined_read(line, from.size, vhost, warm, &a);
    must(fault == combined_read(again, from.size, vhost, &cold, &b));
    if (fault != LINE_FINE) {
        must(!from.size || !memcmp(line, from.at, from.size));
    } else {
        const struct view views[] = {a.vhost,     a.client,  a.method,
                                     a.target,    a.version, a.referer,
                                     a.user_agent};
        for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
            must_be_within(views[i], line, from.size);
        }
        must(!memcmp(line, again, from.size));
        must(a.time == b.time && a.target.size == b.target.size);
        must(a.method.size > 0 && a.target.at);
        check_time(a.time);
    }
    free(line);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct view rest = view_of((const char *)data, size);
    struct log_clock warm = {.midnight = 0};

    while (rest.at && rest.size > 0) {
        struct view line = view_cut(&rest, '\n');
        (void)combined_has_vhost(line);
        check_line(line, false, &warm);
        check_line(line, true, &warm);
    }
    return 0;
}
