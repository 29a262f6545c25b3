/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of version 1, by the chain ids that the published packages x402
 * 1.2.0 and @x402/evm 2.27.0 give them; Solana's by its CAIP-2 entries;
 * Arbitrum's as its own documents call its chains.
 */
#include "payment/network.h"

#define EVM "eip155:"
#define REFERENCE_MAX 32 /* CAIP-2 */

struct network_name {
    struct view name;
    struct view network;
};
#define NAME(name, network)                                                    \
    {                                                                          \
        {name, sizeof(name) - 1},                                              \
        {                                                                      \
            network, sizeof(network) - 1                                       \
        }                                                                      \
    }

static const struct network_name names[] = {
    NAME("base", EVM "8453"),
    NAME("base-sepolia", EVM "84532"),
    NAME("avalanche", EVM "43114"),
    NAME("avalanche-fuji", EVM "43113"),
    NAME("polygon", EVM "137"),
    NAME("polygon-amoy", EVM "80002"),
    NAME("sei", EVM "1329"),
    NAME("sei-testnet", EVM "1328"),
    NAME("abstract", EVM "2741"),
    NAME("abstract-testnet", EVM "11124"),
    NAME("iotex", EVM "4689"),
    NAME("peaq", EVM "3338"),
    NAME("story", EVM "1514"),
    NAME("educhain", EVM "41923"),
    NAME("ethereum", EVM "1"),
    NAME("sepolia", EVM "11155111"),
    NAME("skale-base-sepolia", EVM "324705682"),
    NAME("megaeth", EVM "4326"),
    NAME("monad", EVM "143"),
    NAME("celo", EVM "42220"),
    NAME("flare", EVM "14"),
    NAME("stable", EVM "988"),
    NAME("stable-testnet", EVM "2201"),
    NAME("arbitrum", EVM "42161"),
    NAME("arbitrum-one", EVM "42161"),
    NAME("arbitrum-sepolia", EVM "421614"),
    NAME("solana", "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"),
    NAME("solana-devnet", "solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1"),
};

struct view network_of_name(struct view name)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (view_equal(names[i].name, name)) {
            return names[i].network;
        }
    }
    return VIEW_NONE;
}

bool network_is_evm(struct view network)
{
    return view_starts(network, VIEW(EVM));
}

/* A known name in another case is not another network. */
static bool is_misspelled(struct view name)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (view_equal_fold(names[i].name, name)) {
            return !view_equal(names[i].name, name);
        }
    }
    return false;
}

/* CAIP-2: a namespace has no capitals. */
static bool is_namespace(struct view text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (ascii_lower(text.at[i]) != text.at[i]) {
            return false;
        }
    }
    return true;
}

static bool is_chain_id(struct view id)
{
    if (id.size == 0 || id.size > REFERENCE_MAX || id.at[0] == '0') {
        return false;
    }
    for (size_t i = 0; i < id.size; i++) {
        if (id.at[i] < '0' || id.at[i] > '9') {
            return false;
        }
    }
    return true;
}

bool network_is_canonical(struct view network)
{
    struct view rest = network;
    struct view namespace = view_cut(&rest, ':');

    if (!rest.at) {
        return !is_misspelled(network);
    }
    return is_namespace(namespace) &&
           (!network_is_evm(network) || is_chain_id(rest));
}
