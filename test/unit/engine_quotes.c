/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A price told holds. Demand triples between the ask and the payment; the
 * payment passes at the price that its ask was told, by its quote and without
 * one, after a reload, after a restart and on a second node. Amounts of other
 * units, tiers, steps, assets, hosts and sites do not, nor do quotes that are
 * old, forged, or of something else.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit.h"
#include "base/hash.h"
#include "decision.h"
#include "tap.h"
#include "x402_header.h"

#define SECOND INT64_C(1000000)
#define CONFIG "version: 1\nrules: [rules.yaml]\npolicy: policy.yaml\n"

static char folder[] = "/tmp/weighbridge-quotes-XXXXXX";
static struct wb_engine *engine;
static struct wb_state *state;
static struct wb_request *request;
static unsigned payments;
static size_t warnings;

static void bail(const char *why)
{
    tap_note("%s", why);
    exit(2);
}

/* ---- files ---- */

static void write_file(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0) {
        bail("cannot write the configuration");
    }
}

static const char rules[] = "pack: { name: t, release: 2026.11, language: 1 }\n"
                            "rules:\n"
                            "  - id: bot\n"
                            "    when: { user-agent: { word: Bot } }\n"
                            "    score: 100\n"
                            "  - id: good\n"
                            "    when: { header.x-good: present }\n"
                            "    labels: [t:good]\n";

static void write_policy(const char *quotes, const char *price)
{
    char text[4096];
    snprintf(
        text, sizeof text,
        "version: 1\n"
        "assets: { usdc: usdc@base-sepolia, main: usdc@base }\n"
        "exchange: { usdc: 1 USD }\n"
        "pay-to: \"0x209693Bc6afc0C5328bA36FaF03C514EF312287C\"\n"
        "quotes: %s\n"
        "routes:\n"
        "  - id: feed\n"
        "    match: { path: /feed/** }\n"
        "    tiers: [ { when: { label: t:good }, price: 0.005 usdc } ]\n"
        "    units: { query: n, most: 100 }\n"
        "    price: %s\n"
        "    demand: { signal: load, target: 50%%, period: 5s, floor: 0.5x,"
        " ceiling: 8x, step: 50%%, hold: 1000 }\n"
        "  - id: here\n"
        "    match: { path: /host, host: here.example }\n"
        "    price: 0.01 usdc\n"
        "    demand: { signal: load, target: 50%%, period: 5s }\n"
        "  - id: there\n"
        "    match: { path: /host, host: there.example }\n"
        "    price: 0.03 usdc\n"
        "    demand: { signal: load, target: 50%%, period: 5s }\n"
        "  - id: both\n"
        "    match: { path: /both }\n"
        "    price: [0.01 usdc, 0.02 main]\n"
        "    demand: { signal: load, target: 50%%, period: 5s }\n"
        "  - id: many\n"
        "    match: { path: /many }\n"
        "    price: 0.01 usdc\n"
        "    volume: { per: client-ip, steps: [{ from: 1, factor: 0.5 }] }\n"
        "  - id: often\n"
        "    match: { path: /often }\n"
        "    price: [0.01 usdc, 0.02 main]\n"
        "    volume: { per: client-ip, steps: [{ from: 1, factor: 0.5 }] }\n"
        "  - id: noon\n"
        "    match: { path: /noon }\n"
        "    tiers: [ { when: { class: agent }, price: 0.002 usdc, valid: {"
        " until: \"2026-01-01T00:01:00Z\" } } ]\n"
        "    price: 0.01 usdc\n"
        "  - id: dollars\n"
        "    match: { path: /dollars }\n"
        "    price: 0.01 USD\n"
        "otherwise: free\n",
        quotes, price);
    write_file("policy.yaml", text);
}

static struct wb_engine *load(void)
{
    char path[256];
    struct wb_engine *out = NULL;
    struct wb_problems *problems = wb_problems_new();
    snprintf(path, sizeof path, "%s/weighbridge.yaml", folder);
    if (wb_engine_load(path, problems, &out) != WB_OK) {
        for (size_t i = 0; i < wb_problems_count(problems); i++) {
            tap_note("%s", wb_problem_text(problems, i));
        }
        bail("the configuration does not load");
    }
    warnings = wb_problems_warnings(problems);
    wb_problems_free(problems);
    return out;
}

static struct wb_state *open_state(void)
{
    struct wb_state *out = NULL;
    if (wb_state_open(engine, NULL, &out) != WB_OK) {
        bail("no state");
    }
    return out;
}

/* ---- asking and paying ---- */

struct ask {
    const char *target, *host, *method, *client, *header;
    int64_t at; /* seconds after x402_clock */
};

