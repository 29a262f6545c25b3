/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random policies and random paths: whatever the routes, no spelling of a
 * path is cheaper than the path itself, no uncertain method than a certain
 * one, no unknown fact than a known one; units, volume, demand and windows
 * included. Headers of a payment change nothing, nor do order and case of
 * headers, and what is charged is never 0. WB_SEED repeats a run, WB_PAIRS is
 * how many (policy, request) pairs are tried at least.
 */
#include "pricing.h"
#include "pricing/market.h"
#include "pricing_spellings.h"
#include "tap.h"

#define PAIRS 100000
#define PER_POLICY (PATHS * (VARIANTS + 11))
#define PATHS 25
#define VARIANTS 12

static const char pack[] = "pack: { name: t, release: 2026.11, language: 1 }\n"
                           "rules:\n"
                           "  - id: a\n"
                           "    when: { header.x-a: present }\n"
                           "    labels: [t:a]\n"
                           "    score: 70\n"
                           "  - id: b\n"
                           "    when: { header.x-b: present }\n"
                           "    labels: [t:b]\n";

#define ZEROS "00000000000000000000000000"
static const char *const segments[] = {"a", "b", "c", "ab", "premium", "x.y"};
static const char *const wild[] = {"*", "**", "a*", "*b", "a", "b", "c"};
static const char *const prices[] = {"free", "0.01 usdc", "0.02 usdc",
                                     "0.03 usdc", "0.04 usdc", "reject",
                                     /* rounded up, and near 256 bits */
                                     "0.000001 usdc", "1" ZEROS " usdc"};
static const char *const conditions[] = {
    "{ class: human }",        "{ class: agent }",
    "{ label: t:a }",          "{ label: t:b }",
    "{ not: { label: t:a } }", "{ any: [ label: t:a, label: t:b ] }"};
static const char *const methods[] = {"any", "GET", "POST", "HEAD",
                                      "[GET, POST]"};
static const char *const asked[] = {"GET", "POST", "HEAD", "PUT"};

#define PICK(list) list[pick(sizeof(list) / sizeof(list[0]))]

static uint64_t state;

static size_t pick(size_t n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(state >> 33) % n;
}

/* ---- policies ---- */

static void add_pattern(struct text *t)
{
    size_t n = 1 + pick(4);
    for (size_t i = 0; i < n; i++) {
        text_addf(t, "/%s", pick(3) ? PICK(segments) : PICK(wild));
    }
}

static void add_route(struct text *t, size_t number)
{
    size_t tiers = pick(4);

    text_addf(t, "  - id: r%zu\n    match: { path: \"", number);
    add_pattern(t);
    text_addf(t, "\"");
    if (pick(4) == 0) {
        text_addf(t, ", method: %s", PICK(methods));
    }
    if (pick(6) == 0) {
        text_addf(t, ", host: %s", pick(2) ? "a.example" : "\"*.example\"");
    }
    if (pick(6) == 0) {
        text_addf(t, ", query: { q: \"%s\" }", pick(2) ? "1" : "2");
    }
    text_addf(t, " }\n");
    if (pick(4) == 0) {
        text_addf(t, "    units: { %s, most: %zu%s }\n",
                  pick(2) ? "query: q" : "header: X-Units", 1 + pick(40),
                  pick(2) ? ", steps: [{ from: 3, factor: 0.5 }]" : "");
    }
    if (pick(4) == 0) {
        text_addf(t,
                  "    volume: { per: client-ip, steps: [{ from: 1, "
                  "factor: 0.%zu }] }\n",
                  1 + pick(9));
    }
    if (pick(3) == 0) {
        text_addf(t,
                  "    demand: { signal: load, curve: [{ at: 0%%, factor: "
                  "0.%zux }, { at: 100%%, factor: %zux }], floor: 0.1x }\n",
                  1 + pick(9), 1 + pick(8));
    }
    if (pick(6) == 0) {
        text_addf(t, "    valid: { hours: \"%s\" }\n",
                  pick(2) ? "00:00-12:00" : "12:00-00:00");
    }
    if (tiers && pick(2)) {
        text_addf(t, "    tiers:\n");
        for (size_t i = 0; i < tiers; i++) {
            text_addf(t, "      - { when: %s, price: %s }\n", PICK(conditions),
                      PICK(prices));
        }
    }
    text_addf(t, "    price: %s\n", PICK(prices));
}

static void make_policy(char *room, size_t size)
{
    struct text t = text_in(room, size - 1);
    size_t routes = 1 + pick(7);

    text_addf(&t, "version: 1\n"
                  "assets: { usdc: usdc@base-sepolia }\n"
                  "pay-to: \"0x209693Bc6afc0C5328bA36FaF03C514EF312287C\"\n"
                  "always-free: [/robots.txt, \"");
    add_pattern(&t);
    text_addf(&t, "\"]\notherwise: %s\nroutes:\n", PICK(prices));
    for (size_t i = 0; i < routes; i++) {
        add_route(&t, i);
    }
    room[t.size] = '\0';
}

