/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading half: the section `web-bot-auth` of weighbridge.yaml. Key
 * directories become one keyring; each signer becomes rules, so that labels
 * of signers are explained, priced and overridden as all others:
 *
 *   signers/NAME            signed by it: its name, organisation, category
 *   signed/NAME             ... and nothing else in the request contradicts
 *   signed/NAME-contradicted    the user agent names another organisation
 */
#ifndef WB_SIGNERS_LOAD_H
#define WB_SIGNERS_LOAD_H

#include "networks_load.h"

struct signers {
    struct signer *items;
    size_t count;
    unsigned char digest[32]; /* of what was read */
};

/* `section` may be NULL. */
bool signers_load(const struct node *section, struct view folder,
                  struct arena *arena, struct signers *out,
                  struct keyring *keyring, struct dated_lists *lists,
                  struct problems *problems);
/* The rules that name signers; before all packs, so that a name that is
 * proven outranks one that is only said. */
bool signers_name(const struct signers *signers, struct arena *arena,
                  struct rules *rules);
/* The rules that verify them; after all packs, whose organisations they
 * read. */
bool signers_verify(const struct signers *signers, struct arena *arena,
                    struct rules *rules);

#endif
