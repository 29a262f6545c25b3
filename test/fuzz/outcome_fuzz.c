/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outcomes, as records ('r' first) and as lines of proxies' logs. What is
 * read is an outcome with a decision, or nothing; it can be written, and what
 * was written reads as the same.
 */
#include <string.h>

#include "wb_outcome.h"

#include "fuzz.h"

static void check_again(const struct wb_outcome *first)
{
    static struct wb_outcome *second;
    static char text[OUTCOME_LINE_MAX];
    size_t size = wb_outcome_write(first, text, sizeof text);

    second = second ? second : wb_outcome_new();
    must(second && size <= sizeof text);
    must(wb_outcome_read(second, text, size, NULL) == WB_OK);
    must(second->fate == first->fate &&
         !memcmp(second->decision, first->decision, sizeof first->decision));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct wb_outcome *outcome;
    const char *text = (const char *)data + 1, *error = NULL;
    enum wb_status status;

    outcome = outcome ? outcome : wb_outcome_new();
    if (!outcome || size == 0) {
        return 0;
    }
    status = data[0] == 'r'
                 ? wb_outcome_read(outcome, text, size - 1, &error)
                 : wb_outcome_read_log(outcome, text, size - 1, &error);
    if (status != WB_OK) {
        must(error && outcome->fate == FATE_NONE);
    } else if (outcome->fate != FATE_NONE) {
        must(strlen(outcome->decision_text) == 32);
        must(outcome->reason_size <= OUTCOME_REASON_MAX &&
             outcome->transaction_size <= OUTCOME_TRANSACTION_MAX);
        check_again(outcome);
    }
    return 0;
}
