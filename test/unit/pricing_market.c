/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prices that move: volume steps by what the ask shows, demand that no single
 * client can push, rates that are pushed; all out of one store, so that a
 * second node has the same.
 */
#include "pricing.h"

#include "pricing/market.h"
#include "tap.h"

#define SECOND INT64_C(1000000)
#define START (INT64_C(1767225600) * SECOND)

static const char pack[] = "pack: { name: t, release: 2026.11, language: 1 }\n"
                           "rules:\n"
                           "  - id: bot\n"
                           "    when: { user-agent: { word: Bot } }\n"
                           "    labels: [agent:name:bot]\n"
                           "    score: 100\n";
static const char policy[] =
    "version: 1\n"
    "assets: { usdc: usdc@base-sepolia, other: usdc@base }\n"
    "exchange: { usdc: 1 USD }\n"
    "exchange-max-age: 1m\n"
    "pay-to: \"0x209693Bc6afc0C5328bA36FaF03C514EF312287C\"\n"
    "volume:\n"
    "  many: { per: agent, window: 1h, steps: [{ from: 2, factor: 0.8 },"
    " { from: 4, factor: 0.5 }] }\n"
    "demand:\n"
    "  feed: { signal: requests, target: 10/s, period: 5s, floor: 0.5x,"
    " ceiling: 4x, per-client: 2 }\n"
    "routes:\n"
    "  - id: ip\n"
    "    match: { path: /ip }\n"
    "    volume: { per: client-ip, steps: [{ from: 1, factor: 0.9 }] }\n"
    "    price: 0.01 usdc\n"
    "  - id: agent-a\n"
    "    match: { path: /agent/a }\n"
    "    volume: many\n"
    "    price: 0.01 usdc\n"
    "  - id: agent-b\n"
    "    match: { path: /agent/b }\n"
    "    volume: many\n"
    "    price: 0.000003 usdc\n"
    "  - id: payer\n"
    "    match: { path: /payer }\n"
    "    volume: { per: payer, payer-hint: X-Payer, steps: [{ from: 1,"
    " factor: 0.5 }] }\n"
    "    price: 0.01 usdc\n"
    "  - id: feed-a\n"
    "    match: { path: /feed/a }\n"
    "    demand: feed\n"
    "    price: 0.01 usdc\n"
    "  - id: feed-b\n"
    "    match: { path: /feed/b }\n"
    "    demand: feed\n"
    "    price: 0.02 usdc\n"
    "  - id: machine\n"
    "    match: { path: /machine }\n"
    "    demand: { signal: load, curve: [{ at: 50%, factor: 1x },"
    " { at: 100%, factor: 3x }], period: 5s, hold: 1 }\n"
    "    price: 0.01 usdc\n"
    "  - id: dollars\n"
    "    match: { path: /dollars }\n"
    "    price: 0.01 USD\n"
    "otherwise: free\n";

static struct scales s;
static struct market market;

static struct price price_of(const char *path, int64_t seconds,
                             const char *client, const char *header,
                             const char *value)
{
    struct request *r = scales_request(&s, "GET", "example.com", path);

    r->time = START + seconds * SECOND;
    r->client_ip = view_text(client);
    if (header) {
        request_add_header(r, view_text(header), view_text(value));
    }
    scales_evaluate(&s);
    return scales_price(&s);
}

static uint64_t amount_of(const char *path, int64_t seconds, const char *client,
                          const char *header, const char *value)
{
    struct price price = price_of(path, seconds, client, header, value);
    return amount_to_u64(&price.amount);
}

static void pay(const char *path, int64_t seconds, const char *client,
                const char *header, const char *value, unsigned char id)
{
    struct price price = price_of(path, seconds, client, header, value);
    unsigned char decision[16] = {id};
    market_paid(&market, &price, s.request, s.evaluation, false, decision);
}

static void volume(void)
{
    static const char one[] = "192.0.2.1";
    static const char other[] = "192.0.2.2";
    unsigned char decision[16] = {2};

    is_number(amount_of("/ip", 0, one, NULL, NULL), 10000, "nothing paid yet");
    pay("/ip", 0, one, NULL, NULL, 1);
    is_number(amount_of("/ip", 1, one, NULL, NULL), 9000,
              "who paid once is at the first step");
    is_number(amount_of("/ip", 1, other, NULL, NULL), 10000,
              "another client is not");
    is_number(amount_of("/ip", 3 * 86400, one, NULL, NULL), 10000,
              "after the window it is forgotten");
    pay("/agent/a", 10, one, "User-Agent", "Bot", 2);
    is_number(amount_of("/agent/a", 10, one, "User-Agent", "Bot"), 10000,
              "one is below the first step");
    pay("/agent/b", 10, other, "User-Agent", "Bot", 3);
    is_number(amount_of("/agent/a", 10, other, "User-Agent", "Bot"), 8000,
              "routes of a group and clients of an agent count together");
    is_number(amount_of("/agent/b", 10, one, "User-Agent", "Bot"), 3,
              "what is not whole is rounded up");
    is_number(amount_of("/agent/a", 10, one, "User-Agent", "person"), 10000,
              "who has no name has no rebate");
    volume_release(market.store, decision, START + 11 * SECOND);
    is_number(amount_of("/agent/a", 11, one, "User-Agent", "Bot"), 10000,
              "a payment that was released counts no more");
    volume_release(market.store, decision, START + 12 * SECOND);
    volume_release(market.store, decision, START + 12 * SECOND);
    pay("/agent/a", 12, one, "User-Agent", "Bot", 4);
    is_number(amount_of("/agent/a", 12, one, "User-Agent", "Bot"), 8000,
              "and is released once");
    is_number(amount_of("/payer", 12, one, "X-Payer", "0xabc"), 10000,
              "a payer who was announced");
    pay("/payer", 12, one, "X-Payer", "0xabc", 5);
    is_number(amount_of("/payer", 12, other, "X-Payer", "0xabc"), 5000,
              "has a rebate from anywhere");
    is_number(amount_of("/payer", 12, one, NULL, NULL), 10000,
              "and who announces none has none");
}

