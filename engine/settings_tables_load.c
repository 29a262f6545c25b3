/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of weighbridge.yaml: every key with its type, default and a
 * line for the manual.
 */
#include "settings_tables_load.h"

static const char *const modes[] = {"enforce", "count", NULL};
static const char *const site_modes[] = {"enforce", "count", "inherit", NULL};
static const char *const unknown_hosts[] = {"default", "reject", NULL};
static const char *const stores[] = {"auto", "memory", "lmdb", "valkey", NULL};
static const char *const store_failures[] = {"reject", "local", NULL};
static const char *const durabilities[] = {"process", "power", NULL};
static const char *const dialects[] = {"json",  "nginx",   "forward-auth",
                                       "envoy", "haproxy", NULL};
static const char *const orders[] = {"dialect", "kept", "lost", NULL};
static const char *const client_ips[] = {"truncated", "full", "off", NULL};
static const char *const queries[] = {"names", "full", "off", NULL};
static const char *const profiles[] = {"weighbridge", "aws-waf", NULL};

#define AT(type, member) offsetof(struct type, member)

const struct schema_key top_keys[] = {
    {"version", SCHEMA_INTEGER, AT(settings, version), true, NULL, NULL, 0, 0,
     "version of this file's form: 1"},
    {"mode", SCHEMA_CHOICE, AT(settings, mode), false, "enforce", modes, 0, 0,
     "count: every answer is 200, prices are free, nothing is claimed"},
    {"enforce-share", SCHEMA_PERCENT, AT(settings, enforce_share), false,
     "100%", NULL, 0, 1000000, "share of clients for which mode is enforce"},
    {"rules", SCHEMA_NODE, AT(settings, rules), false, NULL, NULL, 0, 0,
     "packs: names of shipped ones, or files; default if not given"},
    {"policy", SCHEMA_TEXT, AT(settings, policy), false, "default", NULL, 0, 0,
     "price policy: name of a shipped one, or a file"},
    {"shadow", SCHEMA_TEXT, AT(settings, shadow), false, NULL, NULL, 0, 0,
     "another such file, which decides once more and is only counted"},
    {"robots", SCHEMA_TEXT, AT(settings, robots), false, NULL, NULL, 0, 0,
     "the site's robots.txt, for the label site:disallowed"},
    {"unknown-host", SCHEMA_CHOICE, AT(settings, unknown_host), false,
     "default", unknown_hosts, 0, 0, "hosts that no site names"},
    {"payments", SCHEMA_NODE, AT(settings, payments), false, NULL, NULL, 0, 0,
     "what is done with payments in each state"},
    {"claims", SCHEMA_NODE, AT(settings, claims), false, NULL, NULL, 0, 0,
     "where claimed payments are kept"},
    {"headers", SCHEMA_NODE, AT(settings, headers), false, NULL, NULL, 0, 0,
     "how the decision is told to the gate"},
    {"aws-routes", SCHEMA_NODE, AT(settings, aws_routes), false, NULL, NULL, 0,
     0, "who is paid under a policy in the form of AWS' sample"},
    {"sites", SCHEMA_NODE, AT(settings, sites), false, NULL, NULL, 0, 0,
     "hosts with rules or a policy of their own"},
    {"overrides", SCHEMA_NODE, AT(settings, overrides), false, NULL, NULL, 0, 0,
     "rules turned off or to count mode, by pack/id"},
    {"bands", SCHEMA_NODE, AT(settings, bands), false, NULL, NULL, 0, 0,
     "scores at which classes begin"},
    {"networks", SCHEMA_NODE, AT(settings, networks), false, NULL, NULL, 0, 0,
     "databases of addresses, and address sets"},
    {"web-bot-auth", SCHEMA_NODE, AT(settings, web_bot_auth), false, NULL, NULL,
     0, 0, "keys of agents that sign their requests"},
    {"listen", SCHEMA_NODE, AT(settings, listen), false, NULL, NULL, 0, 0,
     "where the sidecar is asked"},
    {"admin", SCHEMA_NODE, AT(settings, admin), false, NULL, NULL, 0, 0,
     "what the operator asks and tells"},
    {"log", SCHEMA_NODE, AT(settings, log), false, NULL, NULL, 0, 0,
     "what is written of each decision"},
    {"limits", SCHEMA_NODE, AT(settings, limits), false, NULL, NULL, 0, 0,
     "bounds on memory and load"},
    {"drain", SCHEMA_DURATION, AT(settings, drain), false, "10s", NULL, 0,
     INT64_C(600000000), "grace for requests under way at SIGTERM"},
    {"watch", SCHEMA_DURATION, AT(settings, watch), false, "10s", NULL, 0,
     INT64_C(86400000000), "how often new lists and databases are looked for"},
    {0},
};

