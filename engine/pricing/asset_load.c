/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assets: presets by name, or written out in full and checked against what
 * is known, so that a slip of a digit is no price in somebody else's token.
 *
 *   usdc: usdc@base-sepolia
 *   mine: { network: eip155:31337, address: "0x...", decimals: 6,
 *           symbol: MINE, eip712: { name: My Coin, version: "1" } }
 */
#include "payment/signature.h"
#include "pricing/eip55.h"
#include "pricing/parts_load.h"
#include "pricing/presets.h"

#define NAME_MAX_SIZE 32
#define TEXT_MAX_SIZE 64
#define ADDRESS_MAX_SIZE 128

/* ---- texts that become header values ---- */

/* Visible ASCII and, inside, spaces; no comma, which would join fields. */
static bool is_plain(struct view v, size_t most, bool spaces)
{
    if (v.size == 0 || v.size > most || v.at[0] == ' ' ||
        v.at[v.size - 1] == ' ') {
        return false;
    }
    for (size_t i = 0; i < v.size; i++) {
        char c = v.at[i];
        if (c < ' ' || c > '~' || c == ',' || c == '"' || c == '\\' ||
            (c == ' ' && !spaces)) {
            return false;
        }
    }
    return true;
}

static bool is_word(struct view v)
{
    for (size_t i = 0; i < v.size; i++) {
        char c = v.at[i];
        bool digit = c >= '0' && c <= '9';
        bool letter = c >= 'a' && c <= 'z';
        if (!letter && !(i > 0 && (digit || c == '-'))) {
            return false;
        }
    }
    return v.size > 0 && v.size <= NAME_MAX_SIZE;
}

/* CAIP-2: [-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}; x402 has longer ones too, such
 * as cloudflare:402 and Algorand's, whose reference is base64. */
static bool is_network(struct view v)
{
    size_t colon = view_find(v, ':');

    if (colon < 3 || colon > 16 || v.size < colon + 2 || v.size > colon + 65) {
        return false;
    }
    for (size_t i = 0; i < v.size; i++) {
        char c = v.at[i];
        bool fine = i < colon ? (ascii_is_alnum(c) && ascii_lower(c) == c)
                              : (ascii_is_alnum(c) || c == '_' || c == '+' ||
                                 c == '/' || c == '=');
        if (i != colon && !fine && c != '-') {
            return false;
        }
    }
    return true;
}

static bool is_evm(struct view network)
{
    return view_starts(network, VIEW("eip155:"));
}

bool asset_address_read(struct loader *loader, const struct node *node,
                        struct view text, struct view network, const char *what,
                        const char *code, struct view *out)
{
    char spelled[EIP55_SIZE];

    if (!is_evm(network)) {
        if (!is_plain(text, ADDRESS_MAX_SIZE, false)) {
            return load_error(loader, node, code, NULL,
                              "%s: expected an address, found '%.*s'", what,
                              VIEW_ARG(load_shown(text)));
        }
        *out = text;
        return true;
    }
    switch (eip55_check(text, spelled)) {
    case EIP55_NONE:
        return load_error(loader, node, code,
                          node->quoted ? NULL : "quote it: \"0x...\"",
                          "%s: expected 0x and 40 hex digits, found '%.*s'",
                          what, VIEW_ARG(load_shown(text)));
    case EIP55_WRONG:
        return load_error(loader, node, "P006",
                          "a digit is wrong or was swapped: copy it again",
                          "%s: the EIP-55 checksum of '%.*s' is wrong", what,
                          VIEW_ARG(text));
    case EIP55_PLAIN:
    case EIP55_RIGHT:
        break;
    }
    *out = arena_copy(loader->arena, view_of(spelled, EIP55_SIZE));
    return out->at ? true : load_memory(loader, node);
}

/* ---- presets ---- */

static bool is_test_network(struct view network)
{
    const struct known_network *known = known_network_find(network);
    return known && known->test;
}

static bool read_preset(struct loader *loader, const struct node *node,
                        struct asset *out)
{
    const char *words[64];
    char hint[128];
    struct text t = text_in(hint, sizeof hint - 1);
    const char *nearest;
    const struct known_asset *known = known_asset_preset(node->text);

