/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nonces: sets of eight entries, a nonce's set and its two marks chosen by
 * keyed hashes. Nothing that has not ended is put out: a nonce that was
 * forgotten could be used again. A full set is full until something in it
 * ends; only signatures of known keys come here, so that strangers cannot
 * fill it.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "state/state.h"

#define WAYS 8
#define LOCKS 64

struct nonce_entry {
    uint64_t mark[2]; /* 128 bits of it */
    uint64_t user;
    int64_t until; /* 0: empty */
};

struct nonce_lock {
    _Alignas(64) pthread_mutex_t lock;
    int64_t latest; /* time: a clock that goes back frees nothing */
};

struct nonces {
    unsigned char hash_key[2][16];
    size_t set_count;
    struct nonce_entry (*sets)[WAYS]; /* owned */
    struct nonce_lock locks[LOCKS];
};

struct nonces *nonces_new(size_t entries, const unsigned char hash_key[16])
{
    struct nonces *n;

    if (!hash_start()) {
        return NULL;
    }
    n = aligned_alloc(64, (sizeof(*n) + 63) / 64 * 64);
    if (!n) {
        return NULL;
    }
    memset(n, 0, sizeof(*n));
    for (int i = 0; i < 2; i++) {
        memcpy(n->hash_key[i], hash_key, 16);
        n->hash_key[i][0] ^= (unsigned char)(i + 1);
    }
    n->set_count = entries / WAYS + 1;
    n->sets = calloc(n->set_count, sizeof(*n->sets));
    if (!n->sets) {
        free(n);
        return NULL;
    }
    for (size_t i = 0; i < LOCKS; i++) {
        pthread_mutex_init(&n->locks[i].lock, NULL);
    }
    return n;
}

void nonces_free(struct nonces *n)
{
    if (!n) {
        return;
    }
    for (size_t i = 0; i < LOCKS; i++) {
        pthread_mutex_destroy(&n->locks[i].lock);
    }
    free(n->sets);
    free(n);
}

/* What is new but ends before `now` comes by a clock that is behind: it may
 * have been here, and been put out. */
static enum nonce_result claim(struct nonce_entry set[WAYS],
                               const struct nonce_entry *wanted, int64_t now)
{
    struct nonce_entry *room = NULL;

    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].until <= now) {
            room = &set[i];
        } else if (memcmp(set[i].mark, wanted->mark, sizeof(set[i].mark)) ==
                   0) {
            return set[i].user == wanted->user ? NONCE_AGAIN : NONCE_OTHERS;
        }
    }
    if (!room || wanted->until <= now) {
        return NONCE_FULL;
    }
    *room = *wanted;
    return NONCE_TAKEN;
}

enum nonce_result nonces_claim(struct nonces *n, struct view nonce,
                               uint64_t user, int64_t until, int64_t now)
{
    struct nonce_entry wanted = {
        {hash_sip(n->hash_key[0], nonce), hash_sip(n->hash_key[1], nonce)},
        user,
        until};
    size_t at = (size_t)(wanted.mark[0] % n->set_count);
    struct nonce_lock *lock = &n->locks[at % LOCKS];
    enum nonce_result result;

    pthread_mutex_lock(&lock->lock);
    if (now > lock->latest) {
        lock->latest = now;
    }
    result = claim(n->sets[at], &wanted, lock->latest);
    pthread_mutex_unlock(&lock->lock);
    return result;
}