const struct schema_key claim_keys[] = {
    {"store", SCHEMA_CHOICE, AT(settings, claim.store), false, "auto", stores,
     0, 0, "memory, lmdb or valkey; auto: lmdb where `serve` keeps state"},
    {"path", SCHEMA_TEXT, AT(settings, claim.path), false, NULL, NULL, 0, 0,
     "folder of the store lmdb"},
    {"durability", SCHEMA_CHOICE, AT(settings, claim.durability), false,
     "process", durabilities, 0, 0, "what claims in lmdb survive the end of"},
    {"capacity", SCHEMA_INTEGER, AT(settings, claim.capacity), false, "100000",
     NULL, 1000, 100000000, "proven claims held at most"},
    {"capacity-unproven", SCHEMA_INTEGER, AT(settings, claim.capacity_unproven),
     false, "100000", NULL, 1000, 100000000, "unproven claims held at most"},
    {"address", SCHEMA_TEXT, AT(settings, claim.address), false,
     "127.0.0.1:6379", NULL, 0, 0,
     "HOST:PORT, [IPv6]:PORT or unix:PATH of the store valkey"},
    {"username", SCHEMA_TEXT, AT(settings, claim.username), false, NULL, NULL,
     0, 0, "user at the store valkey, where it has several"},
    {"password", SCHEMA_TEXT, AT(settings, claim.password), false, NULL, NULL,
     0, 0, "password at the store valkey"},
    {"password-file", SCHEMA_TEXT, AT(settings, claim.password_file), false,
     NULL, NULL, 0, 0, "file whose first line is that password"},
    {"database", SCHEMA_INTEGER, AT(settings, claim.database), false, "0", NULL,
     0, 1000000, "number of the database at the store valkey"},
    {"prefix", SCHEMA_TEXT, AT(settings, claim.prefix), false, "weighbridge:",
     NULL, 0, 0, "what all keys at the store valkey begin with"},
    {"answer-within", SCHEMA_DURATION, AT(settings, claim.answer_within), false,
     "150ms", NULL, 5000, 60000000,
     "a claim that valkey answers later is withdrawn"},
    {"on-store-failure", SCHEMA_CHOICE, AT(settings, claim.on_store_failure),
     false, "reject", store_failures, 0, 0,
     "while valkey is lost: refuse payments, or claim at each node alone"},
    {"trust-persistence", SCHEMA_BOOL, AT(settings, claim.trust_persistence),
     false, "false", NULL, 0, 0,
     "a valkey that was started anew has lost no claim"},
    {0},
};

const struct schema_key pack_keys[] = {
    {"pack", SCHEMA_TEXT, AT(pack_settings, pack), true, NULL, NULL, 0, 0,
     "name of a shipped pack, or a file"},
    {"pin", SCHEMA_TEXT, AT(pack_settings, pin), false, NULL, NULL, 0, 0,
     "a release: rules newer than it are counted only"},
    {"mode", SCHEMA_CHOICE, AT(pack_settings, mode), false, "enforce", modes, 0,
     0, "count: no rule of the pack changes anything"},
    {0},
};

const struct schema_key band_keys[] = {
    {"suspect", SCHEMA_INTEGER, AT(settings, band.suspect), false, "30", NULL,
     1, 100, "score from which a request is suspect"},
    {"agent", SCHEMA_INTEGER, AT(settings, band.agent), false, "60", NULL, 1,
     100, "score from which a request is an agent"},
    {0},
};

const struct schema_key network_keys[] = {
    {"country", SCHEMA_TEXTS, AT(network_settings, country), false, NULL, NULL,
     0, 0, "databases of countries, the first that knows answers"},
    {"asn", SCHEMA_TEXTS, AT(network_settings, asn), false, NULL, NULL, 0, 0,
     "databases of autonomous systems"},
    {"sets", SCHEMA_NODE, AT(network_settings, sets), false, NULL, NULL, 0, 0,
     "address sets by name"},
    {0},
};

const struct schema_key set_keys[] = {
    {"file", SCHEMA_TEXTS, AT(set_settings, file), true, NULL, NULL, 0, 0,
     "lists of networks, read together"},
    {"source", SCHEMA_TEXT, AT(set_settings, source), false, NULL, NULL, 0, 0,
     "where the lists were taken from"},
    {"date", SCHEMA_TEXT, AT(set_settings, date), false, NULL, NULL, 0, 0,
     "day when they were taken; the files' time if not given"},
    {"max-age", SCHEMA_DURATION, AT(set_settings, max_age), false, "30d", NULL,
     0, INT64_C(31622400000000), "older lists tell nobody an impostor"},
    {0},
};