static void ask_many(const char *path, int64_t seconds, unsigned clients,
                     unsigned each)
{
    char client[32];
    for (unsigned i = 0; i < clients * each; i++) {
        snprintf(client, sizeof client, "198.%u.%u.1", 18 + i / each / 250,
                 i / each % 250);
        struct price price = price_of(path, seconds, client, NULL, NULL);
        market_asked(&market, &price, s.request);
    }
}

static void demand(void)
{
    static const char one[] = "192.0.2.1";

    is_number(amount_of("/feed/a", 1000, one, NULL, NULL), 10000, "at rest");
    ask_many("/feed/a", 1001, 25, 2);
    ask_many("/feed/b", 1001, 50, 2);
    is_number(amount_of("/feed/a", 1005, one, NULL, NULL), 11250,
              "asked for twice as often: a step up");
    is_number(amount_of("/feed/b", 1005, one, NULL, NULL), 22500,
              "for all routes of the group");
    ask_many("/feed/a", 1006, 25, 2);
    is_number(amount_of("/feed/a", 1010, one, NULL, NULL), 11250,
              "on target it stays");
    ask_many("/feed/a", 1011, 1, 100000);
    is_number(amount_of("/feed/a", 1015, one, NULL, NULL), 9900,
              "one client's flood counts as two requests");
    is_number(amount_of("/ip", 1015, "192.0.2.9", NULL, NULL), 10000,
              "other routes do not move");
    struct price price = price_of("/feed/a", 1015, one, NULL, NULL);
    is_number(price.multiplier, 990000, "the multiplier is told");
    s.market = NULL;
    is_number(amount_of("/feed/a", 1015, one, NULL, NULL), 10000,
              "without a state nothing moves");
    s.market = &market;
}

static void load(void)
{
    static const char one[] = "192.0.2.1";

    is_number(amount_of("/machine", 2000, one, NULL, NULL), 10000, "no load");
    is_number(market_push_load(&market, s.policy, VIEW("machine"), 700000,
                               START + 2001 * SECOND),
              PUSH_DONE, "a load is told");
    market_push_load(&market, s.policy, VIEW("machine"), 800000,
                     START + 2002 * SECOND);
    is_number(amount_of("/machine", 2005, one, NULL, NULL), 20000,
              "their mean is on the curve");
    is_number(amount_of("/machine", 2010, one, NULL, NULL), 20000,
              "it holds for another period");
    is_number(amount_of("/machine", 2015, one, NULL, NULL), 17500,
              "and then decays");
    is_number(amount_of("/machine", 3000, one, NULL, NULL), 10000, "to 1x");
    is_number(market_push_load(&market, s.policy, VIEW("feed"), 700000, START),
              PUSH_UNKNOWN, "what follows requests takes no load");
    is_number(market_push_load(&market, s.policy, VIEW("nobody"), 1, START),
              PUSH_UNKNOWN, "nor does what is not there");
}

static void rates(void)
{
    static const char one[] = "192.0.2.1";
    struct meters *second;

    is_number(amount_of("/dollars", 4000, one, NULL, NULL), 10000,
              "the policy's rate");
    is_number(market_push_rate(&market, s.policy, VIEW("usdc"), VIEW("0.99"),
                               START + 4001 * SECOND),
              PUSH_DONE, "a rate is pushed");
    is_number(amount_of("/dollars", 4002, one, NULL, NULL), 10102,
              "and holds, rounded up");
    is_number(amount_of("/dollars", 4062, one, NULL, NULL), 10000,
              "for as long as the policy says");
    is_number(
        market_push_rate(&market, s.policy, VIEW("other"), VIEW("0.99"), START),
        PUSH_UNKNOWN, "an asset without a rate takes none");
    is_number(
        market_push_rate(&market, s.policy, VIEW("usdc"), VIEW("0"), START),
        PUSH_UNKNOWN, "a rate is above 0");
    is_number(
        market_push_rate(&market, s.policy, VIEW("usdc"), VIEW("1e3"), START),
        PUSH_UNKNOWN, "and a plain decimal");
    second = meters_open(market.store);
    struct meters *first = market.meters;
    market.meters = second;
    is_number(amount_of("/dollars", 4003, one, NULL, NULL), 10102,
              "a second node over the store has it too");
    market.meters = first;
    meters_close(second);
}

int main(void)
{
    hash_start();
    if (!scales_open(&s, policy, pack)) {
        for (size_t k = 0; k < problems_count(s.problems); k++) {
            tap_note("%s", problems_text(s.problems, k));
        }
        ok(false, "the policy loads");
        return tap_end();
    }
    market.store = store_memory_open(64, 64, NULL);
    market.meters = meters_open(market.store);
    s.market = &market;
    volume();
    demand();
    load();
    rates();
    market.store->ops->close(market.store);
    meters_close(market.meters);
    scales_close(&s);
    return tap_end();
}
