/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rates of exchange: what one unit of an asset is worth, so that prices can
 * be said in a currency. An operator may push others while it serves; these
 * hold until then, and again when what was pushed is too old.
 *
 *   exchange: { usdc: 1 USD, weth: 3150.25 USD }
 */
#include "base/hash.h"
#include "pricing/parts_load.h"
#include "pricing/rate.h"

const struct shape exchange_shape = {.kind = SHAPE_MAP, .of = &shape_scalar};

static struct asset *asset_named(struct policy *policy, struct view name)
{
    for (size_t i = 0; i < policy->asset_count; i++) {
        if (view_equal(policy->assets[i].name, name)) {
            return &policy->assets[i];
        }
    }
    return NULL;
}

/* Another asset, currency or site starts without what was pushed before. */
static void make_key(const struct loader *loader, struct asset *asset)
{
    struct sha256 hash;
    const struct view parts[] = {VIEW("exchange"), loader->site,
                                 asset->name,      asset->network,
                                 asset->address,   asset->currency};

    sha256_start(&hash);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        sha256_add(&hash, parts[i]);
        sha256_add(&hash, view_of("", 1));
    }
    sha256_end(&hash, asset->key);
}

static bool read_rate(struct loader *loader, const struct node *node)
{
    struct asset *asset = asset_named(loader->policy, node->key);
    struct view text = node->text;
    struct view number;

    if (!schema_expect(node, NODE_SCALAR, loader->problems)) {
        loader->failed = true;
        return false;
    }
    if (!asset) {
        return load_error(loader, node, "P014", NULL,
                          "no asset is called '%.*s'",
                          VIEW_ARG(load_shown(node->key)));
    }
    number = view_cut(&text, ' ');
    if (!text.at || !is_currency(view_trim(text)) ||
        !rate_from_text(number, &asset->rate)) {
        return load_error(loader, node, "P042",
                          "what one unit is worth: '1 USD'",
                          "expected an amount above 0 with a currency of "
                          "three capital letters, at most 17 digits and %d "
                          "decimals, found '%.*s'",
                          RATE_DECIMALS_MAX, VIEW_ARG(load_shown(node->text)));
    }
    asset->currency = view_trim(text);
    make_key(loader, asset);
    return true;
}

bool exchange_read(struct loader *loader, const struct node *map)
{
    if (!schema_expect(map, NODE_MAP, loader->problems)) {
        loader->failed = true;
        return false;
    }
    for (const struct node *node = map->first; node; node = node->next) {
        read_rate(loader, node);
    }
    return !loader->failed;
}
