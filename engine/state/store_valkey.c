/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shared claim store, as its callers see it. Own grants are in a table in
 * memory that is asked first: what stands there is refused, unless the server
 * says that it was released through another node. What the table took is a
 * claim when the server says so, within a time and while the server can be
 * believed; else it is taken back, or stands by this node's word alone
 * (on-store-failure: local).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/lockout.h"
#include "state/valkey.h"

#ifdef WITH_HIREDIS

#include <signal.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

bool store_valkey_available(void)
{
    return true;
}

/* ---- claiming ---- */

/* May the server have lost a claim of this payment? */
static bool is_doubtful(const struct store_valkey *s, const struct claim *claim)
{
    int64_t lost = atomic_load_explicit(&s->lost_before, memory_order_relaxed);

    return lost != 0 && (claim->longest > INT64_MAX - lost ||
                         claim->now < lost + claim->longest);
}

/* As this node knows it. */
static int64_t locked_until(struct store_valkey *s, const struct claim *claim)
{
    struct shared_call found = lockout_ask(claim->payer, claim->now);

    if (!claim->has_payer) {
        return 0;
    }
    s->table->ops->share(s->table, &found);
    return lockout_until(&found);
}

void valkey_answer_alone(struct store_valkey *s, struct claim_call *call)
{
    int64_t until = s->local ? locked_until(s, &call->claim) : 0;

    if (call->stands) { /* nobody says that it was released */
        return;
    }
    if (until > call->claim.now) {
        if (call->held) {
            store_memory_withdraw(s->table, &call->claim);
        }
        call->answer =
            (struct claim_answer){.result = CLAIM_LOCKED_OUT, .expires = until};
        return;
    }
    if (s->local) {
        call->answer.alone = true;
        atomic_fetch_add_explicit(&s->alone, 1, memory_order_relaxed);
        return;
    }
    if (call->held) {
        store_memory_withdraw(s->table, &call->claim);
    }
    call->answer.result = CLAIM_UNAVAILABLE;
}

/* The server took what the table has the rival's claim of: that one was
 * released. False: the table has another's too, or no room. */
static bool keep_grant(struct store_valkey *s, struct claim_call *call)
{
    store_memory_drop(s->table, call->rival, call->claim.now);
    store_memory_decide(s->table, call);
    return call->answer.result == CLAIM_TAKEN;
}

bool valkey_answered(struct store_valkey *s, struct claim_call *call)
{
    if (call->answer.result != CLAIM_TAKEN) {
        if (call->held) {
            store_memory_withdraw(s->table, &call->claim);
        }
        return true;
    }
    if (!call->held && !keep_grant(s, call)) {
        return false;
    }
    call->answer.alone = is_doubtful(s, &call->claim);
    if (call->answer.alone) {
        atomic_fetch_add_explicit(&s->alone, 1, memory_order_relaxed);
    }
    return true;
}

static bool is_idle(const struct store_valkey *s)
{
    return !s->first_claim && !s->first_outcome && !s->first_share;
}

static void queue_claim(struct store_valkey *s, struct claim_call *call)
{
    bool idle;

    call->next = NULL;
    pthread_mutex_lock(&s->lock);
    idle = is_idle(s);
    if (s->first_claim) {
        s->last_claim->next = call;
    } else {
        s->first_claim = call;
    }
    s->last_claim = call;
    pthread_mutex_unlock(&s->lock);
    if (idle) {
        eventfd_write(s->wake_fd, 1);
    }
}

/* What the table says, and what the server is to be asked for then. A payer's
 * lockout is the server's to tell while it is there: another node may have
 * lifted it. */
static bool decide_here(struct store_valkey *s, struct claim_call *call,
                        bool up)
{
    if (up) {
        store_memory_decide(s->table, call);
    } else {
        s->table->ops->claim(s->table, call);
    }
    memcpy(call->rival, call->answer.decision, sizeof(call->rival));
    switch (call->answer.result) {
    case CLAIM_TAKEN:
        call->held = true;
        return true;
    case CLAIM_AGAIN:
        return true;
    case CLAIM_REPLAYED:
    case CLAIM_REPEATED:
    case CLAIM_CONFLICTING:
        call->stands = true;
        return up;
    default:
        return false;
    }
}