    if (known) {
        out->symbol = view_text(known->symbol);
        out->network = view_text(known->network);
        out->address = view_text(known->address);
        out->decimals = known->decimals;
        out->eip712_name = view_text(known->eip712_name);
        out->eip712_version = view_text(known->eip712_version);
        out->test_network = is_test_network(out->network);
        return true;
    }
    for (size_t i = 0; i < known_asset_count && i < 64; i++) {
        words[i] = known_assets[i].preset;
    }
    nearest = problems_nearest(node->text, words, known_asset_count);
    if (nearest) {
        text_addf(&t, "did you mean '%s'?", nearest);
    } else {
        text_add(&t, VIEW("write it in full: { network, address, decimals, "
                          "symbol, eip712: { name, version } }"));
    }
    hint[t.size] = '\0';
    return load_error(loader, node, "P002", hint,
                      "expected a preset such as 'usdc@base-sepolia', found "
                      "'%.*s'",
                      VIEW_ARG(load_shown(node->text)));
}

/* ---- in full ---- */

struct asset_keys {
    struct view network, address, symbol;
    int64_t decimals;
    const struct node *eip712;
};
static const struct schema_key asset_schema[] = {
    {"network", SCHEMA_TEXT, offsetof(struct asset_keys, network), true, NULL,
     NULL, 0, 0, "CAIP-2 name of the network: eip155:8453"},
    {"address", SCHEMA_TEXT, offsetof(struct asset_keys, address), true, NULL,
     NULL, 0, 0, "address of the token's contract"},
    {"decimals", SCHEMA_INTEGER, offsetof(struct asset_keys, decimals), true,
     NULL, NULL, 0, 36, "decimals of one unit: 6"},
    {"symbol", SCHEMA_TEXT, offsetof(struct asset_keys, symbol), false, NULL,
     NULL, 0, 0, "what people call it: USDC; else its name in upper case"},
    {"eip712", SCHEMA_NODE, offsetof(struct asset_keys, eip712), false, NULL,
     NULL, 0, 0, "name and version of the token's EIP-712 domain"},
    {0}};

struct domain_keys {
    struct view name, version;
};
static const struct schema_key domain_schema[] = {
    {"name", SCHEMA_TEXT, offsetof(struct domain_keys, name), true, NULL, NULL,
     0, 0, "name as the contract signs it: USD Coin"},
    {"version", SCHEMA_TEXT, offsetof(struct domain_keys, version), true, NULL,
     NULL, 0, 0, "version as the contract signs it: \"2\""},
    {0}};

static const struct shape domain_shape = {.kind = SHAPE_KEYS,
                                          .keys = domain_schema};
static const struct shape_part asset_parts[] = {{"eip712", &domain_shape}, {0}};
static const struct shape asset_shape = {
    .kind = SHAPE_KEYS, .keys = asset_schema, .parts = asset_parts};
static const struct shape *const asset_any[] = {&shape_scalar, &asset_shape,
                                                NULL};
static const struct shape asset_or_preset = {.kind = SHAPE_EITHER,
                                             .either = asset_any};
const struct shape assets_shape = {.kind = SHAPE_MAP, .of = &asset_or_preset};

static bool check_text(struct loader *loader, const struct node *map,
                       const char *key, struct view text)
{
    const struct node *node = node_get(map, key);

    if (!node || is_plain(text, TEXT_MAX_SIZE, true)) {
        return true;
    }
    return load_error(loader, node, "P008", NULL,
                      "'%s': expected 1 to %d printable ASCII characters "
                      "without comma or quote, found '%.*s'",
                      key, TEXT_MAX_SIZE, VIEW_ARG(load_shown(text)));
}

static bool read_domain(struct loader *loader, const struct node *map,
                        const struct node *node, struct asset *out)
{
    struct domain_keys keys = {0};

    if (!node) {
        return !is_evm(out->network) ||
               load_error(loader, map, "P009",
                          "eip712: { name: USD Coin, version: \"2\" }",
                          "an asset on '%.*s' needs 'eip712': clients sign "
                          "under that name and version",
                          VIEW_ARG(out->network));
    }
    if (!load_map(loader, domain_schema, node, "eip712", &keys)) {
        return false;
    }
    out->eip712_name = keys.name;
    out->eip712_version = keys.version;
    return check_text(loader, node, "name", keys.name) &&
           check_text(loader, node, "version", keys.version);
}

static bool contradicts(struct loader *loader, const struct node *node,
                        const struct known_asset *known, const char *what,
                        struct view expected, struct view found)
{
    return load_error(loader, node, "P007", NULL,
                      "this address is known as '%s': expected %s '%.*s', "
                      "found '%.*s'",
                      known->preset, what, VIEW_ARG(expected),
                      VIEW_ARG(load_shown(found)));
}