const struct schema_key web_bot_auth_keys[] = {
    {"keys", SCHEMA_NODE, AT(web_bot_auth_settings, keys), false, NULL, NULL, 0,
     0, "key directories by the name of their signer"},
    {"lifetime", SCHEMA_DURATION, AT(web_bot_auth_settings, lifetime), false,
     "24h", NULL, 1000000, INT64_C(31622400000000),
     "a signature made earlier is expired, whatever it says"},
    {"skew", SCHEMA_DURATION, AT(web_bot_auth_settings, skew), false, "5s",
     NULL, 0, INT64_C(3600000000), "how far a signer's clock may be ahead"},
    {0},
};

const struct schema_key signer_keys[] = {
    {"file", SCHEMA_TEXTS, AT(signer_settings, set.file), true, NULL, NULL, 0,
     0, "its key directory: a JWK set"},
    {"org", SCHEMA_TEXT, AT(signer_settings, org), false, NULL, NULL, 0, 0,
     "its organisation, as labels name it; its own name if not given"},
    {"category", SCHEMA_TEXT, AT(signer_settings, category), false, NULL, NULL,
     0, 0, "what it is for, as labels name it"},
    {"source", SCHEMA_TEXT, AT(signer_settings, set.source), false, NULL, NULL,
     0, 0, "where the directory was taken from"},
    {"date", SCHEMA_TEXT, AT(signer_settings, set.date), false, NULL, NULL, 0,
     0, "day when it was taken; the file's time if not given"},
    {"max-age", SCHEMA_DURATION, AT(signer_settings, set.max_age), false, "30d",
     NULL, 0, INT64_C(31622400000000), "older directories tell no key unknown"},
    {0},
};

const struct schema_key header_keys[] = {
    {"profile", SCHEMA_CHOICE, AT(header_settings, profile), false,
     "weighbridge", profiles, 0, 0, "names of the headers"},
    {0},
};

const struct schema_key aws_routes_keys[] = {
    {"asset", SCHEMA_TEXT, AT(aws_routes_settings, asset), false,
     "usdc@base-sepolia", NULL, 0, 0, "what its prices are paid in"},
    {"pay-to", SCHEMA_TEXT, AT(aws_routes_settings, pay_to), false,
     "0x000000000000000000000000000000000000dEaD", NULL, 0, 0,
     "address that is paid"},
    {0},
};

const struct schema_key limit_keys[] = {
    {"automata", SCHEMA_SIZE, AT(limit_settings, automata), false, "64MiB",
     NULL, 1 << 16, INT64_C(1) << 32, "memory of the rules' automata"},
    {"rates", SCHEMA_INTEGER, AT(limit_settings, rates), false, "65536", NULL,
     64, 16777216, "clients whose rates are remembered"},
    {"signatures", SCHEMA_INTEGER, AT(limit_settings, signatures), false,
     "65536", NULL, 64, 16777216, "signed requests that are remembered"},
    {"connections", SCHEMA_INTEGER, AT(limit_settings, connections), false,
     "1024", NULL, 1, 1000000, "connections of one listener"},
    {"in-flight", SCHEMA_INTEGER, AT(limit_settings, in_flight), false, "256",
     NULL, 1, 1000000, "requests under way; beyond: 429"},
    {"threads", SCHEMA_INTEGER, AT(limit_settings, threads), false, "0", NULL,
     0, 256, "threads of one listener; 0: as many as processors"},
    {"header-bytes", SCHEMA_SIZE, AT(limit_settings, header_bytes), false,
     "64KiB", NULL, 32768, 1 << 20, "memory of one connection"},
    {"record-bytes", SCHEMA_SIZE, AT(limit_settings, record_bytes), false,
     "128KiB", NULL, 1024, 4 << 20, "longest request record"},
    {"idle", SCHEMA_DURATION, AT(limit_settings, idle), false, "75s", NULL,
     1000000, INT64_C(3600000000), "a connection that says nothing is closed"},
    {0},
};

const struct schema_key admin_keys[] = {
    {"address", SCHEMA_TEXT, AT(admin_settings, address), false,
     "127.0.0.1:8403", NULL, 0, 0, "IP:PORT, unix:PATH or off"},
    {"tokens", SCHEMA_TEXT, AT(admin_settings, tokens), false, NULL, NULL, 0, 0,
     "file of tokens; without it: health, readiness and metrics only"},
    {"outcomes", SCHEMA_TEXT, AT(admin_settings, outcomes), false, "off", NULL,
     0, 0, "another address, which takes outcomes only"},
    {"generations", SCHEMA_INTEGER, AT(admin_settings, generations), false, "8",
     NULL, 0, 50, "former configurations kept to explain old decisions"},
    {0},
};

