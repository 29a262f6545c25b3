/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small values and numbers that all nodes over one store share, and that
 * outlive what the store outlives: counts of a period, multipliers, lockouts,
 * nonces. They lie beside the claims, in the store that the configuration
 * names, each with an expiry.
 *
 *   (kind, key) ──► up to 48 bytes, or a number that is added to
 *
 * Each kind has a table and a bound of its own: none fills another's. Names
 * and definitions are the caller's to hash into the key.
 */
#ifndef WB_STATE_SHARED_H
#define WB_STATE_SHARED_H

#include <stddef.h>
#include <stdint.h>

#include "state/state.h"

#define SHARED_KEY_SIZE 32
#define SHARED_VALUE_MAX 48

/* kind, its name in files and stores (never changed), entries at most */
#define SHARED_KIND_LIST(X)                                                    \
    X(DEMAND, "demand", 65536)                                                 \
    X(QUOTE, "quote", 65536)                                                   \
    X(VOLUME, "volume", 262144)                                                \
    X(LOCKOUT, "lockout", 65536)                                               \
    X(NONCE, "nonce", 131072)

enum shared_kind {
#define SHARED_ENUM(kind, name, most) SHARED_##kind,
    SHARED_KIND_LIST(SHARED_ENUM)
#undef SHARED_ENUM
        SHARED_KINDS
};

enum shared_op {
    SHARED_GET,
    SHARED_PUT,     /* stands from now on */
    SHARED_PUT_NEW, /* only where nothing stands; tells what does */
    SHARED_SWAP,    /* only where `expected` stands; tells what does */
    SHARED_ADD,     /* to a number, which begins at 0; tells the sum */
    SHARED_DROP,
    SHARED_HEAR /* all lockouts: from here on this node knows the others' */
};

enum shared_result {
    SHARED_STANDS,     /* got, put, added or dropped */
    SHARED_ABSENT,     /* nothing stands there */
    SHARED_TAKEN,      /* PUT_NEW, SWAP: another stands, and is told */
    SHARED_FULL,       /* no room for one more of its kind */
    SHARED_UNAVAILABLE /* the store is lost: nothing is known */
};

/* One act under way; owned by the caller until the answer, as a claim_call
 * is. */
struct shared_call {
    enum shared_op op;
    enum shared_kind kind;
    unsigned char key[SHARED_KEY_SIZE];
    unsigned char value[SHARED_VALUE_MAX]; /* put; after: what stands */
    size_t value_size;
    unsigned char expected[SHARED_VALUE_MAX]; /* SWAP; of size 0: nothing */
    size_t expected_size;
    int64_t number; /* added; after: the sum */
    int64_t now;
    int64_t expires; /* ADD: of a new one; one that stands keeps its own */
    enum shared_result result;
    void (*wake)(void *arg); /* from the store's thread */
    void *arg;
    void *next; /* the store's */
};

/* Does it now (CLAIM_DONE), or later and then wakes (CLAIM_WAIT). What is
 * answered is kept as claims are. */
enum claim_status shared_act(struct store *store, struct shared_call *call);

/* Adds n (0 is fine: reads) to a number and tells the sum. For paths that
 * never wait: the other nodes' part is as it was heard last, some tenths of
 * a second ago, and is asked for by this; what is added here is told and
 * kept within a second. A number that found no room is 0. */
uint64_t shared_count(struct store *store, enum shared_kind kind,
                      const unsigned char key[SHARED_KEY_SIZE], uint64_t n,
                      int64_t now, int64_t expires);

/* Is it a store that other nodes use too? */
bool shared_by_many(const struct store *store);
/* Is it lost, so that what is counted here is heard by nobody else? */
bool shared_lost(const struct store *store);

/* Those of a kind that this node knows and that live at `now`; under a
 * lock, so the visitor does little. False from it ends the visit. */
typedef bool shared_visitor(void *context, const struct shared_call *found);
void shared_visit(struct store *store, enum shared_kind kind, int64_t now,
                  shared_visitor *visit, void *context);

#endif
