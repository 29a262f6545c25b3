/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The durable claim store. The store in memory decides; what it took is
 * written by one thread, in one transaction for all that came while the last
 * one was written, and answered after the commit. What cannot be written is
 * taken back and answered CLAIM_UNAVAILABLE.
 *
 *   claim ──► table in memory ──► queue ──► writer: commit ──► wake
 *                  ▲                              │
 *                  └── at start ── claim file ◄───┘
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/hash.h"
#include "base/problems.h"
#include "state/claim_file.h"

#define KEEP_WITHIN 1 /* seconds */
#define KEEP_MOST 64
#define MAP_LEAST ((size_t)64 << 20)
#define MAP_PER_CLAIM 1024 /* four times what one takes */

struct store_lmdb {
    struct store store;      /* first */
    struct store *table;     /* owned; decides */
    struct claim_file *file; /* owned; the writer's alone, once it runs */
    int64_t latest;          /* time; the writer's too */
    bool running;
    pthread_t writer;
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    struct claim_call *first, *last; /* under lock, linked by next */
    struct outcome_call *outcomes, *last_outcome; /* the same */
    struct shared_call *shares, *last_share;      /* the same */
    bool closing;                                 /* under lock */
};

#ifdef WITH_LMDB

bool store_lmdb_available(void)
{
    return true;
}

/* ---- writing ---- */

static void queue(struct store_lmdb *s, struct claim_call *call)
{
    bool idle;

    call->next = NULL;
    pthread_mutex_lock(&s->lock);
    idle = !s->first;
    if (idle) {
        s->first = call;
    } else {
        s->last->next = call;
    }
    s->last = call;
    pthread_mutex_unlock(&s->lock);
    if (idle) {
        pthread_cond_signal(&s->arrived);
    }
}

/* One that was asked again waited for the commit of the first; if that
 * failed, the first went, and this one may be the claim. */
static bool ask_again(struct store_lmdb *s, struct claim_call *call)
{
    s->table->ops->claim(s->table, call);
    call->held = call->answer.result == CLAIM_TAKEN;
    if (call->held) {
        queue(s, call);
    }
    return call->held;
}

static void answer_batch(struct store_lmdb *s, struct claim_call *call,
                         bool written)
{
    while (call) {
        struct claim_call *next = call->next;
        bool queued = !call->held && ask_again(s, call);

        if (call->held && !queued && !written) {
            store_memory_withdraw(s->table, &call->claim);
            call->answer.result = CLAIM_UNAVAILABLE;
        }
        if (!queued) {
            call->wake(call->arg); /* the call is the caller's again */
        }
        call = next;
    }
}

static void answer_outcomes(struct outcome_call *call, bool written)
{
    while (call) {
        struct outcome_call *next = call->next;

        if (!written) {
            call->result = OUTCOME_UNAVAILABLE;
        }
        call->wake(call->arg); /* after it the call is the caller's again */
        call = next;
    }
}

static void answer_shares(struct shared_call *call, bool written)
{
    while (call) {
        struct shared_call *next = call->next;

        if (!written) {
            call->result = SHARED_UNAVAILABLE;
        }
        call->wake(call->arg); /* after it the call is the caller's again */
        call = next;
    }
}

struct batch {
    struct claim_call *claims;
    struct outcome_call *outcomes;
    struct shared_call *shares;
    bool last; /* the store is closed, and nothing more waits */
};

/* All that waits, or nothing after a second: what was counted meanwhile is
 * to be kept then. */
static struct batch take_batch(struct store_lmdb *s)
{
    struct batch batch;
    struct timespec until;
    int error = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += KEEP_WITHIN;
    pthread_mutex_lock(&s->lock);
    while (!s->first && !s->outcomes && !s->shares && !s->closing &&
           error == 0) {
        error = pthread_cond_timedwait(&s->arrived, &s->lock, &until);
    }
    batch =
        (struct batch){s->first, s->outcomes, s->shares,
                       s->closing && !s->first && !s->outcomes && !s->shares};
    s->first = NULL;
    s->outcomes = NULL;
    s->shares = NULL;
    pthread_mutex_unlock(&s->lock);
    return batch;
}

/* Keeps what shared values changed; false when that failed, and it is tried
 * again. */
