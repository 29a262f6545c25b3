/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of the page of HTML. Plots are inline SVG, each drawn twice, for wide
 * screens and for phones; the style shows one.
 */
#ifndef WB_REPLAY_PAGE_H
#define WB_REPLAY_PAGE_H

#include "replay/html.h"
#include "replay/result.h"

/* page_files.c */
struct view page_style(void);
struct view page_script(void);

struct plot {
    FILE *out;
    bool narrow;
    double width, height;            /* of the picture */
    double left, right, top, bottom; /* of the field in it */
};

/* plot.c: a picture of that height begins, and ends. `title` is plain. */
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

/* page_plots.c: figures of a result; nothing where there is nothing. */
void plots_traffic(const struct tally *tally, FILE *out);
void plots_prices(const struct tally *tally, FILE *out);
void plots_revenue(const struct tally *tally, FILE *out);
void plots_hours(const struct tally *tally, FILE *out);

/* page_tables.c */
void tables_all(const struct result *result, FILE *out);
/* page_against.c */
void against_all(const struct result *result, FILE *out);
void forecast_section(const struct result *result, FILE *out);

/* For tables: a head cell, and the frame. */
struct column {
    const char *title;
    bool number;
};
void table_open(FILE *out, const struct column *columns, size_t count);
void table_close(FILE *out);
void cell_number(FILE *out, uint64_t n);
void cell_text(FILE *out, struct view v);
void cell_share(FILE *out, uint64_t part, uint64_t whole);
/* A sum in whole units; the cell sorts by it. */
void cell_sum(FILE *out, const struct tally *tally, const struct row *row);
void put_sum(FILE *out, const struct tally_asset *asset, const struct row *row);
double sum_as_double(const struct row *row, unsigned decimals);

#endif