const struct schema_key log_keys[] = {
    {"decisions", SCHEMA_TEXT, AT(log_settings, decisions), false, "stderr",
     NULL, 0, 0, "stderr, off or a file; reopened on SIGHUP"},
    {"audit", SCHEMA_TEXT, AT(log_settings, audit), false, "off", NULL, 0, 0,
     "off, stderr, fd:N or a file: a chained line per payment and outcome"},
    {"client-ip", SCHEMA_CHOICE, AT(log_settings, client_ip), false,
     "truncated", client_ips, 0, 0, "client addresses in the log"},
    {"query", SCHEMA_CHOICE, AT(log_settings, query), false, "names", queries,
     0, 0, "query strings in the log"},
    {0},
};

const struct schema_key listen_keys[] = {
    {"address", SCHEMA_TEXT, AT(listen_settings, address), false,
     "127.0.0.1:8402", NULL, 0, 0, "IP:PORT or unix:PATH"},
    {"dialect", SCHEMA_CHOICE, AT(listen_settings, dialect), false, "json",
     dialects, 0, 0, "the form in which the proxy asks"},
    {"trust-forwarded", SCHEMA_TEXTS, AT(listen_settings, trust_forwarded),
     false, NULL, NULL, 0, 0, "networks of proxies that are believed"},
    {"headers-known", SCHEMA_TEXTS, AT(listen_settings, headers_known), false,
     NULL, NULL, 0, 0, "headers that the proxy forwards; all if not given"},
    {"order", SCHEMA_CHOICE, AT(listen_settings, order), false, "dialect",
     orders, 0, 0, "does the proxy keep order and case of headers?"},
    {"request-id", SCHEMA_TEXT, AT(listen_settings, request_id), false, NULL,
     NULL, 0, 0, "header with an id that the proxy made itself"},
    {"can-strip", SCHEMA_BOOL, AT(listen_settings, can_strip), false, "true",
     NULL, 0, 0, "false: a payment that it should drop is refused"},
    {"socket-mode", SCHEMA_TEXT, AT(listen_settings, socket_mode), false,
     "0660", NULL, 0, 0, "permissions of a unix socket, octal"},
    {"socket-owner", SCHEMA_TEXT, AT(listen_settings, socket_owner), false,
     NULL, NULL, 0, 0, "owner of a unix socket: USER, USER:GROUP or :GROUP"},
    {"take", SCHEMA_NODE, AT(listen_settings, take), false, NULL, NULL, 0, 0,
     "facts that the proxy tells in headers"},
    {0},
};

const struct schema_key take_keys[] = {
    {"ja3", SCHEMA_TEXT, AT(take_settings, ja3), false, NULL, NULL, 0, 0,
     "header with the JA3 fingerprint"},
    {"ja4", SCHEMA_TEXT, AT(take_settings, ja4), false, NULL, NULL, 0, 0,
     "header with the JA4 fingerprint"},
    {"load", SCHEMA_TEXT, AT(take_settings, load), false, NULL, NULL, 0, 0,
     "header with the load of what is served, in per cent"},
    {0},
};

const struct schema_key site_keys[] = {
    {"id", SCHEMA_TEXT, AT(site_settings, id), true, NULL, NULL, 0, 0,
     "name of the site"},
    {"hosts", SCHEMA_TEXTS, AT(site_settings, hosts), true, NULL, NULL, 0, 0,
     "host names; *.x is any name below x"},
    {"rules", SCHEMA_NODE, AT(site_settings, rules), false, NULL, NULL, 0, 0,
     "packs; the top level's if not given"},
    {"policy", SCHEMA_TEXT, AT(site_settings, policy), false, NULL, NULL, 0, 0,
     "policy; the top level's if not given"},
    {"robots", SCHEMA_TEXT, AT(site_settings, robots), false, NULL, NULL, 0, 0,
     "its robots.txt; the top level's if not given"},
    {"pay-to", SCHEMA_TEXT, AT(site_settings, pay_to), false, NULL, NULL, 0, 0,
     "payee; the policy's if not given"},
    {"mode", SCHEMA_CHOICE, AT(site_settings, mode), false, "inherit",
     site_modes, 0, 0, "enforce or count; the top level's if not given"},
    {0},
};
