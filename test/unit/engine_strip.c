/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Payments that are to be stripped, behind proxies that can and that cannot.
 */
#include <string.h>

#include "tap.h"
#include "weighbridge.h"
#include "x402_header.h"

static struct wb_engine *engine;
static struct wb_request *request;

static bool answer_is(enum wb_answer which, const char *wanted)
{
    struct wb_text text = wb_decision_answer(request, which);

    return text.size == strlen(wanted) && !memcmp(text.data, wanted, text.size);
}

/* An agent asks, with an expired payment or without one. */
static unsigned ask(unsigned flags, bool pays)
{
    char header[X402_HEADER_ROOM];

    x402_header(1, header);
    wb_request_begin(request, engine, x402_clock + INT64_C(600000000));
    wb_request_fact(request, WB_METHOD, "GET", 3);
    wb_request_fact(request, WB_SCHEME, "https", 5);
    wb_request_fact(request, WB_HOST, "example.com", 11);
    wb_request_fact(request, WB_TARGET, "/article", 8);
    if (flags) {
        wb_request_transport_flags(request, flags);
    }
    wb_request_header(request, "User-Agent", 10, "GPTBot/1.2", 10);
    if (pays) {
        wb_request_header(request, "PAYMENT-SIGNATURE", 17, header,
                          strlen(header));
    }
    wb_decide(request, NULL, NULL, NULL);
    return wb_decision_status(request);
}

int main(void)
{
    if (wb_engine_load(NULL, NULL, &engine) != WB_OK) {
        return 1;
    }
    request = wb_request_new();
    ok(ask(0, true) == 200 && answer_is(WB_ANSWER_PAYMENT_STATE, "expired") &&
           answer_is(WB_ANSWER_PAYMENT_FORWARD, "0"),
       "a proxy that strips: the request goes on without its payment");
    ok(ask(WB_CANNOT_STRIP, true) == 400 &&
           answer_is(WB_ANSWER_REASON, "payment_not_taken"),
       "one that cannot: the payment is refused");
    ok(ask(WB_CANNOT_STRIP, false) == 200, "and what has none goes on");
    ok(ask(0, true) == 200, "the flag is forgotten with its request");
    wb_request_free(request);
    wb_engine_unref(engine);
    return tap_end();
}
