/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assets and networks that everybody knows: what a preset such as
 * `usdc@base` stands for, and what an asset that is written out in full is
 * checked against. A network that is not listed counts as a main network.
 */
#ifndef WB_PRICING_PRESETS_H
#define WB_PRICING_PRESETS_H

#include "base/view.h"

struct known_network {
    const char *id;   /* CAIP-2 */
    const char *name; /* as in a preset: base-sepolia */
    bool test;
};

struct known_asset {
    const char *preset;
    const char *symbol;
    const char *network; /* CAIP-2 */
    const char *address; /* spelled with its EIP-55 checksum */
    unsigned decimals;
    const char *eip712_name, *eip712_version;
};

extern const struct known_network known_networks[];
extern const size_t known_network_count;
extern const struct known_asset known_assets[];
extern const size_t known_asset_count;

/* NULL: not known. */
const struct known_network *known_network_find(struct view id);
const struct known_asset *known_asset_preset(struct view preset);
/* By address in any case; network NONE: on any network. */
const struct known_asset *known_asset_find(struct view network,
                                           struct view address);

#endif