static bool keep_shared(struct store_lmdb *s)
{
    struct shared_table *table = s->table->ops->shared(s->table);
    struct shared_record records[KEEP_MOST];
    bool written = true;
    size_t n;

    do {
        n = shared_table_take(table, records, KEEP_MOST);
        written = n == 0 || claim_file_keep(s->file, records, n) == 0;
        for (size_t i = 0; i < n; i++) {
            if (!written) {
                shared_table_untake(table, &records[i]);
            } else if (records[i].changed > s->latest) {
                s->latest = records[i].changed;
            }
        }
    } while (n == KEEP_MOST && written);
    return written;
}

static void write_claims(struct store_lmdb *s, struct claim_call *first)
{
    for (const struct claim_call *call = first; call; call = call->next) {
        if (call->answer.claimed_at > s->latest) {
            s->latest = call->answer.claimed_at;
        }
    }
    claim_file_drop(s->file, s->latest);
    answer_batch(s, first, claim_file_write(s->file, first) == 0);
}

/* Claims first: what is told of one came after its answer. */
static void *write_all(void *arg)
{
    struct store_lmdb *s = arg;
    struct batch batch;
    struct timespec kept = {0}, now;

    do {
        batch = take_batch(s);
        if (batch.claims) {
            write_claims(s, batch.claims);
        }
        if (batch.outcomes) {
            answer_outcomes(batch.outcomes,
                            claim_file_settle(s->file, batch.outcomes) == 0);
        }
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (batch.shares || batch.last || now.tv_sec > kept.tv_sec) {
            kept = now;
            answer_shares(batch.shares, keep_shared(s));
        }
    } while (!batch.last);
    return NULL;
}

static enum claim_status lmdb_claim(struct store *store,
                                    struct claim_call *call)
{
    struct store_lmdb *s = (struct store_lmdb *)store;

    s->table->ops->claim(s->table, call);
    call->held = call->answer.result == CLAIM_TAKEN;
    if (!call->held && call->answer.result != CLAIM_AGAIN) {
        return CLAIM_DONE;
    }
    queue(s, call);
    return CLAIM_WAIT;
}

static enum claim_status lmdb_outcome(struct store *store,
                                      struct outcome_call *call)
{
    struct store_lmdb *s = (struct store_lmdb *)store;

    s->table->ops->outcome(s->table, call);
    if (call->result != OUTCOME_DONE) {
        return CLAIM_DONE;
    }
    call->next = NULL;
    pthread_mutex_lock(&s->lock);
    if (s->outcomes) {
        s->last_outcome->next = call;
    } else {
        s->outcomes = call;
    }
    s->last_outcome = call;
    pthread_cond_signal(&s->arrived);
    pthread_mutex_unlock(&s->lock);
    return CLAIM_WAIT;
}

/* ---- opening and closing ---- */

/* Capacities that hold what is there. */
struct census {
    size_t proven[2], unproven[2]; /* identities, identifiers */
};

static void count_none(void *context, const struct shared_record *record)
{
    (void)context, (void)record;
}

static void restore_shared(void *context, const struct shared_record *record)
{
    struct store *table = context;

    if (record->kind < SHARED_KINDS) { /* a later version's is left alone */
        shared_table_restore(table->ops->shared(table), record);
    }
}

static bool count_half(void *context, const struct claim_half_kept *half)
{
    struct census *census = context;

    (half->proven ? census->proven : census->unproven)[half->identifier]++;
    return true;
}

static bool restore_half(void *context, const struct claim_half_kept *half)
{
    return store_memory_restore(context, half);
}

static size_t largest(size_t capacity, const size_t count[2])
{
    size_t most = count[0] > count[1] ? count[0] : count[1];

    return most > capacity ? most : capacity;
}

static int fill(struct store_lmdb *s,
                const struct store_lmdb_settings *settings)
{
    struct census census = {{0}, {0}};
    int error = claim_file_visit(
        s->file, &(struct claim_file_visitor){count_half, count_none, &census});

    if (error != 0) {
        return error;
    }
    s->table =
        store_memory_open(largest(settings->capacity_proven, census.proven),
                          largest(settings->capacity_unproven, census.unproven),
                          settings->hash_key);
    if (!s->table) {
        return ENOMEM;
    }
    store_memory_forget(s->table, claim_file_forgotten(s->file));
    return claim_file_visit(
        s->file,
        &(struct claim_file_visitor){restore_half, restore_shared, s->table});
}

