/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guard's names: what we inject, under any profile, what only a gate or
 * a WAF may say, and the headers that carry payments.
 */
#include "guarded_load.h"

#include "decision.h"

struct guard *guarded_names(struct arena *arena)
{
    struct guard *guard = guard_new(arena);
    bool good = guard != NULL;
    for (size_t i = 0; good && injected_headers[i]; i++) {
        good = guard_add(guard, injected_headers[i], GUARD_NEVER);
    }
    for (size_t i = 0; good && payment_guarded_headers[i]; i++) {
        good = guard_add(guard, payment_guarded_headers[i], GUARD_NEVER);
    }
    for (size_t i = 0; good && payment_headers[i]; i++) {
        good = guard_add(guard, payment_headers[i], GUARD_SPELLED);
    }
    good = good && guard_add(guard, "X-Weighbridge-Proof", GUARD_NEVER) &&
           guard_add(guard, "x-x402-", GUARD_NEVER_PREFIX) &&
           guard_add(guard, "x-amzn-waf-", GUARD_NEVER_PREFIX) &&
           guard_close(guard);
    return good ? guard : NULL;
}