/* Refused before the table is asked, where the server's word is needed and
 * is not to be had: what the table holds is told to the server when it
 * returns, and nothing that was not let through may be among it. */
static enum claim_status valkey_claim(struct store *store,
                                      struct claim_call *call)
{
    struct store_valkey *s = (struct store_valkey *)store;
    bool up = atomic_load_explicit(&s->up, memory_order_acquire);

    call->held = call->stands = false;
    if (!s->local && (!up || is_doubtful(s, &call->claim))) {
        call->answer = (struct claim_answer){.result = CLAIM_UNAVAILABLE};
        return CLAIM_DONE;
    }
    if (!decide_here(s, call, up)) {
        return CLAIM_DONE;
    }
    if (!up) {
        valkey_answer_alone(s, call);
        return CLAIM_DONE;
    }
    queue_claim(s, call);
    return CLAIM_WAIT;
}

/* ---- outcomes ---- */

static enum claim_status valkey_outcome(struct store *store,
                                        struct outcome_call *call)
{
    struct store_valkey *s = (struct store_valkey *)store;
    bool idle;

    if (!atomic_load_explicit(&s->up, memory_order_acquire)) {
        call->result = OUTCOME_UNAVAILABLE;
        return CLAIM_DONE;
    }
    call->next = NULL;
    pthread_mutex_lock(&s->lock);
    idle = is_idle(s);
    if (s->first_outcome) {
        s->last_outcome->next = call;
    } else {
        s->first_outcome = call;
    }
    s->last_outcome = call;
    pthread_mutex_unlock(&s->lock);
    if (idle) {
        eventfd_write(s->wake_fd, 1);
    }
    return CLAIM_WAIT;
}

/* ---- shared values ---- */

static enum claim_status valkey_share(struct store *store,
                                      struct shared_call *call)
{
    struct store_valkey *s = (struct store_valkey *)store;
    bool idle;

    if (!atomic_load_explicit(&s->up, memory_order_acquire)) {
        if (s->local) {
            return s->table->ops->share(s->table, call);
        }
        call->result = SHARED_UNAVAILABLE;
        return CLAIM_DONE;
    }
    call->next = NULL;
    pthread_mutex_lock(&s->lock);
    idle = is_idle(s);
    if (s->first_share) {
        s->last_share->next = call;
    } else {
        s->first_share = call;
    }
    s->last_share = call;
    pthread_mutex_unlock(&s->lock);
    if (idle) {
        eventfd_write(s->wake_fd, 1);
    }
    return CLAIM_WAIT;
}

static struct shared_table *valkey_shared(struct store *store)
{
    struct store_valkey *s = (struct store_valkey *)store;

    return s->table->ops->shared(s->table);
}

static bool valkey_lost(const struct store *store)
{
    const struct store_valkey *s = (const struct store_valkey *)store;

    return !atomic_load_explicit(&s->up, memory_order_acquire);
}

/* ---- what it says of itself ---- */

static int64_t wall_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void tell_trouble(struct store_valkey *s, struct store_stats *out)
{
    /* The longest that a claim lives by default, and a little. */
    int64_t doubt = wall_clock() - INT64_C(3610000000);
    const char *then = s->local ? "payments pass at most once per node"
                                : "payments are refused";

    if (out->unfit) {
        snprintf(out->trouble, sizeof(out->trouble),
                 "claims: the store may evict claims: set its "
                 "maxmemory-policy to noeviction; until then %s",
                 then);
    } else if (!out->up) {
        pthread_mutex_lock(&s->lock);
        snprintf(out->trouble, sizeof(out->trouble),
                 "claims: the store is lost (%s): %s", s->trouble, then);
        pthread_mutex_unlock(&s->lock);
    } else if (atomic_load(&s->lost_before) > doubt) {
        snprintf(out->trouble, sizeof(out->trouble),
                 "claims: the store was started anew and may have lost "
                 "claims: %s until those have expired",
                 then);
        out->up = false;
    }
}