/* ---- what moves ---- */

static struct market market;

static void open_market(void)
{
    market.store = store_memory_open(16, 16, NULL);
    market.meters = meters_open(market.store);
}

static void close_market(void)
{
    market.store->ops->close(market.store);
    meters_close(market.meters);
}

/* The clock begins at 0 with each request; each policy's demands are new. */
static void move_market(const struct policy *policy)
{
    for (size_t i = 0; i < policy->demand_count; i++) {
        const struct demand *demand = policy->demands[i];
        struct meter *meter = meters_get(market.meters, &demand->rule);
        market_push_load(&market, policy, demand->name, pick(1000000),
                         -demand->rule.period);
        meter_value(market.meters, meter, &demand->rule, 0);
    }
}

/* ---- requests ---- */

static void make_path(char *room, size_t size)
{
    struct text t = text_in(room, size - 1);
    size_t n = 1 + pick(5);

    for (size_t i = 0; i < n; i++) {
        text_addf(&t, "/%s", PICK(segments));
    }
    if (pick(3) == 0) {
        text_addf(&t, "?q=%s", pick(2) ? "1" : "2");
    }
    room[t.size] = '\0';
}

/* Up to three spellings, one over another. */
static void make_variant(const char *path, char out[SPELLING_MAX])
{
    char from[SPELLING_MAX];
    size_t times = 1 + pick(3);
    int decodes = 0;

    snprintf(out, SPELLING_MAX, "%s", path);
    for (size_t i = 0; i < times * 20 && times > 0; i++) {
        const struct spelling *s = &PICK(spellings);
        size_t at = pick(strlen(out) + 1);
        memcpy(from, out, SPELLING_MAX);
        if (spelling_fits(s, from, at) &&
            decodes + spelling_decodes(s) <= DECODES_MAX) {
            decodes += spelling_decodes(s);
            if (!spelling_write(s, from, at, out)) {
                memcpy(out, from, SPELLING_MAX);
            }
            times--;
        }
    }
}

struct tally {
    size_t requests, charged, rejected, dearer, cheaper;
};

static void note(const char *what, const char *policy, const char *method,
                 const char *path, const char *variant,
                 const struct price *plain, const struct price *got)
{
    tap_note("%s: %s %s (%.*s, %llu) as %s (%.*s, %llu) under", what, method,
             path, VIEW_ARG(plain->route),
             (unsigned long long)amount_to_u64(&plain->amount), variant,
             VIEW_ARG(got->route),
             (unsigned long long)amount_to_u64(&got->amount));
    printf("%s", policy);
}

static void count(struct tally *tally, const char *what, const char *policy,
                  const char *method, const char *path, const char *variant,
                  const struct price *plain, const struct price *got)
{
    int order = compare_prices(got, plain);
    if (got->action == PRICE_CHARGE && amount_is_zero(&got->amount)) {
        tally->cheaper++;
    }
    tally->requests++;
    tally->charged += plain->action == PRICE_CHARGE;
    tally->rejected += plain->action == PRICE_REJECT;
    tally->dearer += order > 0;
    if (order < 0 && tally->cheaper++ < 2) {
        note(what, policy, method, path, variant, plain, got);
    }
}

static void try_spellings(struct scales *s, const char *policy,
                          const char *method, const char *host,
                          const char *path, const struct price *plain,
                          struct tally *tally)
{
    char variant[SPELLING_MAX];

    for (size_t i = 0; i < VARIANTS; i++) {
        make_variant(path, variant);
        scales_request(s, method, host, variant);
        struct price got = scales_price(s);
        count(tally, "spelling", policy, method, path, variant, plain, &got);
    }
}

static void try_methods(struct scales *s, const char *policy,
                        const char *method, const char *host, const char *path,
                        const struct price *plain, struct tally *tally)
{
    static const char *const odd[] = {"get", "Post", "BREW", ""};
    struct price got;

    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        scales_request(s, odd[i], host, path);
        got = scales_price(s);
        count(tally, "method", policy, method, path, odd[i], plain, &got);
    }
    scales_request(s, "DELETE", host, path);
    request_add_header(s->request, VIEW("X-Http-Method-Override"),
                       view_text(method));
    got = scales_price(s);
    count(tally, "override", policy, method, path, path, plain, &got);
}

/* The same request with less known of it, evaluated again: each fact that is
 * lost may make it dearer, never cheaper, rejections that rest on it aside. */
static void try_unknown(struct scales *s, const char *policy,
                        const char *method, const char *host, const char *path,
                        const struct price *plain, struct tally *tally)
{
    struct price got;

    scales_request(s, method, NULL, path);
    got = scales_price(s);
    count(tally, "no host", policy, method, path, path, plain, &got);
    scales_request(s, method, host, NULL);
    got = scales_price(s);
    count(tally, "no path", policy, method, path, path, plain, &got);
    scales_request(s, NULL, host, path);
    got = scales_price(s);
    count(tally, "no method", policy, method, path, path, plain, &got);
}

