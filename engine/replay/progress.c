/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line on a terminal; see progress.h. It is the one place of a replay that
 * reads a clock, and nothing that is counted hangs on it.
 */
#include "replay/progress.h"

#include <time.h>

#define EVERY 200000 /* microseconds */
#define BAR 20

static int64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* 950, 12.3k, 4.56M */
static void put_number(FILE *out, double n)
{
    const char *unit = n >= 1e9 ? "G" : n >= 1e6 ? "M" : n >= 1e3 ? "k" : "";
    double by = n >= 1e9 ? 1e9 : n >= 1e6 ? 1e6 : n >= 1e3 ? 1e3 : 1;

    fprintf(out, "%.*f%s", by == 1 ? 0 : n / by < 10 ? 2 : 1, n / by, unit);
}

static void put_left(FILE *out, double seconds)
{
    if (seconds < 100) {
        fprintf(out, "  %.0f s left", seconds);
    } else {
        fprintf(out, "  %.0f min left", seconds / 60);
    }
}

static void draw(struct progress *p, double seconds, double share,
                 uint64_t lines)
{
    fputs("\r\033[K", p->out);
    if (share > 0) {
        int full = (int)(share * BAR);
        fprintf(p->out, "[%.*s%.*s] %3.0f%%  ", full, "####################",
                BAR - full, "....................", share * 100);
    }
    put_number(p->out, (double)lines);
    fputs(" lines  ", p->out);
    put_number(p->out, (double)lines / seconds);
    fputs("/s", p->out);
    if (share > 0) {
        put_left(p->out, seconds / share - seconds);
    }
    fflush(p->out);
    p->drawn = true;
}

void progress_show(struct progress *p, const struct merge *merge,
                   uint64_t lines)
{
    int64_t time = now();
    uint64_t done, all;

    if (p->started == 0) {
        p->started = p->shown = time;
    }
    if (time - p->shown < EVERY) {
        return;
    }
    p->shown = time;
    merge_progress(merge, &done, &all);
    double share = all > 0 ? (double)done / (double)all : 0;
    draw(p, (double)(time - p->started) / 1e6, share < 1 ? share : 1, lines);
}

void progress_wipe(struct progress *p)
{
    if (p->drawn) {
        fputs("\r\033[K", p->out);
        fflush(p->out);
    }
    p->drawn = false;
}
