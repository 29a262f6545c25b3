/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading key directories: JWK sets (RFC 7517) as agents publish them below
 * /.well-known/http-message-signatures-directory, {"keys": [...]}, or a
 * card that holds one as {"jwks": {"keys": [...]}}. Ed25519 keys are taken
 * (RFC 8037), others passed over.
 */
#ifndef WB_REQUEST_KEY_DIRECTORY_LOAD_H
#define WB_REQUEST_KEY_DIRECTORY_LOAD_H

#include "base/problems.h"
#include "request/keyring.h"

#define KEY_DIRECTORY_MAX 1024        /* keys of one keyring */
#define KEY_DIRECTORY_BYTES (1 << 20) /* of one file */

struct key_list {
    struct signing_key items[KEY_DIRECTORY_MAX];
    size_t count;
};

enum key_directory_result {
    KEY_DIRECTORY_READ,
    KEY_DIRECTORY_REFUSED, /* problems were added */
    KEY_DIRECTORY_MISSING  /* there is no such file */
};

/* Adds the signer's keys. A directory without any that we can use is
 * refused. */
bool key_directory_text(struct key_list *list, const struct signer *signer,
                        struct view name, struct view text,
                        struct problems *problems);
/* The same of a file; *modified in microseconds since the epoch. */
enum key_directory_result key_directory_file(struct key_list *list,
                                             const struct signer *signer,
                                             const char *path,
                                             int64_t *modified,
                                             struct problems *problems);

#endif
