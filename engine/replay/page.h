/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sections of the page of HTML, which page.c puts together. Each is
 * nothing where there is nothing to tell.
 */
#ifndef WB_REPLAY_PAGE_H
#define WB_REPLAY_PAGE_H

#include "replay/result.h"

/* page_files.c */
struct view page_style(void);
struct view page_script(void);
/* page_plots.c */
void plots_traffic(const struct tally *tally, FILE *out);
void plots_prices(const struct tally *tally, FILE *out);
void plots_hours(const struct tally *tally, FILE *out);
/* page_revenue.c */
void plots_revenue(const struct tally *tally, FILE *out);
/* page_tables.c */
void tables_all(const struct result *result, FILE *out);
/* page_against.c */
void against_all(const struct result *result, FILE *out);
void forecast_section(const struct result *result, FILE *out);

#endif
