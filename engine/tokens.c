/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is it one of the tokens? Hashes are compared, all of each and all of them,
 * so that the time it takes tells nothing of what was nearly right.
 */
#include "base/hash.h"
#include "snapshot.h"

static unsigned differ(const unsigned char *a, const unsigned char *b)
{
    unsigned different = 0;

    for (size_t i = 0; i < 32; i++) {
        different |= (unsigned)(a[i] ^ b[i]);
    }
    return different;
}

unsigned wb_engine_scopes(const struct wb_engine *engine, const char *token,
                          size_t size)
{
    unsigned char hash[32];
    unsigned scopes = 0;

    hash_sha256(hash, view_of(token, size));
    for (size_t i = 0; i < engine->tokens.count; i++) {
        const struct token *one = &engine->tokens.items[i];
        unsigned same = differ(hash, one->hash) - 1u; /* all ones, or less */

        scopes |= one->scopes & (0u - (same >> 31));
    }
    return scopes;
}

int wb_engine_has_tokens(const struct wb_engine *engine)
{
    return engine->tokens.count > 0;
}
