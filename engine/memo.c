/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memos of a ruleset (classify/memo.h): as many as threads weigh at once,
 * made when requests are, lent for the rules of one decision. What
 * was weighed by one thread helps it with the next request, whoever holds
 * that; how many requests are in flight costs nothing.
 */
#include "memo.h"

/* Each thread asks for the memo that it had before, then for any. */
static unsigned own_number(void)
{
    static atomic_uint next;
    static _Thread_local unsigned mine;

    if (mine == 0) {
        mine = atomic_fetch_add_explicit(&next, 1, memory_order_relaxed) + 1;
    }
    return mine;
}

static bool add_memo(struct ruleset *set, size_t shares)
{
    struct memos *memos = set->memos;
    unsigned place = atomic_fetch_add(&memos->made, 1);
    struct memo *memo;

    if (place >= MEMOS_MAX) {
        atomic_fetch_sub(&memos->made, 1);
        return true;
    }
    memo = memo_new(set->program, shares);
    atomic_store(&memos->idle[place], memo);
    return memo != NULL;
}

bool memos_add(const struct wb_engine *engine)
{
    for (size_t i = 0; i < engine->ruleset_count; i++) {
        if (!add_memo(&engine->rulesets[i], engine->ruleset_count)) {
            return false;
        }
    }
    return true;
}

void memos_free(struct memos *memos)
{
    for (size_t i = 0; memos && i < MEMOS_MAX; i++) {
        memo_free(atomic_load(&memos->idle[i]));
    }
}

struct memo *memos_take(struct memos *memos, unsigned *place)
{
    unsigned made = atomic_load_explicit(&memos->made, memory_order_relaxed);
    unsigned own = own_number();
    struct memo *memo;

    made = made < MEMOS_MAX ? made : MEMOS_MAX;
    for (unsigned i = 0; i < made; i++) {
        *place = (own + i) % made;
        if (!atomic_load_explicit(&memos->idle[*place], memory_order_relaxed)) {
            continue;
        }
        memo = atomic_exchange_explicit(&memos->idle[*place], NULL,
                                        memory_order_acquire);
        if (memo) {
            return memo;
        }
    }
    return NULL;
}

void memos_give(struct memos *memos, unsigned place, struct memo *memo)
{
    if (memo) {
        atomic_store_explicit(&memos->idle[place], memo, memory_order_release);
    }
}
