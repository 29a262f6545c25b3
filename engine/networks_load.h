/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading half: the section `networks` of weighbridge.yaml. Databases are
 * opened, address sets read; what is stale is for each decision's time to
 * tell, for no clock is read here.
 */
#ifndef WB_NETWORKS_LOAD_H
#define WB_NETWORKS_LOAD_H

#include "classify/rules_load.h"
#include "snapshot.h"

struct networks {
    const struct named_set *sets;
    const struct place *set_places;
    size_t set_count;
    unsigned char digest[32]; /* of what was read */
};

/* Small letters, digits and '-': names of sets and signers. */
bool networks_name_is_good(struct view name);
/* The time of `date` of the map: "2026-11-01" is its first moment, a time in
 * RFC 3339 itself. */
bool networks_date(const struct node *map, struct view date, int64_t *out,
                   struct problems *problems);
int64_t networks_fresh_until(int64_t date, int64_t max_age);
/* `section` may be NULL. *databases is the caller's to close
 * (databases_close), also after an error. */
bool networks_load(const struct node *section, struct view folder,
                   struct arena *arena, struct networks *out,
                   struct databases *databases, struct dated_lists *lists,
                   struct problems *problems);
/* Warns of sets that no rule and no tier of the engine asks for. */
void networks_warn_idle(const struct networks *networks,
                        const struct wb_engine *engine,
                        struct problems *problems);

#endif
