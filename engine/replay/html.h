/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Foreign text and numbers into HTML. html_text() is for what stands between
 * tags and in quoted attributes alike; nothing foreign is ever put anywhere
 * else.
 */
#ifndef WB_REPLAY_HTML_H
#define WB_REPLAY_HTML_H

#include <stdint.h>
#include <stdio.h>

#include "base/view.h"

/* Marks, quotes and & leave as references; controls and marks that turn the
 * direction as \u202e in plain letters; what is not UTF-8 as U+FFFD. */
void html_text(FILE *out, struct view v);
/* 1,234,567 */
void html_number(FILE *out, uint64_t n);
/* 950, 12.3k, 4.56M: for axes. */
void html_short(FILE *out, double n);

#endif
