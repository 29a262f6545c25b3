/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a replay found, for programs (one JSON object; keys only grow) and
 * for people (a page of text). Both depend on the input alone, not on the
 * number of threads or on how long it took.
 *
 *   {"lines":{"read","unreadable"},
 *    "classes":{"human","suspect","agent","unknown"},
 *    "actions":{"allow","reject"},"payments":{STATE:n},
 *    "agents":[{"name","requests"}],
 *    "routes":[{"id","requests","charged","amount","asset"}],
 *    "confusion":{"human":{CLASS:n},"bot":{CLASS:n}},
 *    "sites":[{"id","requests"}],"mode","seconds"}
 *
 * read: lines that gave a request; amount: atomic units, a string of digits,
 * null if the sum is beyond 256 bits; asset: null where nothing was charged;
 * seconds: from the earliest request of the log to the latest.
 */
#ifndef WB_REPLAY_SUMMARY_H
#define WB_REPLAY_SUMMARY_H

#include <stdio.h>

#include "replay/tally.h"

/* `tally` is finished. False when out of memory or not written. */
bool summary_write(const struct tally *tally, const char *mode, FILE *out);
bool report_write(const struct tally *tally, const char *mode, FILE *out);

#endif
