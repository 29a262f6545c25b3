/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy file as a whole: its keys and the notice. The parts are read by the
 * other *_load.c files.
 */
#include "pricing/policy_load.h"

#include "pricing/parts_load.h"
#include "pricing/presets.h"

#define NOTICE_ROOM 400

/* ---- the file's keys ---- */

struct policy_keys {
    int64_t version;
    const struct node *assets, *pay_to, *routes, *otherwise;
    const struct node *quotes, *volume, *demand, *exchange;
    int64_t exchange_max_age;
    struct schema_texts always_free;
    int preflight, paths;
};

static const char *const preflight_choices[] = {"free", "priced", NULL};
static const char *const paths_choices[] = {"case-folded", "case-sensitive",
                                            NULL};

static const struct schema_key policy_schema[] = {
    {"version", SCHEMA_INTEGER, offsetof(struct policy_keys, version), false,
     "1", NULL, 0, 0, "version of this format: 1"},
    {"assets", SCHEMA_NODE, offsetof(struct policy_keys, assets), false, NULL,
     NULL, 0, 0,
     "names for what is paid in: a preset such as usdc@base, or network, "
     "address, decimals, symbol, eip712"},
    {"exchange", SCHEMA_NODE, offsetof(struct policy_keys, exchange), false,
     NULL, NULL, 0, 0,
     "what a unit of an asset is worth, for prices in a currency: { usdc: 1 "
     "USD }"},
    {"exchange-max-age", SCHEMA_DURATION,
     offsetof(struct policy_keys, exchange_max_age), false, "1h", NULL, 0, 0,
     "how long a rate that was pushed holds"},
    {"pay-to", SCHEMA_NODE, offsetof(struct policy_keys, pay_to), false, NULL,
     NULL, 0, 0, "address that is paid, or one for each asset"},
    {"always-free", SCHEMA_TEXTS, offsetof(struct policy_keys, always_free),
     false, NULL, NULL, 0, 0,
     "paths that are free before any route is looked at"},
    {"preflight", SCHEMA_CHOICE, offsetof(struct policy_keys, preflight), false,
     "free", preflight_choices, 0, 0,
     "CORS preflight requests: free or priced"},
    {"paths", SCHEMA_CHOICE, offsetof(struct policy_keys, paths), false,
     "case-folded", paths_choices, 0, 0,
     "how routes that charge or reject compare paths"},
    {"routes", SCHEMA_NODE, offsetof(struct policy_keys, routes), false, NULL,
     NULL, 0, 0, "the first that matches says the price"},
    {"otherwise", SCHEMA_NODE, offsetof(struct policy_keys, otherwise), false,
     NULL, NULL, 0, 0,
     "price where no route matches; free when it is not given"},
    {"quotes", SCHEMA_NODE, offsetof(struct policy_keys, quotes), false, NULL,
     NULL, 0, 0,
     "how long a price told holds, and the keys that sign it: ttl, keys, "
     "without-token"},
    {"volume", SCHEMA_NODE, offsetof(struct policy_keys, volume), false, NULL,
     NULL, 0, 0, "volume steps that several routes share, by name"},
    {"demand", SCHEMA_NODE, offsetof(struct policy_keys, demand), false, NULL,
     NULL, 0, 0, "demand that several routes share, by name"},
    {0}};

static const struct shape_part policy_parts[] = {{"assets", &assets_shape},
                                                 {"exchange", &exchange_shape},
                                                 {"pay-to", &payee_shape},
                                                 {"routes", &routes_shape},
                                                 {"otherwise", &price_shape},
                                                 {"quotes", &quotes_shape},
                                                 {"volume", &volumes_shape},
                                                 {"demand", &demands_shape},
                                                 {0}};
const struct shape policy_shape = {.kind = SHAPE_KEYS,
                                   .keys = policy_schema,
                                   .parts = policy_parts,
                                   .least = 1};

static void read_always_free(struct loader *loader, const struct node *tree,
                             const struct schema_texts *texts)
{
    struct policy *policy = loader->policy;

    policy->always_free =
        load_array(loader, tree, texts->count, sizeof(struct pattern));
    for (size_t i = 0; policy->always_free && i < texts->count; i++) {
        struct pattern *pattern =
            &policy->always_free[policy->always_free_count];

        if (pattern_read(loader, texts->nodes[i], true, pattern)) {
            policy->always_free_starts |= pattern_starts(pattern);
            policy->always_free_count++;
        }
    }
}

