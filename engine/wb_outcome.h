/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One outcome: what was read of it, and what telling it to the store gave.
 * wb_outcome_read.c fills the upper half, wb_outcome.c the lower one.
 */
#ifndef WB_OUTCOME_H
#define WB_OUTCOME_H

#include "base/text.h"
#include "state/state.h"
#include "weighbridge.h"

#define OUTCOME_LINE_MAX ((size_t)32 * 1024)
#define OUTCOME_REASON_MAX 128
#define OUTCOME_TRANSACTION_MAX 256

struct wb_outcome {
    unsigned char decision[16];
    char decision_text[33];
    enum claim_fate fate; /* FATE_NONE: nothing to tell */
    char reason[OUTCOME_REASON_MAX];
    char transaction[OUTCOME_TRANSACTION_MAX];
    size_t reason_size, transaction_size;

    int64_t time; /* when it was told; 0: not yet */
    struct outcome_call call;
    int64_t locked_until; /* by this; or 0 */

    char scratch[OUTCOME_LINE_MAX];  /* unescaped text of a line ... */
    char response[OUTCOME_LINE_MAX]; /* ... a decoded PAYMENT-RESPONSE ... */
    char inner[OUTCOME_LINE_MAX];    /* ... and of that */
};

struct json_writer;
/* Its members, in an object that was begun. */
void outcome_members(const struct wb_outcome *outcome, struct json_writer *w);

/* Names as in records, and of results. */
extern const char *const outcome_fates[FATE_RELEASED + 1];
extern const char *const outcome_results[OUTCOME_UNAVAILABLE + 1];

#endif
