/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EIP-55 checksums: the examples of the EIP itself, every slip of one letter
 * found, and the presets' addresses.
 */
#include "pricing/eip55.h"

#include "pricing/presets.h"
#include "tap.h"

static const char *const right[] = {
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
};

static void test_right(const char *address)
{
    char spelled[EIP55_SIZE + 1] = "";
    bool fine;
    char lower[EIP55_SIZE + 1] = "0x";
    enum eip55 found = eip55_check(view_text(address), spelled);

    fine = found == EIP55_RIGHT || found == EIP55_PLAIN;
    ok(fine, "an address of the EIP is right");
    is_text(spelled, address, "and is spelled so");
    for (size_t i = 2; i < EIP55_SIZE; i++) {
        lower[i] = ascii_lower(address[i]);
    }
    lower[EIP55_SIZE] = '\0';
    ok(eip55_check(view_text(lower), spelled) == EIP55_PLAIN,
       "without capitals it has no checksum");
    is_text(spelled, address, "but is spelled with it");
}

static void test_slips(const char *address)
{
    char spelled[EIP55_SIZE];
    char slip[EIP55_SIZE];
    size_t missed = 0;

    for (size_t i = 2; i < EIP55_SIZE; i++) {
        memcpy(slip, address, EIP55_SIZE);
        if (slip[i] >= 'a') {
            slip[i] = (char)(slip[i] - 32);
        } else if (slip[i] >= 'A') {
            slip[i] = (char)(slip[i] + 32);
        } else {
            continue;
        }
        missed +=
            eip55_check(view_of(slip, EIP55_SIZE), spelled) != EIP55_WRONG;
    }
    is_number(missed, 0, "any letter in the wrong case is found");
}

static void test_none(const char *text)
{
    char spelled[EIP55_SIZE];
    ok(eip55_check(view_text(text), spelled) == EIP55_NONE,
       "'%s' is no address", text);
}

int main(void)
{
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        test_right(right[i]);
    }
    test_slips(right[4]);
    test_slips(right[6]);
    test_none("");
    test_none("0x");
    test_none("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
    test_none("0X5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
    test_none("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe");
    test_none("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAedd");
    test_none("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg");
    for (size_t i = 0; i < known_asset_count; i++) {
        const struct known_asset *asset = &known_assets[i];
        char spelled[EIP55_SIZE];
        ok(eip55_check(view_text(asset->address), spelled) == EIP55_RIGHT,
           "checksum of %s", asset->preset);
        const struct known_network *network =
            known_network_find(view_text(asset->network));
        size_t at = view_find(view_text(asset->preset), '@') + 1;
        ok(network && !strcmp(network->name, asset->preset + at),
           "%s is on the network that it names", asset->preset);
        ok(known_asset_find(view_text(asset->network),
                            view_text(asset->address)) == asset,
           "%s is found by its address", asset->preset);
    }
    return tap_end();
}