static const struct node *or_map(const struct node *map, const char *key)
{
    const struct node *node = map ? node_get(map, key) : NULL;
    return node ? node : map;
}

static bool check_known(struct loader *loader, const struct node *map,
                        const struct asset *asset)
{
    const struct known_asset *known =
        known_asset_find(asset->network, asset->address);
    const struct node *domain = or_map(map, "eip712");

    if (!known) {
        known = known_asset_find(VIEW_NONE, asset->address);
        return !known ||
               contradicts(loader, or_map(map, "network"), known, "network",
                           view_text(known->network), asset->network);
    }
    if (asset->decimals != known->decimals) {
        const struct node *node = or_map(map, "decimals");
        char room[16];
        struct text t = text_in(room, sizeof room);
        text_add_u64(&t, known->decimals);
        return contradicts(loader, node, known, "decimals", text_view(&t),
                           node->text);
    }
    if (!view_equal(asset->eip712_name, view_text(known->eip712_name))) {
        return contradicts(loader, or_map(domain, "name"), known, "name",
                           view_text(known->eip712_name), asset->eip712_name);
    }
    if (!view_equal(asset->eip712_version, view_text(known->eip712_version))) {
        return contradicts(loader, or_map(domain, "version"), known, "version",
                           view_text(known->eip712_version),
                           asset->eip712_version);
    }
    return view_equal_fold(asset->symbol, view_text(known->symbol)) ||
           contradicts(loader, or_map(map, "symbol"), known, "symbol",
                       view_text(known->symbol), asset->symbol);
}

static bool default_symbol(struct loader *loader, const struct node *node,
                           struct asset *out)
{
    struct view copy = arena_copy(loader->arena, out->name);
    char *bytes = (char *)(size_t)copy.at;

    if (!bytes) {
        return load_memory(loader, node);
    }
    for (size_t i = 0; i < copy.size; i++) {
        bytes[i] = (char)(bytes[i] >= 'a' ? bytes[i] - 32 : bytes[i]);
    }
    out->symbol = copy;
    return true;
}

static bool read_full(struct loader *loader, const struct node *map,
                      struct asset *out)
{
    struct asset_keys keys = {0};

    if (!load_map(loader, asset_schema, map, "an asset", &keys)) {
        return false;
    }
    /* out->network stays NONE until the decimals are known to be right */
    if (!is_network(keys.network)) {
        return load_error(loader, node_get(map, "network"), "P004",
                          "a CAIP-2 name: eip155:8453 is Base",
                          "expected a network such as eip155:8453, found "
                          "'%.*s'",
                          VIEW_ARG(load_shown(keys.network)));
    }
    out->network = keys.network;
    out->decimals = (unsigned)keys.decimals;
    out->symbol = keys.symbol;
    out->test_network = is_test_network(out->network);
    return (keys.symbol.at || default_symbol(loader, map, out)) &&
           check_text(loader, map, "symbol", out->symbol) &&
           asset_address_read(loader, node_get(map, "address"), keys.address,
                              out->network, "'address'", "P005",
                              &out->address) &&
           read_domain(loader, map, keys.eip712, out) &&
           check_known(loader, map, out);
}

bool assets_read(struct loader *loader, const struct node *assets)
{
    struct policy *policy = loader->policy;

    if (!schema_expect(assets, NODE_MAP, loader->problems)) {
        loader->failed = true;
        return false;
    }
    policy->assets =
        load_array(loader, assets, assets->count, sizeof(struct asset));
    if (!policy->assets) {
        return false;
    }
    for (const struct node *node = assets->first; node; node = node->next) {
        struct asset *asset = &policy->assets[policy->asset_count++];
        asset->name = node->key;
        if (!is_word(node->key)) {
            struct node key = *node;
            key.place = node->key_place;
            load_error(loader, &key, "P003", NULL,
                       "expected an asset's name of a-z, 0-9 and '-', found "
                       "'%.*s'",
                       VIEW_ARG(load_shown(node->key)));
        }
        if (node->kind == NODE_MAP) {
            read_full(loader, node, asset);
        } else if (node->kind == NODE_LIST || node_is_null(node)) {
            load_error(loader, node, "P002", NULL,
                       "expected a preset such as 'usdc@base-sepolia' or a "
                       "map, found %s",
                       node->kind == NODE_LIST ? "a list" : "nothing");
        } else {
            read_preset(loader, node, asset);
        }
        asset->has_domain =
            signature_domain(asset->network, asset->address, asset->eip712_name,
                             asset->eip712_version, asset->domain);
    }
    return !loader->failed;
}