static void valkey_stats(struct store *store, struct store_stats *out)
{
    struct store_valkey *s = (struct store_valkey *)store;

    s->table->ops->stats(s->table, out);
    out->shared = true;
    out->up = atomic_load(&s->up);
    out->unfit = out->up && atomic_load(&s->evicting);
    out->decides_alone = s->local;
    out->alone = atomic_load(&s->alone);
    out->withdrawn = atomic_load(&s->withdrawn);
    out->losses = atomic_load(&s->losses);
    tell_trouble(s, out);
}

/* ---- opening and closing ---- */

static void valkey_close(struct store *store)
{
    struct store_valkey *s = (struct store_valkey *)store;

    if (s->running) {
        pthread_mutex_lock(&s->lock);
        s->closing = true;
        pthread_mutex_unlock(&s->lock);
        eventfd_write(s->wake_fd, 1);
        pthread_join(s->thread, NULL);
    }
    if (s->wake_fd >= 0) {
        close(s->wake_fd);
    }
    if (s->table) {
        s->table->ops->close(s->table);
    }
    pthread_cond_destroy(&s->tried);
    pthread_mutex_destroy(&s->lock);
    free((char *)(uintptr_t)s->link_settings.address);
    free((char *)(uintptr_t)s->link_settings.username);
    free((char *)(uintptr_t)s->link_settings.password);
    free(s);
}

static bool copy_text(const char **out, const char *text)
{
    *out = text ? strdup(text) : NULL;
    return !text || *out;
}

/* Each step of connecting may take longer than an answer. */
#define CONNECT_WITHIN INT64_C(1000000)

static bool take_settings(struct store_valkey *s,
                          const struct store_valkey_settings *settings)
{
    struct redis_link_settings *link = &s->link_settings;

    snprintf(s->prefix, sizeof(s->prefix), "%s", settings->prefix);
    s->answer_within = settings->answer_within;
    s->local = settings->local;
    s->trusted = settings->trust_persistence;
    link->database = settings->database;
    link->timeout = CONNECT_WITHIN;
    return copy_text(&link->address, settings->address) &&
           copy_text(&link->username, settings->username) &&
           copy_text(&link->password, settings->password);
}

/* Waits for the first connection, so that the first payment finds it. */
static bool start_thread(struct store_valkey *s)
{
    sigset_t all, before;

    sigfillset(&all); /* SIGPIPE too: a write to a lost server says so */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    s->running = pthread_create(&s->thread, NULL, valkey_run, s) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_mutex_lock(&s->lock);
    while (s->running && !s->first_try_over) {
        pthread_cond_wait(&s->tried, &s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    return s->running;
}

struct store *store_valkey_open(const struct store_valkey_settings *settings)
{
    static const struct store_ops ops = {.name = "valkey",
                                         .claim = valkey_claim,
                                         .outcome = valkey_outcome,
                                         .close = valkey_close,
                                         .stats = valkey_stats,
                                         .share = valkey_share,
                                         .shared = valkey_shared,
                                         .lost = valkey_lost};
    struct store_valkey *s = calloc(1, sizeof(*s));

    if (!s) {
        return NULL;
    }
    s->store.ops = &ops;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->tried, NULL);
    s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    s->table =
        store_memory_open(settings->capacity_proven,
                          settings->capacity_unproven, settings->hash_key);
    if (s->wake_fd < 0 || !s->table || !take_settings(s, settings) ||
        !start_thread(s)) {
        valkey_close(&s->store);
        return NULL;
    }
    return &s->store;
}

#else

bool store_valkey_available(void)
{
    return false;
}

struct store *store_valkey_open(const struct store_valkey_settings *settings)
{
    (void)settings; /* loading refused the configuration that asks for it */
    return NULL;
}

#endif