/* The same headers in another order and case, and those of a paid retry: the
 * same price. */
static void try_headers(struct scales *s, const char *policy,
                        const char *method, const char *host, const char *path,
                        bool a, bool b, struct tally *tally)
{
    static const struct {
        const char *name, *value;
    } retry[] = {{"PAYMENT-SIGNATURE", "e30="},
                 {"X-PAYMENT", "garbage"},
                 {"Access-Control-Expose-Headers", "PAYMENT-RESPONSE"}};
    struct price got[2];

    for (int k = 0; k < 2; k++) {
        struct request *r = scales_request(s, method, host, path);
        request_add_header(r, VIEW("X-Units"), VIEW("2"));
        for (int i = 0; i < 2; i++) {
            if (a && i == k) {
                request_add_header(r, k ? VIEW("x-a") : VIEW("X-A"), VIEW("1"));
            }
            if (b && i != k) {
                request_add_header(r, k ? VIEW("x-B") : VIEW("X-B"), VIEW("1"));
            }
        }
        for (size_t i = 0; k && i < sizeof retry / sizeof *retry; i++) {
            request_add_header(r, view_text(retry[i].name),
                               view_text(retry[i].value));
        }
        scales_evaluate(s);
        got[k] = scales_price(s);
    }
    tally->requests += 2;
    tally->charged += got[0].action == PRICE_CHARGE;
    if (compare_prices(&got[0], &got[1]) != 0 || got[0].tier != got[1].tier ||
        got[0].units != got[1].units ||
        !view_equal(got[0].route, got[1].route)) {
        note("headers", policy, method, path, path, &got[0], &got[1]);
        tally->cheaper++;
    }
    /* said twice, or in another way: never fewer */
    struct request *r = scales_request(s, method, host, path);
    request_add_header(r, VIEW("X-Units"), VIEW("2"));
    request_add_header(r, pick(2) ? VIEW("x-units") : VIEW("X-Units"),
                       VIEW("1"));
    got[1] = scales_price(s);
    count(tally, "doubled header", policy, method, path, path, &got[0],
          &got[1]);
}

static void try_path(struct scales *s, const char *policy, struct tally *tally)
{
    const char *method = PICK(asked);
    const char *host = pick(2) ? "a.example" : "b.test";
    char path[256];
    struct request *r;

    make_path(path, sizeof path);
    r = scales_request(s, method, host, path);
    bool a = pick(2);
    bool b = pick(2);
    if (a) {
        request_add_header(r, VIEW("X-A"), VIEW("1"));
    }
    if (b) {
        request_add_header(r, VIEW("X-B"), VIEW("1"));
    }
    scales_evaluate(s);
    r = scales_request(s, method, host, path);
    struct price plain = scales_price(s);
    try_spellings(s, policy, method, host, path, &plain, &tally[0]);
    try_methods(s, policy, method, host, path, &plain, &tally[1]);
    try_unknown(s, policy, method, host, path, &plain, &tally[2]);
    try_headers(s, policy, method, host, path, a, b, &tally[3]);
}

int main(void)
{
    static const char *const names[] = {"spelling", "method", "loss of a fact"};
    struct tally tally[4] = {{0}};
    const char *wanted = getenv("WB_PAIRS");
    size_t pairs = wanted ? strtoull(wanted, NULL, 10) : PAIRS;
    size_t policies = pairs / PER_POLICY + 1;
    size_t loaded = 0;
    const char *seed = getenv("WB_SEED");

    state = seed ? strtoull(seed, NULL, 10) : 1;
    for (size_t i = 0; i < policies; i++) {
        char policy[8192];
        struct scales s;
        make_policy(policy, sizeof policy);
        bool fine = scales_open(&s, policy, pack);
        open_market();
        s.market = &market;
        if (fine) {
            move_market(s.policy);
        }
        loaded += fine;
        for (size_t j = 0; fine && j < PATHS; j++) {
            try_path(&s, policy, tally);
        }
        if (!fine && loaded + 3 > i) {
            for (size_t k = 0; k < problems_count(s.problems); k++) {
                tap_note("%s", problems_text(s.problems, k));
            }
        }
        scales_close(&s);
        close_market();
    }
    is_number(loaded, policies, "every policy loads");
    for (int i = 0; i < 3; i++) {
        ok(tally[i].cheaper == 0, "no %s is cheaper (%zu tried)", names[i],
           tally[i].requests);
        ok(tally[i].charged * 4 > tally[i].requests &&
               tally[i].rejected * 10 > tally[i].requests &&
               tally[i].dearer > 50,
           "and it was put to the test (%zu charged, %zu rejected, %zu dearer)",
           tally[i].charged, tally[i].rejected, tally[i].dearer);
    }
    ok(tally[3].cheaper == 0 && tally[3].charged * 4 > tally[3].requests / 3,
       "headers of a payment, their order and case change nothing (%zu tried)",
       tally[3].requests);
    return tap_end();
}
