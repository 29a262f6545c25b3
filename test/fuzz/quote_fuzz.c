/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a quote. The first byte says whether they are a token or the
 * payload of one that is signed here, so that what lies behind the signature
 * is read too; what is taken for a quote is whole, and is written back.
 */
#include <stdlib.h>

#include "base/codec.h"
#include "pricing/quote.h"

#include "fuzz.h"

#define HEADER "eyJhbGciOiJIUzI1NiIsImtpZCI6ImsxIn0."

static void check(bool right)
{
    if (!right) {
        abort();
    }
}

static struct view sign(const struct quote_key *key, struct view payload,
                        struct text *t)
{
    unsigned char mac[32];

    text_add(t, key->header);
    base64url_write(t, payload);
    hmac_sign(&key->hmac, text_view(t), mac);
    text_add_char(t, '.');
    base64url_write(t, view_of((const char *)mac, sizeof mac));
    return t->cut ? VIEW_NONE : text_view(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char scratch[QUOTE_MAX];
    char room[2 * QUOTE_MAX];
    char again[QUOTE_MAX];
    struct text t = text_in(room, sizeof room);
    struct text out = text_in(again, sizeof again);
    struct quote_key key = {.header = VIEW(HEADER), .signs = true};
    struct quote_keys keys = {&key, 1};
    struct quote quote = {0};
    struct view token =
        size ? view_of((const char *)data + 1, size - 1) : VIEW("");

    hash_start();
    hmac_key(&key.hmac, VIEW("0123456789abcdef0123456789abcdef"));
    if (size && data[0] & 1) {
        token = sign(&key, token, &t);
    }
    if (quote_read(&keys, token, INT64_C(1795245030000000), scratch, &quote) !=
        QUOTE_GOOD) {
        return 0;
    }
    check(quote.rate_count <= PRICE_OFFERS_MAX);
    check(quote.expires > 1795245030);
    quote_write(&keys, &quote, &out);
    check(out.size <= QUOTE_MAX);
    return 0;
}
