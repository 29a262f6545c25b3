/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Envoy drops what x-envoy-auth-headers-to-remove names in a 200 (ext_authz
 * over HTTP). Traefik's authResponseHeaders drops what is listed there and
 * does not come back.
 */
#include "sidecar/payments.h"

#include <stdio.h>

#include "sidecar/slots.h"

#define NAMES_ROOM 1024

static void name_them(const struct wb_engine *engine, struct exchange *x)
{
    static _Thread_local char room[NAMES_ROOM];
    size_t used = 0;
    const char *name;

    for (size_t i = 0; (name = wb_engine_payment_name(engine, i)); i++) {
        int n = snprintf(room + used, sizeof room - used, "%s%s",
                         used ? "," : "", name);
        if (n < 0 || (size_t)n >= sizeof room - used) {
            x->answer_over = true; /* some would get past: no answer */
            return;
        }
        used += (size_t)n;
    }
    exchange_set(x, text_of("x-envoy-auth-headers-to-remove"),
                 (struct wb_text){room, used});
}

static void return_them(const struct wb_engine *engine, struct exchange *x)
{
    const char *name;

    for (size_t i = 0; (name = wb_engine_payment_name(engine, i)); i++) {
        for (size_t k = 0; k < x->field_count; k++) {
            if (text_is_fold(x->fields[k].name, text_of(name))) {
                exchange_set(x, text_of(name), x->fields[k].value);
            }
        }
    }
}

void payments_answer(enum payments payments, const struct wb_engine *engine,
                     struct exchange *x)
{
    const struct wb_request *request = x->slot->request;
    bool forward;

    if (payments == PAYMENTS_CONFIGURED ||
        text_is(wb_decision_answer(request, WB_ANSWER_PAYMENT_STATE), "none")) {
        return;
    }
    forward =
        text_is(wb_decision_answer(request, WB_ANSWER_PAYMENT_FORWARD), "1");
    if (payments == PAYMENTS_NAMED && !forward) {
        name_them(engine, x);
    } else if (payments == PAYMENTS_RETURNED && forward) {
        return_them(engine, x);
    }
}