static void decide(const struct ask *ask, const char *payment)
{
    const char *host = ask->host ? ask->host : "example.com";
    const char *method = ask->method ? ask->method : "GET";
    const char *client = ask->client ? ask->client : "192.0.2.1";

    wb_request_begin(request, engine, x402_clock + ask->at * SECOND);
    wb_request_fact(request, WB_METHOD, method, strlen(method));
    wb_request_fact(request, WB_HOST, host, strlen(host));
    wb_request_fact(request, WB_TARGET, ask->target, strlen(ask->target));
    wb_request_fact(request, WB_CLIENT_IP, client, strlen(client));
    wb_request_header(request, "User-Agent", 10, "a Bot", 5);
    if (ask->header) {
        wb_request_header(request, ask->header, strlen(ask->header), "1", 1);
    }
    if (payment) {
        wb_request_header(request, "PAYMENT-SIGNATURE", 17, payment,
                          strlen(payment));
    }
    wb_decide_blocking(request, state);
}

static const char *told(const char *name)
{
    static char room[4][2048];
    static int turn;
    struct wb_text key, value;
    char *out = room[turn++ % 4];

    for (size_t i = 0; wb_decision_header(request, i, &key, &value); i++) {
        if (key.size == strlen(name) && !memcmp(key.data, name, key.size)) {
            snprintf(out, 2048, "%.*s", (int)value.size, value.data);
            return out;
        }
    }
    return "";
}

/* Pays `amount`, with that quote unless NULL; is it sound and forwarded? */
static bool pays(const struct ask *ask, const char *amount, const char *quote)
{
    char header[X402_HEADER_ROOM];
    char extra[1200] = "";
    struct x402_price price = x402_plain;

    if (quote) {
        snprintf(extra, sizeof extra, ",\"extra\":{\"quote\":\"%s\"}", quote);
    }
    price.amount = amount;
    price.extra = extra;
    price.valid_before = 1767225600 + ask->at + 200;
    x402_header_at(++payments, &price, header);
    decide(ask, header);
    return !strcmp(told("X-Payment-State"), "sound") &&
           !strcmp(told("X-Payment-Forward"), "1");
}

/* Does the audit log's line of the last decision name this quote? */
static bool audited(const char *quote)
{
    char line[8192], member[64];
    unsigned char hash[32];
    struct text text = text_in(line, sizeof line - 1);
    struct text name = text_in(member, sizeof member - 1);

    hash_sha256(hash, view_text(quote));
    text_add(&name, VIEW("\"quote\":\""));
    text_add_hex(&name, hash, 16);
    text_add_char(&name, '"');
    member[name.size] = '\0';
    if (!audit_line_decision(request, &text) || text.cut) {
        bail("no audit line");
    }
    line[text.size] = '\0';
    return strstr(line, member) != NULL;
}

static void set_load(const char *demand, const char *load, int64_t at)
{
    wb_state_push_load(state, engine, "default", demand, load,
                       x402_clock + at * SECOND);
}

/* ---- what holds ---- */

static void by_quote(void)
{
    struct ask ask = {.target = "/feed/a?n=2"};
    char quote[1200];
    char amount[64];

    decide(&ask, NULL);
    snprintf(quote, sizeof quote, "%s", told("X-Price-Quote"));
    snprintf(amount, sizeof amount, "%s", told("X-Price-Amount"));
    ok(!strcmp(amount, "20000") && strlen(quote) > 100 && strlen(quote) <= 1024,
       "the ask is told a price and a quote");
    set_load("feed", "200", 1);
    ask.at = 20;
    for (int i = 0; i <= 20; i += 5) {
        struct ask later = {.target = "/feed/a?n=2", .at = i};
        decide(&later, NULL);
    }
    ok(!strcmp(told("X-Price-Demand"), "5.0625") &&
           !strcmp(told("X-Price-Amount"), "101250"),
       "demand rises fivefold");
    ok(pays(&ask, amount, quote), "the price that was told is paid");
    ok(!strcmp(told("X-Price-Amount"), "20000") &&
           !strcmp(told("X-Price"), "0.02") &&
           !strcmp(told("X-Price-Demand"), "1") &&
           !strcmp(told("X-Price-Quote"), quote),
       "and told again, the quote byte for byte");
    ok(pays(&ask, amount, quote), "a quote may be used again");
    ok(!pays(&ask, "19999", quote) &&
           !strcmp(told("X-Payment-State"), "wrong-amount"),
       "another amount is not the quote's");
    ok(!strcmp(told("X-Price-Amount"), "101250") &&
           strcmp(told("X-Price-Quote"), quote) != 0,
       "who does not pay is told what it costs now, in a quote of its own");
    ok(!pays(&ask, "101250", quote), "nor is the price of now");
    ok(pays(&ask, "101250", told("X-Price-Quote")), "which has its own");
}

