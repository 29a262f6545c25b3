/* SPDX-License-Identifier: Apache-2.0 */
/*
 * State: what outlives a request and a reload. Claims (which payments have
 * been let through) and rates. One interface for claims, stores behind it:
 * a store answers at once (CLAIM_DONE) or later (CLAIM_WAIT, then its thread
 * calls wake once). All times are the caller's, microseconds since the
 * epoch; a clock that goes back is held at the latest time seen.
 *
 *   identity ──► two slots: proven | unproven
 *   payment-identifier ──► content hash      (inserted as one act with it)
 *
 * Thread-safe throughout.
 */
#ifndef WB_STATE_STATE_H
#define WB_STATE_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/view.h"
#include "request/address.h"
#include "state/outcome.h"

enum claim_status { CLAIM_DONE, CLAIM_WAIT };

enum claim_result {
    CLAIM_TAKEN,       /* ours: let it through */
    CLAIM_REPLAYED,    /* identity claimed already */
    CLAIM_REPEATED,    /* same payment-identifier and content */
    CLAIM_CONFLICTING, /* same payment-identifier, other content */
    CLAIM_AGAIN,       /* ours, asked a second time: let it through */
    CLAIM_LOCKED_OUT,  /* the payer is; answer.expires: until when */
    CLAIM_FULL,        /* no room, or a network's quota: 429 claims_full */
    CLAIM_UNAVAILABLE  /* lost, or it cannot know: 429 claims_unavailable */
};

struct claim {
    unsigned char identity[32];
    unsigned char content[32];
    bool has_identifier;
    unsigned char identifier[32]; /* hash of site and payment-identifier */
    bool proven;
    bool has_payer;
    unsigned char payer[CLAIM_PAYER]; /* who signed; only if proven */
    uint64_t amount;                  /* price, atomic units, at most so */
    unsigned char decision[16];
    int64_t now;
    int64_t expires;
    int64_t longest; /* no claim of this payment lives longer once taken */
    bool has_ask;
    unsigned char ask[16]; /* hash of a proxy-made request id and what it
                            * came with; zero: none */
    bool client_known;
    struct address client; /* quota of unproven claims by neighbourhood */
};

struct claim_answer {
    enum claim_result result;
    int64_t claimed_at; /* of the claim that stands */
    int64_t expires;
    unsigned char decision[16]; /* of the claim that stands */
    bool alone; /* by this node only: what others claimed is not known */
};

/* An allow is given again for the same ask this long. */
#define CLAIM_AGAIN_WITHIN INT64_C(10000000)

/* A claim that a store put out to make room for another. */
struct claim_evicted {
    bool there;
    unsigned char key[32];
    unsigned char decision[16];
    int64_t expires;
};

/* One claim under way; owned by the caller, who keeps it until the answer
 * (CLAIM_DONE) or until wake was called. A store writes answer before it
 * calls wake, from a thread of its own. */
struct claim_call {
    struct claim claim;
    struct claim_answer answer;
    void (*wake)(void *arg);
    void *arg;
    /* the store's: */
    void *next;
    bool held;   /* its own table took it */
    bool stands; /* its own table refused it for the rival, in `answer` */
    unsigned char rival[16]; /* the decision whose claim that table has */
    struct claim_evicted evicted_identity, evicted_identifier;
};

/* A claim store. */
struct store;
struct store_stats {
    uint64_t claims_proven, claims_unproven; /* held now */
    uint64_t capacity_proven, capacity_unproven;
    uint64_t taken, refused, full; /* since the start */
    uint64_t evicted;              /* forgotten while they were valid */
    /* of a store that is shared: */
    bool shared;
    bool up;            /* it answers, and holds what was claimed */
    bool unfit;         /* it may drop claims at any time: not ready */
    bool decides_alone; /* on-store-failure: local */
    uint64_t alone;     /* taken without it */
    uint64_t withdrawn; /* not answered in time */
    uint64_t losses;    /* of the connection */
    char trouble[320];  /* for people; "": none */
};
struct shared_call;
struct store_ops {
    const char *name;
    enum claim_status (*claim)(struct store *store, struct claim_call *call);
    /* outcome.h: */
    enum claim_status (*outcome)(struct store *store,
                                 struct outcome_call *call);
    void (*close)(struct store *store);
    void (*stats)(struct store *store, struct store_stats *out);
    /* shared.h: */
    enum claim_status (*share)(struct store *store, struct shared_call *call);
    struct shared_table *(*shared)(struct store *store); /* as known here */
    /* Can the other nodes not be heard now? NULL: there are none. */
    bool (*lost)(const struct store *store);
};
/* Every store begins with this. */
struct store {
    const struct store_ops *ops;
};

