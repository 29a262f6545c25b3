/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plots are inline SVG, each drawn twice, for wide screens and for phones;
 * the page's style shows one. Here are frames, scales and axes.
 */
#ifndef WB_REPLAY_PLOT_H
#define WB_REPLAY_PLOT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct plot {
    FILE *out;
    bool narrow;
    double width, height;            /* of the picture */
    double left, right, top, bottom; /* of the field in it */
};

/* A picture of that height begins, and ends. `title` is plain. */
void plot_open(struct plot *plot, FILE *out, bool narrow, double height,
               const char *title);
void plot_close(struct plot *plot);
/* The least 1, 2 or 5 times a power of ten that is not below `most`, and
 * lines at its parts, with numbers at the left. */
double plot_scale(struct plot *plot, double most);
/* Times along the bottom, seconds since the epoch. */
void plot_times(struct plot *plot, int64_t from, int64_t to);
/* "17 May 10:00" */
void plot_put_time(FILE *out, int64_t seconds);

#endif
