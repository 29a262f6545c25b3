/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ethereum addresses and their EIP-55 checksum: the case of each letter is a
 * bit of the keccak-256 hash of the lower-case digits. An address in one
 * case only carries no checksum.
 */
#ifndef WB_PRICING_EIP55_H
#define WB_PRICING_EIP55_H

#include "base/view.h"

#define EIP55_SIZE 42 /* "0x" and 40 digits */

enum eip55 {
    EIP55_NONE,  /* no address at all */
    EIP55_PLAIN, /* letters of one case only: no checksum */
    EIP55_RIGHT,
    EIP55_WRONG
};

/* Writes the address with its checksum to `spelled` unless it is NONE. */
enum eip55 eip55_check(struct view address, char spelled[EIP55_SIZE]);

#endif
