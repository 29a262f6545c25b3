/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What fuzzers of payment protocols have in common: a request of a few
 * headers, parsed and judged, and what must hold whatever they said.
 */
#ifndef WB_TEST_FUZZ_PAYMENT_H
#define WB_TEST_FUZZ_PAYMENT_H

#include "base/hash.h"
#include "payment/payment.h"

#include "fuzz.h"

#define PAYMENT_INPUT_MAX ((size_t)16 << 10)
#define PAYMENT_NOW INT64_C(1767225600000000)

/* base64, or base64url without padding; room for 4/3 and 4 more. */
static inline struct view payment_encode(struct view text, bool url, char *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789";
    const unsigned char *in = (const unsigned char *)text.at;
    size_t n = 0;

    for (size_t i = 0; i < text.size; i += 3) {
        size_t left = text.size - i;
        unsigned bits = (unsigned)in[i] << 16 |
                        (left > 1 ? (unsigned)in[i + 1] << 8 : 0) |
                        (left > 2 ? in[i + 2] : 0);

        for (size_t j = 0; j < 4; j++) {
            unsigned digit = bits >> (18 - 6 * j) & 63;

            if (j <= left) {
                out[n++] = digit < 62 ? letters[digit]
                           : url      ? "-_"[digit - 62]
                                      : "+/"[digit - 62];
            } else if (!url) {
                out[n++] = '=';
            }
        }
    }
    return view_of(out, n);
}

static inline void payment_judge_all(const struct payment *payment,
                                     const struct payment_settings *settings)
{
    struct payment_slots slots;
    struct offer offer = {VIEW("eip155:84532"),
                          VIEW("0x036CbD53842c5426634e7929541eC2318f3dCF7e"),
                          VIEW("0x209693Bc6afc0C5328bA36FaF03C514EF312287C"),
                          {{10000, 0, 0, 0}},
                          6,
                          NULL};

    for (unsigned i = 0; i < 4; i++) {
        struct judgement j =
            payment_judge(payment, settings, &offer, i % 2, i > 1, PAYMENT_NOW);

        must((payment->protocol == PROTOCOL_NONE) == (j.state == PAYMENT_NONE));
        must(payment->malformed == (j.state == PAYMENT_MALFORMED));
        must(payment->malformed == (payment->reason != NULL));
        must(j.state != PAYMENT_SOUND || !payment->reusable);
        must(j.state != PAYMENT_REUSABLE || payment->reusable);
        must(i % 2 || j.state == PAYMENT_NONE || payment->malformed ||
             j.state == PAYMENT_UNNEEDED);
    }
    must(payment_claim_expiry(payment, settings, PAYMENT_NOW) > PAYMENT_NOW);
    payment_fill_slots(payment, &slots);
    must(slots.filled == !payment->unknown);
}

/* The headers once more, in a workspace of their own: the same payment. In a
 * small one it may be malformed, and nothing worse. */
static inline void payment_check(struct request *request)
{
    static struct arena *large, *again, *little;
    struct payment_settings settings;
    struct payment one, other;

    if (!large) {
        large = arena_new_fixed((size_t)512 << 10);
        again = arena_new_fixed((size_t)512 << 10);
        little = arena_new_fixed(700);
        must(large && again && little && hash_start());
    }
    payment_settings_default(&settings);
    settings.max_header_bytes = 4 * PAYMENT_INPUT_MAX;
    arena_reset(large);
    arena_reset(again);
    arena_reset(little);
    payment_parse(request, &settings, large, &one);
    payment_judge_all(&one, &settings);
    payment_parse(request, &settings, again, &other);
    must(one.protocol == other.protocol && one.malformed == other.malformed);
    must(!memcmp(one.identity, other.identity, sizeof(one.identity)));
    must(!memcmp(one.content, other.content, sizeof(one.content)));
    payment_parse(request, &settings, little, &other);
    must(other.protocol != PROTOCOL_NONE || one.protocol == PROTOCOL_NONE);
    must(!one.malformed || other.malformed);
}

/* A request of one header. */
static inline void payment_check_one(struct view name, struct view value)
{
    static struct request request;

    request_clear(&request);
    must(request_add_header(&request, name, value));
    payment_check(&request);
}

#endif
