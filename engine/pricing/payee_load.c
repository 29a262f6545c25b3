/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The payee: one address for all assets, or one for each.
 *
 *   pay-to: "0x..."
 *   pay-to: { usdc: "0x...", usdc-solana: "..." }
 */
#include "pricing/parts_load.h"

static const struct shape each_shape = {.kind = SHAPE_MAP, .of = &shape_scalar};
static const struct shape *const payee_any[] = {&shape_scalar, &each_shape,
                                                NULL};
const struct shape payee_shape = {.kind = SHAPE_EITHER, .either = payee_any};

static const char dead[] = "0x000000000000000000000000000000000000dead";
static const char zero[] = "0x0000000000000000000000000000000000000000";

bool payee_is_burned(struct view payee)
{
    return view_equal_fold(payee, view_text(dead)) ||
           view_equal_fold(payee, view_text(zero));
}

static bool is_evm(struct view network)
{
    return view_starts(network, VIEW("eip155:"));
}

static bool read_one(struct loader *loader, const struct node *node,
                     struct view text)
{
    struct policy *policy = loader->policy;
    struct view network = VIEW("eip155:");
    struct view network_is = VIEW_NONE;
    struct view payee;

    for (size_t i = 0; i < policy->asset_count; i++) {
        if (!policy->assets[i].network.at) {
            continue; /* was refused */
        }
        network = policy->assets[i].network;
        if (network_is.at && is_evm(network) != is_evm(network_is)) {
            return load_error(loader, node, "P011",
                              "write one for each asset: pay-to: { usdc: "
                              "\"0x...\" }",
                              "one 'pay-to' cannot be paid on both '%.*s' and "
                              "'%.*s'",
                              VIEW_ARG(network_is), VIEW_ARG(network));
        }
        network_is = network;
    }
    if (!asset_address_read(loader, node, text, network, "'pay-to'", "P011",
                            &payee)) {
        return false;
    }
    for (size_t i = 0; i < policy->asset_count; i++) {
        policy->assets[i].pay_to = payee;
    }
    return true;
}

static bool read_each(struct loader *loader, const struct node *map)
{
    struct policy *policy = loader->policy;
    size_t found = 0;

    for (size_t i = 0; i < policy->asset_count; i++) {
        struct asset *asset = &policy->assets[i];
        /* an asset's name ends in NUL, as keys do */
        const struct node *node = node_get(map, asset->name.at);
        if (!node) {
            return load_error(loader, map, "P010", NULL,
                              "'pay-to' has no address for '%.*s'",
                              VIEW_ARG(asset->name));
        }
        found++;
        if (!asset->network.at) {
            continue; /* was refused */
        }
        if (!schema_expect(node, NODE_SCALAR, loader->problems)) {
            loader->failed = true;
            return false;
        }
        if (!asset_address_read(loader, node, node->text, asset->network,
                                "'pay-to'", "P011", &asset->pay_to)) {
            return false;
        }
    }
    for (const struct node *node = map->first; found < map->count && node;
         node = node->next) {
        size_t i = 0;
        while (i < policy->asset_count &&
               !view_equal(policy->assets[i].name, node->key)) {
            i++;
        }
        if (i == policy->asset_count) {
            return load_error(loader, node, "P014", NULL,
                              "'pay-to': no asset is called '%.*s'",
                              VIEW_ARG(load_shown(node->key)));
        }
    }
    return true;
}

bool payee_read(struct loader *loader, const struct node *map,
                const struct node *node, struct view of_site)
{
    if (of_site.at) {
        return read_one(loader, node ? node : map, of_site);
    }
    if (node && node->kind == NODE_MAP) {
        return read_each(loader, node);
    }
    if (node) {
        if (!schema_expect(node, NODE_SCALAR, loader->problems)) {
            loader->failed = true;
            return false;
        }
        return read_one(loader, node, node->text);
    }
    return !loader->policy->charges ||
           load_error(loader, map, "P010",
                      "pay-to: \"0x...\", the address that is to be paid",
                      "the policy charges but says no 'pay-to'");
}
