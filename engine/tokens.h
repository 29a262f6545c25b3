/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens of the admin API: who may do what. Only their hashes are kept.
 */
#ifndef WB_TOKENS_H
#define WB_TOKENS_H

#include <stddef.h>

#define TOKENS_MAX 64
#define TOKEN_MIN 16
#define TOKEN_MAX 256

struct token {
    unsigned char hash[32]; /* SHA-256 */
    unsigned scopes;        /* of enum wb_scope */
};

struct tokens {
    struct token *items;
    size_t count;
};

#endif