static void not_another(void)
{
    struct ask ask = {.target = "/feed/a?n=2", .at = 20};
    char quote[1200];
    struct ask others[] = {
        {.target = "/feed/a?n=3", .at = 20},
        {.target = "/feed/b?n=2", .at = 20},
        {.target = "/feed/a?n=2", .at = 20, .method = "POST"},
        {.target = "/feed/a?n=2", .at = 20, .host = "www.example.com"},
        {.target = "/feed/a?n=2", .at = 20, .host = "other.example"},
        {.target = "/feed/a?n=2", .at = 20, .header = "X-Good"},
        {.target = "/dollars", .at = 20},
    };
    static const char *const names[] = {"units", "path", "method", "host",
                                        "site",  "tier", "route"};

    decide(&ask, NULL);
    snprintf(quote, sizeof quote, "%s", told("X-Price-Quote"));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        ok(!pays(&others[i], "101250", quote), "not of another %s", names[i]);
    }
    ask.at = 319;
    ok(pays(&ask, "101250", quote), "it holds for its ttl");
    ask.at = 320;
    ok(!pays(&ask, "101250", quote), "and no longer");
    ask.at = 21;
    quote[strlen(quote) - 3] ^= 1;
    ok(!pays(&ask, "101250", quote), "one byte of the signature is another");
    ok(!pays(&ask, "1", "eyJhbGciOiJub25lIn0.eyJhbW91bnQiOiIxIn0."),
       "'none' signs nothing");
    ok(!pays(&ask, "101250", "x"), "what is no quote is none");
}

static void by_history(const char *when)
{
    struct ask ask = {.target = "/feed/a?n=2", .at = 22};

    ok(pays(&ask, "20000", NULL) && !strcmp(told("X-Price-Amount"), "20000") &&
           !strcmp(told("X-Price-Demand"), "1"),
       "%s: without a quote a multiplier of the last minutes holds", when);
    ok(pays(&ask, "45000", NULL), "%s: any of them", when);
    ok(pays(&ask, "101250", NULL), "%s: and that of now", when);
    ok(!pays(&ask, "45001", NULL) && !pays(&ask, "30001", NULL) &&
           !pays(&ask, "19999", NULL) && !pays(&ask, "10000", NULL),
       "%s: but nothing between, below, or of other units", when);
    ask.header = "X-Good";
    ok(!pays(&ask, "45000", NULL) && pays(&ask, "22500", NULL),
       "%s: each tier has its own", when);
}

/* What moved elsewhere moved nothing here. */
static void not_anothers_history(void)
{
    struct ask here = {.target = "/host", .host = "here.example", .at = 22};
    struct ask there = {.target = "/host", .host = "there.example", .at = 22};
    struct ask site = {
        .target = "/feed/a?n=2", .host = "other.example", .at = 22};

    ok(pays(&here, "11250", NULL) && !pays(&there, "11250", NULL) &&
           !pays(&there, "33750", NULL) && pays(&there, "30000", NULL),
       "without a quote: not of another host");
    ok(pays(&site, "20000", NULL) && !pays(&site, "45000", NULL),
       "without a quote: not of another site");
}

static bool pays_in(const char *target, const char *network, const char *asset,
                    const char *amount)
{
    struct ask ask = {.target = target, .at = 22};
    char header[X402_HEADER_ROOM];
    struct x402_price price = x402_plain;

    price.amount = amount;
    price.valid_before = 1767225800;
    price.asset = asset;
    price.network = network;
    x402_header_at(++payments, &price, header);
    decide(&ask, header);
    return !strcmp(told("X-Payment-State"), "sound");
}

static void not_anothers_asset(void)
{
    static const char main[] = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";

    ok(pays_in("/both", "eip155:8453", main, "22500") &&
           pays_in("/both", "eip155:8453", main, "20000") &&
           !pays_in("/both", "eip155:8453", main, "11250") &&
           !pays_in("/both", "eip155:8453", main, "10000"),
       "without a quote: not the amount of another asset");
}