static void read_otherwise(struct loader *loader, const struct node *tree,
                           const struct node *node)
{
    struct outcome *otherwise = &loader->policy->otherwise;

    otherwise->action = PRICE_FREE;
    otherwise->line = tree->place.line;
    if (node) {
        outcome_read(loader, node, otherwise);
    }
}

/* ---- the payee and what is said of it ---- */

/* How many assets are paid to an address that nobody can spend from. */
static size_t pays_nobody(const struct policy *policy)
{
    size_t n = 0;
    for (size_t i = 0; i < policy->asset_count; i++) {
        n += payee_is_burned(policy->assets[i].pay_to);
    }
    return n;
}

static const struct asset *asset_on_main(const struct policy *policy)
{
    for (size_t i = 0; i < policy->asset_count; i++) {
        if (!policy->assets[i].test_network) {
            return &policy->assets[i];
        }
    }
    return NULL;
}

static void write_notice(struct loader *loader, const struct node *tree)
{
    struct policy *policy = loader->policy;
    const struct asset *main_asset = asset_on_main(policy);
    char room[NOTICE_ROOM];
    struct text t = text_in(room, sizeof room);

    if (!policy->charges) {
        return;
    }
    if (!policy->strict) {
        text_add(&t, VIEW("payments go to the burn address "));
        text_add(&t, policy->assets[0].pay_to);
        text_add(&t, VIEW(", to nobody: set 'pay-to' to your own"));
    }
    if (!main_asset) {
        text_add(&t, policy->strict ? VIEW("") : VIEW("; "));
        text_add(&t, VIEW("prices are in test money ("));
        text_add(&t, policy->assets[0].network);
        text_add(&t, VIEW(")"));
    }
    if (t.size > 0) {
        policy->notice = arena_copy(loader->arena, text_view(&t));
    }
    if (!policy->strict && main_asset) {
        load_warn(loader,
                  node_get(tree, "pay-to") ? node_get(tree, "pay-to") : tree,
                  "P039", NULL,
                  "payments in '%.*s' on a main network (%.*s) go to an "
                  "address that nobody can spend from",
                  VIEW_ARG(main_asset->name), VIEW_ARG(main_asset->network));
    }
}

/* ---- the whole ---- */

static void read_parts(struct loader *loader, const struct node *tree,
                       struct view pay_to)
{
    struct policy *policy = loader->policy;
    struct policy_keys keys = {0};

    load_map(loader, policy_schema, tree, "a policy", &keys);
    if (tree->kind != NODE_MAP) {
        return;
    }
    if (tree->count == 0) {
        /* a file that is being written, or was cut: not "all is free" */
        load_error(loader, tree, "P060", NULL,
                   "an empty policy; 'otherwise: free' makes all free");
    }
    if (keys.version != 1) {
        load_error(loader, node_get(tree, "version"), "P001", NULL,
                   "expected version 1, found %lld", (long long)keys.version);
    }
    policy->preflight_free = keys.preflight == 0;
    policy->folds_case = keys.paths == 0;
    policy->rate_max_age = keys.exchange_max_age;
    if (keys.assets) {
        assets_read(loader, keys.assets);
    }
    if (keys.exchange) {
        exchange_read(loader, keys.exchange);
    }
    quotes_read(loader, keys.quotes);
    volumes_read(loader, keys.volume);
    demands_read(loader, keys.demand);
    read_always_free(loader, tree, &keys.always_free);
    if (keys.routes) {
        routes_read(loader, keys.routes);
    }
    read_otherwise(loader, tree, keys.otherwise);
    outcomes_rank(loader, tree);
    route_index_make(loader, tree);
    payee_read(loader, tree, keys.pay_to, pay_to);
    policy->strict = pays_nobody(policy) == 0;
    if (!loader->failed) {
        write_notice(loader, tree);
        if (keys.routes) {
            routes_review(loader, keys.routes);
        }
    }
}

struct policy *policy_read(struct arena *arena, const struct node *tree,
                           struct view site, struct view pay_to,
                           struct rules *rules, struct problems *problems)
{
    struct loader loader = {
        .arena = arena, .rules = rules, .site = site, .problems = problems};

    loader.policy = load_array(&loader, tree, 1, sizeof *loader.policy);
    if (!loader.policy) {
        return NULL;
    }
    loader.policy->file =
        tree->place.source ? tree->place.source->name : VIEW_NONE;
    loader.policy->site = site;
    method_names_start(&loader.policy->methods);
    read_parts(&loader, tree, pay_to);
    return loader.failed ? NULL : loader.policy;
}
