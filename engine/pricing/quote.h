/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quotes: a price that was told, signed, so that it holds for its time
 * whatever demand, rates and policy did meanwhile. A compact JWS (RFC 7515)
 * of at most QUOTE_MAX bytes:
 *
 *   {"alg":"HS256","kid":"k1"} . payload . signature
 *
 * The first key of a JWK set signs; all check. A token's header must be one
 * of the keys' own, byte for byte: no other algorithm is ever looked at.
 */
#ifndef WB_PRICING_QUOTE_H
#define WB_PRICING_QUOTE_H

#include "base/hash.h"
#include "pricing/price.h"

#define QUOTE_MAX 1024

enum quote_algorithm { QUOTE_HS256, QUOTE_EDDSA };

struct quote_key {
    struct view id;
    struct view header; /* encoded, with the point after it */
    enum quote_algorithm algorithm;
    bool signs; /* an Ed25519 key may be the public half only */
    struct hmac hmac;
    unsigned char public[32], secret[64];
};

struct quote_keys {
    struct quote_key *keys; /* the first that signs, signs */
    size_t count;
};

/* What was told, and to whom. Views of one that was read are into its
 * scratch. */
struct quote {
    struct view generation, site, host, method;
    struct view path; /* canonical; long ones are hashed */
    struct view route;
    uint64_t tier, units;
    bool counted;                     /* by volume: */
    uint64_t customer;                /* a hash of who, */
    uint64_t volume;                  /* and the rebate; 0: none */
    uint64_t multiplier;              /* 0: demand does not move it */
    uint64_t rates[PRICE_OFFERS_MAX]; /* packed, of the offers */
    size_t rate_count;                /* 0: not of a currency */
    struct amount amount;             /* atomic units of: */
    struct view asset, network, pay_to;
    int64_t issued, expires; /* seconds since the epoch */
};

/* Writes the token; nothing where it would be too long or no key signs. */
void quote_write(const struct quote_keys *keys, const struct quote *quote,
                 struct text *out);

enum quote_status { QUOTE_GOOD, QUOTE_INVALID, QUOTE_EXPIRED };
/* `scratch` holds QUOTE_MAX bytes. *out is written when it is GOOD. */
enum quote_status quote_read(const struct quote_keys *keys, struct view token,
                             int64_t now, char *scratch, struct quote *out);

/* A path as quotes have it: itself, or its hash when it is long. `room` holds
 * QUOTE_PATH bytes. */
#define QUOTE_PATH 128
struct view quote_path(struct view path, char *room);

#endif
