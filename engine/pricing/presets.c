/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables behind presets. Addresses, decimals and EIP-712 names and
 * versions are those that the published clients take for granted: npm
 * @x402/evm 2.27.0 (default assets) and, for polygon-amoy, avalanche-fuji,
 * sei and sei-testnet, npm x402 1.2.0. A test checks each checksum.
 */
#include "pricing/presets.h"

const struct known_network known_networks[] = {
    {"eip155:1", "ethereum", false},
    {"eip155:137", "polygon", false},
    {"eip155:143", "monad", false},
    {"eip155:988", "stable", false},
    {"eip155:1329", "sei", false},
    {"eip155:8453", "base", false},
    {"eip155:42161", "arbitrum", false},
    {"eip155:43114", "avalanche", false},
    {"eip155:1328", "sei-testnet", true},
    {"eip155:2201", "stable-testnet", true},
    {"eip155:43113", "avalanche-fuji", true},
    {"eip155:80002", "polygon-amoy", true},
    {"eip155:84532", "base-sepolia", true},
    {"eip155:421614", "arbitrum-sepolia", true},
    {"eip155:11155111", "sepolia", true},
};
const size_t known_network_count =
    sizeof known_networks / sizeof known_networks[0];

const struct known_asset known_assets[] = {
    {"usdc@base", "USDC", "eip155:8453",
     "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", 6, "USD Coin", "2"},
    {"usdc@base-sepolia", "USDC", "eip155:84532",
     "0x036CbD53842c5426634e7929541eC2318f3dCF7e", 6, "USDC", "2"},
    {"usdc@ethereum", "USDC", "eip155:1",
     "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", 6, "USD Coin", "2"},
    {"usdc@avalanche", "USDC", "eip155:43114",
     "0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E", 6, "USD Coin", "2"},
    {"usdc@avalanche-fuji", "USDC", "eip155:43113",
     "0x5425890298aed601595a70AB815c96711a31Bc65", 6, "USD Coin", "2"},
    {"usdc@polygon", "USDC", "eip155:137",
     "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359", 6, "USD Coin", "2"},
    {"usdc@polygon-amoy", "USDC", "eip155:80002",
     "0x41E94Eb019C0762f9Bfcf9Fb1E58725BfB0e7582", 6, "USDC", "2"},
    {"usdc@arbitrum", "USDC", "eip155:42161",
     "0xaf88d065e77c8cC2239327C5EDb3A432268e5831", 6, "USD Coin", "2"},
    {"usdc@arbitrum-sepolia", "USDC", "eip155:421614",
     "0x75faf114eafb1BDbe2F0316DF893fd58CE46AA4d", 6, "USD Coin", "2"},
    {"usdc@monad", "USDC", "eip155:143",
     "0x754704Bc059F8C67012fEd69BC8A327a5aafb603", 6, "USDC", "2"},
    {"usdc@sei", "USDC", "eip155:1329",
     "0xe15fC38F6D8c56aF07bbCBe3BAf5708A2Bf42392", 6, "USDC", "2"},
    {"usdc@sei-testnet", "USDC", "eip155:1328",
     "0x4fCF1784B31630811181f670Aea7A7bEF803eaED", 6, "USDC", "2"},
    {"usdt0@stable", "USDT0", "eip155:988",
     "0x779Ded0c9e1022225f8E0630b35a9b54bE713736", 6, "USDT0", "1"},
    {"usdt0@stable-testnet", "USDT0", "eip155:2201",
     "0x78Cf24370174180738C5B8E352B6D14c83a6c9A9", 6, "USDT0", "1"},
};
const size_t known_asset_count = sizeof known_assets / sizeof known_assets[0];

const struct known_network *known_network_find(struct view id)
{
    for (size_t i = 0; i < known_network_count; i++) {
        if (view_equal(id, view_text(known_networks[i].id))) {
            return &known_networks[i];
        }
    }
    return NULL;
}

const struct known_asset *known_asset_preset(struct view preset)
{
    for (size_t i = 0; i < known_asset_count; i++) {
        if (view_equal(preset, view_text(known_assets[i].preset))) {
            return &known_assets[i];
        }
    }
    return NULL;
}

const struct known_asset *known_asset_find(struct view network,
                                           struct view address)
{
    for (size_t i = 0; i < known_asset_count; i++) {
        const struct known_asset *asset = &known_assets[i];
        if (view_equal_fold(address, view_text(asset->address)) &&
            (!network.at || view_equal(network, view_text(asset->network)))) {
            return asset;
        }
    }
    return NULL;
}
