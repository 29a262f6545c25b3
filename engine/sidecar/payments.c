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

    for (size_t i = 0; i < x->field_count; i++) {
        const struct field *field = &x->fields[i];
        int n;
        if (!wb_engine_pays(engine, field->name, field->value)) {
            continue;
        }
        n = snprintf(room + used, sizeof room - used, "%s%.*s", used ? "," : "",
                     (int)field->name.size, field->name.data);
        if (n < 0 || (size_t)n >= sizeof room - used) {
            x->answer_over = true; /* some would get past: no answer */
            return;
        }
        used += (size_t)n;
    }
    if (used) {
        exchange_set(x, text_of("x-envoy-auth-headers-to-remove"),
                     (struct wb_text){room, used});
    }
}

/* Authorization is the gate's own unless it pays. */
static void return_them(const struct wb_engine *engine, struct exchange *x,
                        bool forward)
{
    for (size_t i = 0; i < x->field_count; i++) {
        const struct field *field = &x->fields[i];
        bool pays = wb_engine_pays(engine, field->name, field->value);
        if (pays ? forward
                 : text_is_fold(field->name, text_of("authorization"))) {
            x->answer_once = true;
            exchange_set(x, field->name, field->value);
        }
    }
}

void payments_answer(enum payments payments, const struct wb_engine *engine,
                     struct exchange *x)
{
    const struct wb_request *request = x->slot->request;
    bool forward;

    forward =
        text_is(wb_decision_answer(request, WB_ANSWER_PAYMENT_FORWARD), "1");
    if (payments == PAYMENTS_NAMED && !forward &&
        !text_is(wb_decision_answer(request, WB_ANSWER_PAYMENT_STATE),
                 "none")) {
        name_them(engine, x);
    } else if (payments == PAYMENTS_RETURNED) {
        return_them(engine, x, forward);
    }
}
