/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keyring: public keys of agents that sign their requests, by the JWK
 * thumbprint (RFC 7638) that a signature names its key by, and whose they
 * are. Made at load from files; immutable.
 */
#ifndef WB_REQUEST_KEYRING_H
#define WB_REQUEST_KEYRING_H

#include <stdint.h>

#include "base/view.h"

/* Whose keys they are, as the configuration says. */
struct signer {
    struct view name;
    struct view org, category; /* NONE: not said */
};

struct signing_key {
    unsigned char thumbprint[32];
    unsigned char key[32];
    int64_t from, until; /* microseconds since the epoch, as the key says */
    const struct signer *signer;
};

struct keyring {
    const struct signing_key *keys; /* sorted by thumbprint */
    size_t count;
    int64_t fresh_until; /* later, or 0 where a directory is missing, nobody
                            can say that a key is not in it */
    int64_t lifetime;    /* of a signature at most, from when it was made */
    int64_t skew;        /* of clocks; both in microseconds */
};

/* The key of that thumbprint, or NULL. */
const struct signing_key *keyring_find(const struct keyring *keyring,
                                       const unsigned char thumbprint[32]);

#endif