static void assets(void)
{
    struct ask ask = {.target = "/both", .at = 22};
    char header[X402_HEADER_ROOM];
    char extra[1200];
    struct x402_price price = x402_plain;

    decide(&ask, NULL);
    snprintf(extra, sizeof extra, ",\"extra\":{\"quote\":\"%s\"}",
             told("X-Price-Quote"));
    ok(strstr(told("X-Price-Offers"), "/20000/") != NULL,
       "two assets are told side by side");
    price.extra = extra;
    price.asset = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";
    price.network = "eip155:8453";
    price.amount = "20000";
    price.valid_before = 1767225800;
    x402_header_at(++payments, &price, header);
    decide(&ask, header);
    ok(!strcmp(told("X-Payment-State"), "sound") &&
           !strcmp(told("X-Price-Asset"), price.asset) &&
           !strcmp(told("X-Price-Amount"), "20000"),
       "the quote holds for either, and the chosen one is told");
    price.amount = "10000";
    x402_header_at(++payments, &price, header);
    decide(&ask, header);
    ok(!strcmp(told("X-Payment-State"), "wrong-amount"),
       "the amount of one is not that of the other");
}

static void volume(void)
{
    struct ask ask = {.target = "/many", .at = 23};
    struct ask other = {.target = "/many", .at = 23, .client = "192.0.2.7"};
    char first[1200];
    char rebate[1200];

    decide(&ask, NULL);
    snprintf(first, sizeof first, "%s", told("X-Price-Quote"));
    ok(pays(&ask, "10000", first), "a first payment");
    decide(&ask, NULL);
    snprintf(rebate, sizeof rebate, "%s", told("X-Price-Quote"));
    ok(!strcmp(told("X-Price-Amount"), "5000"), "brings a rebate");
    ok(pays(&ask, "10000", first), "what was told before still holds");
    ok(!pays(&other, "5000", rebate),
       "the rebate's quote is not another client's");
    ok(!pays(&other, "5000", NULL), "nor is the rebate");
    ok(pays(&ask, "5000", rebate), "but its own");
}

/* The step that was told holds for each asset. */
static void often(void)
{
    struct ask ask = {.target = "/often", .at = 23};
    char quote[1200];
    char header[X402_HEADER_ROOM];
    char extra[1300];
    struct x402_price price = x402_plain;

    decide(&ask, NULL);
    snprintf(quote, sizeof quote, "%s", told("X-Price-Quote"));
    ok(pays(&ask, "10000", quote), "paid in one asset");
    snprintf(extra, sizeof extra, ",\"extra\":{\"quote\":\"%s\"}", quote);
    price.extra = extra;
    price.asset = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";
    price.network = "eip155:8453";
    price.valid_before = 1767225800;
    price.amount = "10000";
    x402_header_at(++payments, &price, header);
    decide(&ask, header);
    ok(!strcmp(told("X-Payment-State"), "wrong-amount"),
       "a rebate that was not told is none in another");
    price.amount = "20000";
    x402_header_at(++payments, &price, header);
    decide(&ask, header);
    ok(!strcmp(told("X-Payment-State"), "sound") &&
           strstr(told("X-Price-Offers"), "/10000/") &&
           strstr(told("X-Price-Offers"), "/20000/"),
       "what was told is, and all of it is told again");
}

/* Where signatures are checked, what was not signed brings no rebate. */
static void junk(void)
{
#ifdef WITH_SECP256K1
    struct ask ask = {.target = "/many", .at = 23};
    struct wb_engine *before = engine;
    struct wb_state *old = state;

    write_file("weighbridge.yaml", CONFIG "payments: { signature: flag }\n");
    engine = load();
    state = open_state();
    ok(pays(&ask, "10000", NULL), "a payment with a signature of nobody's");
    decide(&ask, NULL);
    ok(!strcmp(told("X-Price-Amount"), "10000"), "brings no rebate");
    wb_state_close(state);
    wb_engine_unref(engine);
    state = old;
    engine = before;
#else
    tap_note("without libsecp256k1 nothing is proven");
#endif
}

static void windows(void)
{
    struct ask ask = {.target = "/noon", .at = 58};
    char quote[1200];

    decide(&ask, NULL);
    snprintf(quote, sizeof quote, "%s", told("X-Price-Quote"));
    ok(!strcmp(told("X-Price-Amount"), "2000"), "a tier in its time");
    ask.at = 61;
    ok(!pays(&ask, "2000", NULL), "is over");
    ok(pays(&ask, "2000", quote), "but a quote of it holds");
}

static void rates(void)
{
    struct ask ask = {.target = "/dollars", .at = 70};
    char quote[1200];

    decide(&ask, NULL);
    snprintf(quote, sizeof quote, "%s", told("X-Price-Quote"));
    wb_state_push_rate(state, engine, "default", "usdc", "0.5",
                       x402_clock + 71 * SECOND);
    ask.at = 72;
    decide(&ask, NULL);
    ok(!strcmp(told("X-Price-Amount"), "20000"), "a rate is pushed");
    ok(pays(&ask, "10000", quote), "what was told holds, by its quote");
    ok(audited(quote), "which the audit log names");
    ok(pays(&ask, "10000", NULL), "and without one");
    ok(!audited(quote), "which it then does not");
    ok(!pays(&ask, "15000", NULL), "nothing between");
}

