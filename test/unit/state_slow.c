/* SPDX-License-Identifier: Apache-2.0 */
/* A store that answers later: WAIT at once, then one wake with the answer
 * written; 32 callers with copies of one payment, one is let through. */
#include "store_slow.h"

#include <stdatomic.h>

#include "tap.h"

#define SECOND INT64_C(1000000)
#define NOW (INT64_C(1767225600) * SECOND)
#define CALLERS 32

struct caller {
    struct claim_call call;
    atomic_uint wakes;
};

static struct caller callers[CALLERS];

static void wake(void *arg)
{
    struct caller *caller = arg;

    atomic_fetch_add(&caller->wakes, 1);
}

int main(void)
{
    struct store *store =
        store_slow_open(store_memory_open(1000, 1000, NULL), 2);
    unsigned waits = 0, woken = 0, taken = 0, replayed = 0, early = 0;

    if (!ok(store != NULL, "it opens")) {
        return tap_end();
    }
    for (unsigned i = 0; i < CALLERS; i++) {
        struct claim_call *call = &callers[i].call;

        call->claim.now = NOW;
        call->claim.expires = NOW + SECOND;
        call->claim.decision[0] = (unsigned char)(i + 1);
        call->wake = wake;
        call->arg = &callers[i];
        waits += store->ops->claim(store, call) == CLAIM_WAIT;
    }
    early = atomic_load(&callers[CALLERS - 1].wakes);
    store->ops->close(store);
    for (unsigned i = 0; i < CALLERS; i++) {
        woken += atomic_load(&callers[i].wakes) == 1;
        taken += callers[i].call.answer.result == CLAIM_TAKEN;
        replayed += callers[i].call.answer.result == CLAIM_REPLAYED &&
                    callers[i].call.answer.decision[0] == 1;
    }
    is_number(waits, CALLERS, "every claim waits");
    is_number(early, 0, "the last is not answered at once");
    is_number(woken, CALLERS, "every caller is woken once");
    is_number(taken, 1, "one is let through");
    is_number(replayed, CALLERS - 1, "the others are told who was first");
    return tap_end();
}
