/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asked twice, counted once: rates and payments under ids that a proxy made;
 * an id in a client's header, or in a record, names nothing.
 */
#include "decision.h"
#include "engine.h"
#include "x402_header.h"

static struct wb_engine *engine;
static struct wb_state *state;
static struct wb_request *request;
static int64_t start;

struct ask {
    const char *id, *path, *payment, *client;
    int64_t later;
    bool header; /* the id is the client's */
};

static unsigned ask(struct ask it)
{
    const char *path = it.path ? it.path : "/article";
    const char *client = it.client ? it.client : "192.0.2.1";

    wb_request_begin(request, engine, start + it.later);
    wb_request_fact(request, WB_METHOD, "GET", 3);
    wb_request_fact(request, WB_HOST, "example.com", 11);
    wb_request_fact(request, WB_TARGET, path, strlen(path));
    wb_request_fact(request, WB_CLIENT_IP, client, strlen(client));
    wb_request_header(request, "User-Agent", 10, "bot", 3);
    if (it.id && it.header) {
        wb_request_header(request, "X-Request-Id", 12, it.id, strlen(it.id));
    } else if (it.id) {
        wb_request_fact(request, WB_REQUEST_ID, it.id, strlen(it.id));
    }
    if (it.payment) {
        wb_request_header(request, "PAYMENT-SIGNATURE", 17, it.payment,
                          strlen(it.payment));
    }
    wb_decide_blocking(request, state);
    return wb_decision_status(request);
}

static void payments(void)
{
    static char one[X402_HEADER_ROOM], two[X402_HEADER_ROOM];
    char first[33];

    x402_header(1, one);
    x402_header(2, two);
    is_number(ask((struct ask){.id = "a", .payment = one}), 200, "a payment");
    memcpy(first, request->id_text, sizeof first);
    is_number(ask((struct ask){.id = "a", .payment = one, .later = 9000000}),
              200, "asked again under the proxy's id");
    is_text(request->id_text, first, "it is the same decision");
    ok(request->forward, "and the payment goes to the gate");
    is_number(ask((struct ask){.id = "a", .payment = one, .later = 10000000}),
              409, "not after ten seconds");
    is_number(ask((struct ask){.id = "b", .payment = one}), 409,
              "nor under another id");
    is_number(ask((struct ask){.payment = one}), 409, "or none");
    is_number(ask((struct ask){.id = "a", .payment = one, .path = "/other"}),
              409, "for another path");
    is_number(
        ask((struct ask){.id = "a", .payment = one, .client = "192.0.2.2"}),
        409, "or by another client");
    is_number(ask((struct ask){.id = "a", .payment = two}), 200,
              "another payment under it is another request");
    is_number(ask((struct ask){.id = "c", .payment = two, .header = true}), 409,
              "a client's own header");
    is_number(ask((struct ask){.id = "a", .payment = two, .header = true}), 409,
              "names nothing, even if it guesses the proxy's");
}

/* The third within a minute is refused. Later than all payments: by a clock
 * that goes back nobody knows what was asked before. */
static void rates(void)
{
    unsigned last = 0;

    start += 20000000;
    for (int i = 0; i < 8; i++) {
        last = ask((struct ask){
            .id = "r", .path = "/counted", .client = "198.51.100.1"});
    }
    is_number(last, 200, "one ask, told eight times, counts once");
    ask((struct ask){.id = "s", .path = "/counted", .client = "198.51.100.1"});
    last = ask(
        (struct ask){.id = "t", .path = "/counted", .client = "198.51.100.1"});
    is_number(last, 429, "the third is refused");
    last = ask(
        (struct ask){.id = "t", .path = "/counted", .client = "198.51.100.1"});
    is_number(last, 429, "and again when it is told again");
    for (int i = 0; i < 3; i++) {
        last = ask((struct ask){.id = "u",
                                .path = "/counted",
                                .client = "198.51.100.2",
                                .header = true});
    }
    is_number(last, 429, "under a client's own id each is counted");
}

int main(void)
{
    request = wb_request_new();
    start = x402_clock;
    ok(engine_open("test/unit/engine_asked.yaml", &engine, &state),
       "the configuration loads");
    payments();
    rates();
    wb_request_free(request);
    wb_state_close(state);
    wb_engine_unref(engine);
    return tap_end();
}
