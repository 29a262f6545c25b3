/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EIP-55, https://eips.ethereum.org/EIPS/eip-55. Used while loading only.
 */
#include "pricing/eip55.h"

#include "base/codec.h"
#include "base/hash.h"

#define DIGITS 40

static void spell(const char lower[DIGITS], char out[EIP55_SIZE])
{
    unsigned char hash[32];
    hash_keccak256(hash, view_of(lower, DIGITS));
    out[0] = '0';
    out[1] = 'x';
    for (size_t i = 0; i < DIGITS; i++) {
        unsigned nibble = i % 2 ? hash[i / 2] & 15u : hash[i / 2] >> 4;
        bool letter = lower[i] >= 'a';
        out[2 + i] = (char)(letter && nibble >= 8 ? lower[i] - 32 : lower[i]);
    }
}

enum eip55 eip55_check(struct view address, char spelled[EIP55_SIZE])
{
    unsigned char bytes[DIGITS / 2];
    char lower[DIGITS];
    bool has_lower = false;
    bool has_upper = false;

    if (address.size != EIP55_SIZE || !view_starts(address, VIEW("0x")) ||
        !hex_decode_0x(address, bytes, sizeof bytes)) {
        return EIP55_NONE;
    }
    for (size_t i = 0; i < DIGITS; i++) {
        char c = address.at[2 + i];
        lower[i] = ascii_lower(c);
        has_upper |= c != lower[i];
        has_lower |= c >= 'a';
    }
    spell(lower, spelled);
    if (!has_upper || !has_lower) {
        return EIP55_PLAIN;
    }
    return view_equal(address, view_of(spelled, EIP55_SIZE)) ? EIP55_RIGHT
                                                             : EIP55_WRONG;
}
