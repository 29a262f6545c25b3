/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asked twice, counted once: an ask is told again by the id that the proxy
 * made for it, with the same method, host, target and client, within ten
 * seconds. Never by its bytes: equal bytes are what a replay is, and what a
 * flood is that rates must count.
 */
#include "base/hash.h"
#include "steps.h"

/* Every part with its length, so that none runs into the next. */
static void hash_ask(const struct wb_request *r, unsigned char out[16])
{
    const struct view parts[] = {r->proxy_id, r->facts.method, r->facts.host,
                                 r->facts.target, r->facts.client_ip};
    unsigned char digest[32];
    struct sha256 hash;
    sha256_start(&hash);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        uint64_t size = parts[i].size;
        sha256_add(&hash, view_of((const char *)&size, sizeof size));
        sha256_add(&hash, parts[i]);
    }
    sha256_end(&hash, digest);
    memcpy(out, digest, 16);
}

void decision_ask(struct wb_request *r)
{
    if (r->proxy_id.size == 0) {
        return;
    }
    hash_ask(r, r->ask);
    r->again =
        r->state &&
        nonces_claim(r->state->asks, view_of((const char *)r->ask, 16), 0,
                     r->facts.time > INT64_MAX - CLAIM_AGAIN_WITHIN
                         ? INT64_MAX
                         : r->facts.time + CLAIM_AGAIN_WITHIN,
                     r->facts.time) == NONCE_AGAIN;
}