/* The bounded in-memory store; at least `capacity` entries of each kind (a
 * little more where they are many, for they are spread over shards). It
 * answers at once and allocates only here. hash_key NULL: a random one, as a
 * server needs; replay gives a fixed one. NULL when out of memory. */
struct store *store_memory_open(size_t capacity_proven,
                                size_t capacity_unproven,
                                const unsigned char *hash_key);

/* The durable store: a table in memory decides, and a claim is answered
 * (always later, CLAIM_WAIT) when it is in a database of LMDB. */
struct problems;
struct store_lmdb_settings {
    const char *path; /* a folder; made if it is not there */
    bool power;       /* survives a loss of power; else kill -9 only */
    size_t capacity_proven, capacity_unproven;
    size_t map_bytes; /* the file grows no larger; 0: by capacity */
    const unsigned char *hash_key;
};
enum store_opened { STORE_OPENED, STORE_REFUSED, STORE_NO_MEMORY };
bool store_lmdb_available(void);
/* Fills with what the file holds. STORE_REFUSED: `problems` (may be NULL)
 * says why. *out is written when opened only. The file belongs to this store
 * alone; another that opens it, here or elsewhere, is refused. */
enum store_opened store_lmdb_open(const struct store_lmdb_settings *settings,
                                  struct problems *problems,
                                  struct store **out);

/* The shared store: a server of the Redis protocol (7.0 or later), that many
 * nodes claim in. Own grants are kept in memory too and asked first. */
struct store_valkey_settings {
    const char *address;             /* HOST:PORT, [IPv6]:PORT or unix:PATH */
    const char *username, *password; /* or NULL */
    const char *prefix;              /* of all keys; at most 63 bytes */
    int64_t database;
    int64_t answer_within;  /* microseconds; a later answer is withdrawn */
    bool local;             /* when it is lost: decide alone; else refuse */
    bool trust_persistence; /* a server started again has all its claims */
    size_t capacity_proven, capacity_unproven; /* of this node */
    const unsigned char *hash_key;
};
bool store_valkey_available(void);
/* Also when the server does not answer: it is tried again. NULL when out of
 * memory or threads. */
struct store *store_valkey_open(const struct store_valkey_settings *settings);

/* Rates: sharded tables of fixed size; two weighted buckets per key. */
struct rates;
struct rates *rates_new(size_t entries, const unsigned char hash_key[16]);
void rates_free(struct rates *rates);
/* Counts n events, one or none, of `key` (a keyed hash, made one with the
 * rate's name) and returns the weighted count of the last `window`, these
 * included. `client`, NULL if it is not known: whose network's share of the
 * table it is. */
uint64_t rates_count(struct rates *rates, uint64_t key, uint32_t n,
                     const struct address *client, int64_t window, int64_t now);

/* Nonces of signed requests, and signatures that have none: each is claimed
 * by the request that brought it first, until it ends. A bounded table of
 * 32 bytes an entry. */
struct nonces;
enum nonce_result {
    NONCE_TAKEN,  /* ours */
    NONCE_AGAIN,  /* the same request brought it before */
    NONCE_OTHERS, /* another did: a replay */
    NONCE_FULL    /* it cannot be told: no room until some end, or its own end
                     is before the latest time */
};
struct nonces *nonces_new(size_t entries, const unsigned char hash_key[16]);
void nonces_free(struct nonces *nonces);
/* `nonce` names it and its key, `user` whoever may bring it again. */
enum nonce_result nonces_claim(struct nonces *nonces, struct view nonce,
                               uint64_t user, int64_t until, int64_t now);

#endif
