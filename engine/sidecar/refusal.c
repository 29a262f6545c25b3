/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of refusals as answers. Bodies are literals: no byte of a client
 * is echoed. Framing that is not clear ends the connection.
 */
#include "sidecar/refusal.h"

static const struct {
    unsigned status;
    const char *error, *message, *body;
} rows[REFUSAL_COUNT] = {
#define REFUSAL_ROW(name, status, error, message)                              \
    [REFUSE_##name] = {status, error, message,                                 \
                       "{\"error\":\"" error "\",\"message\":\"" message       \
                       "\"}\n"},
    REFUSALS(REFUSAL_ROW)
#undef REFUSAL_ROW
};

unsigned refusal_status(enum refusal refusal)
{
    return rows[refusal].status;
}

const char *refusal_error(enum refusal refusal)
{
    return rows[refusal].error;
}

const char *refusal_message(enum refusal refusal)
{
    return rows[refusal].message;
}

static bool ends_connection(enum refusal refusal)
{
    return refusal == REFUSE_REQUEST_LINE || refusal == REFUSE_FIELD ||
           refusal == REFUSE_TWO_HOSTS || refusal == REFUSE_FRAMING ||
           refusal == REFUSE_FIELD_COUNT;
}

void refusal_answer(enum refusal refusal, struct exchange *x)
{
    x->status = rows[refusal].status;
    x->answer_count = 0;
    x->answer_over = false;
    exchange_set(x, text_of("Content-Type"), text_of("application/json"));
    exchange_set(x, text_of("Cache-Control"), text_of("no-store"));
    if (x->status == 429) {
        exchange_set(x, text_of("Retry-After"), text_of("1"));
    }
    x->answer_body = text_of(rows[refusal].body);
    x->close = x->close || ends_connection(refusal);
}
