/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding a key by its thumbprint: a binary search, for a keyring holds tens
 * of keys and is asked by signed requests only.
 */
#include "request/keyring.h"

const struct signing_key *keyring_find(const struct keyring *keyring,
                                       const unsigned char thumbprint[32])
{
    size_t low = 0;
    size_t high = keyring->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(thumbprint, keyring->keys[middle].thumbprint, 32);

        if (order == 0) {
            return &keyring->keys[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}
