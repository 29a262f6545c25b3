/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the parts of the valkey store: callers (store_valkey.c), the thread
 * that talks to the server (valkey_thread.c, valkey_talk.h) and what is
 * said (valkey_words.c, valkey_values.c, valkey_scripts.c).
 *
 *   claim ──► own grants, in memory ──► queue ──► thread ──► server
 *                      ▲                             │
 *                      └──── kept, or withdrawn ◄────┴──► wake
 */
#ifndef WB_STATE_VALKEY_H
#define WB_STATE_VALKEY_H

#include <pthread.h>
#include <stdatomic.h>

#include "state/redis_link.h"
#include "state/shared_table.h"
#include "state/store_memory.h"

#define VALKEY_PREFIX_MAX 64
#define VALKEY_TROUBLE_MAX 192

struct store_valkey {
    struct store store;  /* first */
    struct store *table; /* owned; own grants, and what decides alone */
    struct redis_link_settings link_settings; /* texts owned */
    char prefix[VALKEY_PREFIX_MAX];
    int64_t answer_within; /* microseconds */
    bool local;            /* on-store-failure: local */
    bool trusted;          /* trust-persistence */

    pthread_t thread;
    bool running;
    int wake_fd; /* eventfd: something came into the queue */

    pthread_mutex_t lock;
    pthread_cond_t tried; /* the first connection was, well or not */
    struct claim_call *first_claim, *last_claim;       /* under lock */
    struct outcome_call *first_outcome, *last_outcome; /* under lock */
    struct shared_call *first_share, *last_share;      /* under lock */
    bool closing, first_try_over;                      /* under lock */
    char trouble[VALKEY_TROUBLE_MAX]; /* why it is lost; under lock */

    atomic_bool up;
    atomic_bool evicting; /* its policy may drop claims */
    /* Claims from before this time (wall clock) may have been lost; 0: none.
     */
    _Atomic int64_t lost_before;
    atomic_uint_least64_t alone, withdrawn, losses;
};

/* ---- valkey_scripts.c ---- */

enum valkey_script {
    SCRIPT_CLAIM,
    SCRIPT_WITHDRAW,
    SCRIPT_OUTCOME,
    SCRIPT_PUSH,
    SCRIPT_LOCK,
    SCRIPT_LIFT,
    SCRIPT_LOCKOUTS,
    SCRIPTS
};
extern const char *const valkey_scripts[SCRIPTS];

/* As SCRIPT LOAD answered. */
struct valkey_digests {
    char of[SCRIPTS][40];
};
static inline struct view valkey_digest(const struct valkey_digests *digests,
                                        enum valkey_script script)
{
    return view_of(digests->of[script], sizeof(digests->of[script]));
}

/* ---- valkey_words.c ---- */

#define VALKEY_RECORD_SIZE 117
#define VALKEY_KEY_MAX (VALKEY_PREFIX_MAX + 16 + 32)

/* Keys of one claim: its decision's; the slot that it wants and the other
 * one, of its identity and of its payment-identifier. */
struct valkey_keys {
    char room[5][VALKEY_KEY_MAX];
    struct view key[5];
    size_t count;
};
void valkey_claim_keys(struct valkey_keys *keys, const char *prefix,
                       const struct claim *claim);
struct view valkey_half_key(char room[VALKEY_KEY_MAX], const char *prefix,
                            bool identifier, bool proven,
                            const unsigned char key[32]);
struct view valkey_decision_key(char room[VALKEY_KEY_MAX], const char *prefix,
                                const unsigned char decision[16]);
struct view valkey_shared_key(char room[VALKEY_KEY_MAX], const char *prefix,
                              enum shared_kind kind,
                              const unsigned char key[SHARED_KEY_SIZE]);
/* Milliseconds until it may go; never too few. */
struct view valkey_put_ttl(char room[24], int64_t expires, int64_t now);
bool valkey_put_claim(struct redis_link *link,
                      const struct valkey_digests *digests, const char *prefix,
                      const struct claim_call *call);
bool valkey_put_withdraw(struct redis_link *link,
                         const struct valkey_digests *digests,
                         const struct valkey_keys *keys,
                         const unsigned char decision[16]);
/* Answered with 1 when it was released. */
bool valkey_put_half(struct redis_link *link,
                     const struct valkey_digests *digests, const char *prefix,
                     const struct claim_half_kept *half, int64_t now);
bool valkey_put_outcome(struct redis_link *link,
                        const struct valkey_digests *digests,
                        const char *prefix, const struct outcome_call *call);

/* What the server says is believed only in the form that was asked for.
 * False: it is no answer to this, and so may no later one be. An error is
 * one where errors are. */
bool valkey_read_claim(const struct redis_reply *reply,
                       struct claim_call *call);
bool valkey_read_outcome(const struct redis_reply *reply,
                         struct outcome_call *call);

/* ---- valkey_values.c ---- */

/* Commands of one act; returns how many replies come, of which the first
 * tells; 0: broken. */
unsigned valkey_put_shared(struct redis_link *link,
                           const struct valkey_digests *digests,
                           const char *prefix, const struct shared_call *call);
bool valkey_read_shared(const struct redis_reply *reply,
                        struct shared_call *call);
/* Of SHARED_HEAR's answer: how many there are, and each. */
#define VALKEY_LOCKOUTS_MOST 16384
size_t valkey_lockouts(struct view text);
struct shared_record valkey_lockout(struct view text, size_t number,
                                    int64_t now);

/* ---- valkey_thread.c ---- */

void *valkey_run(void *store);

/* ---- store_valkey.c, for the thread ---- */

/* The store will not answer: refused, or decided alone. */
void valkey_answer_alone(struct store_valkey *s, struct claim_call *call);
/* The server answered, and call->answer is filled with it. False: what it
 * took is to be withdrawn, and call->answer says why. */
bool valkey_answered(struct store_valkey *s, struct claim_call *call);

#endif
