/* SPDX-License-Identifier: Apache-2.0 */
/* Nonces: whoever brings one first, and that none is forgotten early. */
#include "state/state.h"

#include "tap.h"

#define SECOND INT64_C(1000000)
#define START (SECOND * 1000)

static const unsigned char hash_key[16] = "a fixed test key";

static enum nonce_result claim(struct nonces *nonces, uint64_t name,
                               uint64_t user, int64_t until, int64_t now)
{
    return nonces_claim(nonces, view_of((const char *)&name, sizeof name), user,
                        until, now);
}

static void turns(void)
{
    struct nonces *n = nonces_new(1000, hash_key);

    ok(claim(n, 1, 7, START + SECOND, START) == NONCE_TAKEN, "the first");
    ok(claim(n, 1, 7, START + SECOND, START) == NONCE_AGAIN, "himself again");
    ok(claim(n, 1, 8, START + SECOND, START) == NONCE_OTHERS, "another");
    ok(claim(n, 2, 8, START + SECOND, START) == NONCE_TAKEN, "another nonce");
    ok(claim(n, 1, 8, START + 9, START + SECOND - 1) == NONCE_OTHERS,
       "to its end");
    ok(claim(n, 3, 8, START + 9 * SECOND, START + SECOND) == NONCE_TAKEN,
       "time goes on");
    ok(claim(n, 3, 9, START + 9 * SECOND, START) == NONCE_OTHERS,
       "a clock that goes back frees nothing");
    nonces_free(n);
    nonces_free(NULL);
}

/* One set, so that all of it sees the clock that goes back: what has ended
 * may have been put out, and is not believed to be new. */
static void gone_back(void)
{
    struct nonces *n = nonces_new(1, hash_key);
    int64_t hour = 3600 * SECOND;

    ok(claim(n, 1, 7, START + SECOND, START) == NONCE_TAKEN, "a nonce");
    claim(n, 2, 7, START + hour + SECOND, START + hour);
    ok(claim(n, 1, 8, START + SECOND, START) == NONCE_FULL,
       "that has ended, by a clock that went back");
    ok(claim(n, 3, 7, START + 2 * hour, START) == NONCE_TAKEN &&
           claim(n, 3, 8, START + 2 * hour, START) == NONCE_OTHERS,
       "one that has not is kept");
    ok(claim(n, 4, 7, INT64_MAX, INT64_MIN) == NONCE_TAKEN &&
           claim(n, 4, 8, INT64_MAX, INT64_MIN) == NONCE_OTHERS,
       "by any clock");
    nonces_free(n);
}

static void filled(void)
{
    struct nonces *n = nonces_new(64, hash_key);
    size_t taken = 0, full = 0, kept = 0;

    for (uint64_t i = 0; i < 1000; i++) {
        enum nonce_result result = claim(n, i, 1, START + SECOND, START);

        taken += result == NONCE_TAKEN;
        full += result == NONCE_FULL;
    }
    ok(taken >= 64 && taken <= 72 && taken + full == 1000,
       "as many as there is room for, none put out");
    for (uint64_t i = 0; i < 1000; i++) {
        kept += claim(n, i, 2, START + SECOND, START) == NONCE_OTHERS;
    }
    is_number(kept, taken, "all of them are kept");
    ok(claim(n, 5000, 1, START + 2 * SECOND, START + SECOND) == NONCE_TAKEN,
       "once they have ended there is room");
    nonces_free(n);
}

int main(void)
{
    turns();
    gone_back();
    filled();
    return tap_end();
}
