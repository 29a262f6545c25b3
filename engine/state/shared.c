/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared values, through whichever store there is. What must not wait is
 * done on the table that every store has in memory; a store of many nodes
 * tells what was counted there, and hears of the others, on its own thread.
 */
#include "state/shared.h"

#include "state/shared_table.h"

enum claim_status shared_act(struct store *store, struct shared_call *call)
{
    return store->ops->share(store, call);
}

uint64_t shared_count(struct store *store, enum shared_kind kind,
                      const unsigned char key[SHARED_KEY_SIZE], uint64_t n,
                      int64_t now, int64_t expires)
{
    return shared_table_count(store->ops->shared(store), kind, key, n, now,
                              expires);
}

bool shared_by_many(const struct store *store)
{
    return store->ops->lost != NULL;
}

bool shared_lost(const struct store *store)
{
    return store->ops->lost && store->ops->lost(store);
}

void shared_visit(struct store *store, enum shared_kind kind, int64_t now,
                  shared_visitor *visit, void *context)
{
    shared_table_visit(store->ops->shared(store), kind, now, visit, context);
}
