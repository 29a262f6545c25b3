/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base58 (Bitcoin's alphabet), as Solana spells its addresses.
 */
#ifndef WB_PAYMENT_BASE58_H
#define WB_PAYMENT_BASE58_H

#include "base/view.h"

#define BASE58_KEY 32      /* bytes of an address */
#define BASE58_KEY_TEXT 44 /* characters at most */

/* The characters of a key, in `out`. */
struct view base58_write(const unsigned char key[BASE58_KEY],
                         char out[BASE58_KEY_TEXT]);
/* 32 to 44 characters of the alphabet. */
bool base58_is_key(struct view text);

#endif
