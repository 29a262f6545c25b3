/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit log's inside: what a line holds (audit_line.c), and how lines
 * are chained and written (audit.c).
 *
 *   {"v":1,"seq":7,"prev":"64 hex","event":"payment",...}
 *
 * `prev` is the SHA-256 of the line before, without its newline; of the first
 * line of all, zeros. Events: opened (a file, or the process), payment,
 * outcome, resumed (lines were lost: "lost", or a line is torn: "torn").
 */
#ifndef WB_AUDIT_H
#define WB_AUDIT_H

#include "base/text.h"
#include "weighbridge.h"

#define AUDIT_LINE_MAX ((size_t)16 * 1024)
#define AUDIT_QUEUE ((size_t)1024 * 1024)

/* The members of a line from "event" on, with the closing brace. False: the
 * request carried no payment. */
bool audit_line_decision(const struct wb_request *request, struct text *out);
void audit_line_outcome(const struct wb_outcome *outcome, struct text *out);

#endif
