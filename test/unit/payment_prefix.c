/* SPDX-License-Identifier: Apache-2.0 */
/* A header cut anywhere is malformed, and nothing is read beyond its end;
 * so is one with any byte changed to one that base64 does not have. */
#include "payment/payment.h"

#include "base/hash.h"
#include "guard.h"
#include "tap.h"

static struct guard in;
static struct arena *arena;

/* {"x402Version":1,"scheme":"barter","network":"x:1","payload":{"goats":3}} */
static const char value[] =
    "eyJ4NDAyVmVyc2lvbiI6MSwic2NoZW1lIjoiYmFydGVyIiwibmV0d29yayI6Ing6MSIsInBh"
    "eWxvYWQiOnsiZ29hdHMiOjN9fQ";

static bool malformed(struct view text)
{
    static struct request request;
    struct payment_settings settings;
    struct payment payment;

    payment_settings_default(&settings);
    request_clear(&request);
    request_add_header(&request, VIEW("X-Payment"), guard_view(&in, text));
    arena_reset(arena);
    payment_parse(&request, &settings, arena, &payment);
    return payment.malformed && payment.reason;
}

int main(void)
{
    size_t size = sizeof(value) - 1;
    size_t cut = 0, changed = 0;
    char copy[sizeof(value)];

    in = guard_new(4096);
    arena = arena_new_fixed(1 << 16);
    if (!arena || !hash_start()) {
        return 2;
    }
    ok(!malformed(view_of(value, size)), "whole");
    for (size_t i = 0; i < size; i++) {
        cut += malformed(view_of(value, i));
    }
    is_number(cut, size, "cut at every byte");
    for (size_t i = 0; i < size; i++) {
        memcpy(copy, value, sizeof(value));
        copy[i] = "-_ =\n\x80"[i % 6];
        changed += malformed(view_of(copy, size));
    }
    is_number(changed, size, "every byte changed");
    arena_free(arena);
    guard_free(&in);
    return tap_end();
}