static int start_writer(struct store_lmdb *s)
{
    sigset_t all, before;
    int error;

    sigfillset(&all); /* signals are the caller's threads' */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&s->writer, NULL, write_all, s);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    s->running = error == 0;
    return error;
}

static void lmdb_close(struct store *store)
{
    struct store_lmdb *s = (struct store_lmdb *)store;

    if (s->running) {
        pthread_mutex_lock(&s->lock);
        s->closing = true;
        pthread_cond_signal(&s->arrived);
        pthread_mutex_unlock(&s->lock);
        pthread_join(s->writer, NULL);
    }
    claim_file_close(s->file);
    if (s->table) {
        s->table->ops->close(s->table);
    }
    pthread_cond_destroy(&s->arrived);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static void lmdb_stats(struct store *store, struct store_stats *out)
{
    struct store_lmdb *s = (struct store_lmdb *)store;

    s->table->ops->stats(s->table, out);
}

/* Who does not wait is kept within a second. */
static enum claim_status lmdb_share(struct store *store,
                                    struct shared_call *call)
{
    struct store_lmdb *s = (struct store_lmdb *)store;

    s->table->ops->share(s->table, call);
    if (call->result != SHARED_STANDS || call->op == SHARED_GET ||
        call->op == SHARED_HEAR || !call->wake) {
        return CLAIM_DONE;
    }
    call->next = NULL;
    pthread_mutex_lock(&s->lock);
    if (s->shares) {
        s->last_share->next = call;
    } else {
        s->shares = call;
    }
    s->last_share = call;
    pthread_cond_signal(&s->arrived);
    pthread_mutex_unlock(&s->lock);
    return CLAIM_WAIT;
}

static struct shared_table *lmdb_shared(struct store *store)
{
    struct store_lmdb *s = (struct store_lmdb *)store;

    return s->table->ops->shared(s->table);
}

static int open_all(struct store_lmdb *s,
                    const struct store_lmdb_settings *settings)
{
    size_t claims = settings->capacity_proven + settings->capacity_unproven;
    size_t map_bytes = settings->map_bytes ? settings->map_bytes
                                           : MAP_LEAST + claims * MAP_PER_CLAIM;
    int error = !hash_start() ? EIO
                              : claim_file_open(settings->path, settings->power,
                                                map_bytes, &s->file);

    error = error ? error : fill(s, settings);
    return error ? error : start_writer(s);
}

enum store_opened store_lmdb_open(const struct store_lmdb_settings *settings,
                                  struct problems *problems, struct store **out)
{
    static const struct store_ops ops = {.name = "lmdb",
                                         .claim = lmdb_claim,
                                         .outcome = lmdb_outcome,
                                         .close = lmdb_close,
                                         .stats = lmdb_stats,
                                         .share = lmdb_share,
                                         .shared = lmdb_shared};
    struct store_lmdb *s = calloc(1, sizeof(*s));
    pthread_condattr_t attributes;
    int error;

    if (!s) {
        return STORE_NO_MEMORY;
    }
    s->store.ops = &ops;
    s->latest = INT64_MIN;
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&s->arrived, &attributes);
    pthread_condattr_destroy(&attributes);
    error = open_all(s, settings);
    if (error == 0) {
        *out = &s->store;
        return STORE_OPENED;
    }
    lmdb_close(&s->store);
    if (error == ENOMEM) {
        return STORE_NO_MEMORY;
    }
    problems_add(problems, PROBLEM_ERROR, (struct place){0}, "C019", NULL,
                 "claims: %s: %s", settings->path, claim_file_why(error));
    return STORE_REFUSED;
}

#else

bool store_lmdb_available(void)
{
    return false;
}

enum store_opened store_lmdb_open(const struct store_lmdb_settings *settings,
                                  struct problems *problems, struct store **out)
{
    (void)settings; /* loading refused the configuration that asks for it */
    (void)problems;
    (void)out;
    return STORE_REFUSED;
}

#endif
