/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs: one JSON line per event. Decisions go through a ring of 1 MiB to a
 * thread that writes them, so that a slow disk or a stuck pipe never holds
 * up a decision: lines that find the ring full are counted and dropped.
 * Never written: Cookie, Authorization, payment and signature headers. All
 * foreign text passes wb_json_quote.
 */
#ifndef WB_SIDECAR_LOG_H
#define WB_SIDECAR_LOG_H

#include "sidecar/slots.h"

#define LOG_TIME_MAX 40

struct log;

/* destination: a path or "stderr". NULL: it cannot be opened. */
struct log *log_open(const char *destination);
/* Writes what is left. NULL is fine. */
void log_close(struct log *log);
/* Opens the path anew, after it was moved away; false: the old stays. */
bool log_reopen(struct log *log);
/* Lines that were dropped or could not be written. */
unsigned long log_lost(struct log *log);

/* A whole line with its newline. */
void log_line(struct log *log, const char *line, size_t size);

/* One decision. `log` NULL: nothing is done. */
void log_decision(struct log *log, const struct setup *setup, unsigned listener,
                  const struct slot *slot);

/* A decision of the shadow that differs; at most one a second. */
void log_shadow(struct log *log, const struct wb_request *request);

/* An event, to stderr at once: {"time","event",...}. Keys and values in
 * turn, ended by NULL; values are quoted. */
void log_event(int64_t now, const char *event, ...) __attribute__((sentinel));

/* "2026-11-05T12:00:00.123Z" */
void log_time(int64_t now, char out[LOG_TIME_MAX]);

#endif