/* ---- reload, restart, second node ---- */

static void elsewhere(void)
{
    struct ask ask = {.target = "/feed/a?n=2", .at = 80};
    struct wb_engine *old = engine;
    char quote[1200];
    char amount[64];

    decide(&ask, NULL);
    snprintf(quote, sizeof quote, "%s", told("X-Price-Quote"));
    snprintf(amount, sizeof amount, "%s", told("X-Price-Amount"));
    write_policy("{ ttl: 300s, keys: quote.keys }", "0.07 usdc");
    engine = load();
    ok(pays(&ask, amount, quote), "a reload that changes the price");
    wb_state_close(state);
    state = open_state();
    ok(pays(&ask, amount, quote), "a second node without a word of the first");
    write_policy("{ ttl: 300s, keys: other.keys }", "0.07 usdc");
    wb_engine_unref(engine);
    engine = load();
    ok(!pays(&ask, amount, quote), "other keys know nothing of it");
    wb_engine_unref(engine);
    engine = old;
    write_policy("{ ttl: 300s, keys: quote.keys, without-token: off }",
                 "0.01 usdc");
    wb_engine_unref(engine);
    engine = load();
    set_load("feed", "200", 81);
    for (int i = 81; i < 100; i += 5) {
        ask.at = i;
        decide(&ask, NULL);
    }
    ok(strcmp(told("X-Price-Demand"), "1") != 0 && !pays(&ask, "20000", NULL),
       "without-token: off wants a quote");
}

static void restart(void)
{
#ifdef WITH_LMDB
    struct ask ask = {.target = "/feed/a?n=2", .at = 20};

    wb_state_close(state);
    wb_engine_unref(engine);
    write_file("weighbridge.yaml",
               CONFIG "payments: { signature: off }\n"
                      "claims: { store: lmdb, path: claims }\n");
    write_policy("{ ttl: 300s }", "0.01 usdc");
    engine = load();
    state = open_state();
    set_load("feed", "200", 1);
    for (int i = 0; i <= 20; i += 5) {
        ask.at = i;
        decide(&ask, NULL);
    }
    by_history("lmdb");
    wb_state_close(state);
    state = open_state();
    by_history("after a restart");
#else
    tap_note("without LMDB nothing survives a restart");
#endif
}

static void keys_file(void)
{
    char path[256];
    struct stat status;

    snprintf(path, sizeof path, "%s/quote.keys", folder);
    ok(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600,
       "missing keys are made, for their owner only");
    size_t others = warnings;
    chmod(path, 0644);
    wb_engine_unref(load());
    ok(warnings > others, "keys that others can read are a warning");
    chmod(path, 0600);
    wb_engine_unref(load());
    ok(warnings == others, "and others not");
}

int main(void)
{
    char command[300];

    if (!mkdtemp(folder)) {
        bail("no folder");
    }
    write_file("rules.yaml", rules);
    write_file("weighbridge.yaml",
               CONFIG "payments: { signature: off }\n"
                      "sites: [{ id: other, hosts: [other.example] }]\n");
    write_policy("{ ttl: 300s, keys: quote.keys }", "0.01 usdc");
    engine = load();
    keys_file();
    state = open_state();
    request = wb_request_new();
    by_quote();
    not_another();
    wb_state_close(state);
    state = open_state();
    struct ask ask = {.target = "/feed/a?n=2"};
    struct ask both = {.target = "/both", .at = 6};
    struct ask here = {.target = "/host", .host = "here.example", .at = 6};
    set_load("feed", "200", 1);
    set_load("both", "200", 1);
    set_load("here", "200", 1);
    decide(&both, NULL);
    decide(&here, NULL);
    for (ask.at = 0; ask.at <= 20; ask.at += 5) {
        decide(&ask, NULL);
    }
    by_history("memory");
    not_anothers_history();
    not_anothers_asset();
    ask.at = 304;
    ok(pays(&ask, "20000", NULL), "what began to hold earlier lapses last");
    ask.at = 311;
    ok(!pays(&ask, "20000", NULL), "but it does");
    wb_state_close(state);
    state = open_state();
    assets();
    volume();
    often();
    junk();
    windows();
    rates();
    elsewhere();
    restart();
    wb_request_free(request);
    wb_state_close(state);
    wb_engine_unref(engine);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 ? tap_end() : 2;
}
