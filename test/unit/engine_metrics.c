/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters by what was decided: each decision is counted once, in its place;
 * what is asked is added up and stays at the largest number that there is.
 */
#include <stdlib.h>

#include "decision.h"
#include "engine.h"
#include "pricing/policy.h"
#include "x402_header.h"

#define ROOM ((size_t)64 * 1024)

static struct wb_engine *engine;
static struct wb_state *state;
static struct wb_request *request;
static char page[ROOM];

static void decide(const char *target, const char *payment)
{
    wb_request_begin(request, engine, x402_clock);
    wb_request_fact(request, WB_METHOD, "GET", 3);
    wb_request_fact(request, WB_HOST, "example.com", 11);
    wb_request_fact(request, WB_TARGET, target, strlen(target));
    wb_request_fact(request, WB_CLIENT_IP, "192.0.2.1", 9);
    wb_request_header(request, "User-Agent", 10, "a bot", 5);
    if (payment) {
        wb_request_header(request, "PAYMENT-SIGNATURE", 17, payment,
                          strlen(payment));
    }
    wb_decide_blocking(request, state);
}

static void gather(void *context, const char *data, size_t size)
{
    size_t *used = context;
    if (*used + size < ROOM) {
        memcpy(page + *used, data, size);
        *used += size;
    }
}

/* The number at the end of the line that begins so; -1: no such line. */
static long long value_of(const char *name)
{
    size_t used = 0;

    wb_state_metrics(state, engine, gather, &used);
    page[used] = '\0';
    for (const char *line = page; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ' ') {
            return (long long)strtoull(line + strlen(name), NULL, 10);
        }
    }
    return -1;
}

#define CHARGED                                                                \
    "weighbridge_decisions_total{site=\"default\",class=\"agent\","            \
    "action=\"charge\",mode=\"enforce\"}"
#define ASKED "weighbridge_asked_amount_total"

static void counting(void)
{
    char payment[X402_HEADER_ROOM];

    x402_header(1, payment);
    decide("/a", NULL);
    decide("/a", payment);
    decide("/a", payment);
    decide("/a", "garbage!");
    is_number(value_of(CHARGED), 2, "charged");
    is_number(value_of("weighbridge_decisions_total{site=\"default\","
                       "class=\"agent\",action=\"reject\",mode=\"enforce\"}"),
              2, "rejected: a copy, and what is no payment");
    is_number(value_of("weighbridge_payments_total{protocol=\"x402\","
                       "state=\"sound\"}"),
              1, "sound");
    is_number(value_of("weighbridge_payments_total{protocol=\"x402\","
                       "state=\"replayed\"}"),
              1, "replayed");
    is_number(value_of(ASKED), 20000, "asked");
    is_number(value_of("weighbridge_claims_total{result=\"taken\"}"), 1,
              "claimed");
}

static void reordering(void)
{
    struct site *sites = engine->sites;
    struct site both[2] = {[0] = sites[0], [1] = sites[0]};

    /* as a reload does that names another site first */
    both[0].id = VIEW("new");
    both[0].id_hash++;
    engine->sites = both;
    engine->site_count = 2;
    is_number(value_of(CHARGED), 2, "a site's counts stay with its id");
    decide("/a", NULL);
    is_number(value_of(CHARGED), 2, "and are not another's");
    is_number(value_of("weighbridge_decisions_total{site=\"new\","
                       "class=\"agent\",action=\"charge\",mode=\"enforce\"}"),
              1, "who has its own");
    engine->sites = sites;
    engine->site_count = 1;
}

static void saturating(void)
{
    struct policy *policy = (struct policy *)engine->sites[0].policy;
    struct outcome *outcome = &policy->routes[0].price;
    struct amount amount = outcome->offers[0].amount;

    outcome->offers[0].amount = amount_from_u64(UINT64_MAX / 2);
    for (int i = 0; i < 4; i++) {
        decide("/a", NULL);
    }
    outcome->offers[0].amount = amount;
    ok((uint64_t)value_of(ASKED) == UINT64_MAX,
       "a sum beyond 64 bits stays at the largest");
}

int main(void)
{
    request = wb_request_new();
    ok(engine_open("test/unit/engine_memory.yaml", &engine, &state),
       "the configuration loads");
    counting();
    reordering();
    saturating();
    wb_request_free(request);
    wb_state_close(state);
    wb_engine_unref(engine);
    return tap_end();
}
