/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread that talks to the server: takes what came into the queue, puts
 * it into one pipeline, matches replies to what waits for them in order.
 *
 *   late     a claim without an answer in time is answered without it, and
 *            withdrawn in the same pipeline: deleted if it is still its own
 *   lost     claims that wait are sent again by the next connection, if it
 *            comes in time; a claim that came twice is its own
 *   again    every own grant is told to the server on each new connection
 *   believed the key "run" holds the server's run_id and the time before
 *            which claims may have been lost; all nodes read it
 */
#include "state/valkey_talk.h"

#ifdef WITH_HIREDIS

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#define COUNT_EVERY INT64_C(100000)
#define WATCH_EVERY INT64_C(1000000)
#define STALLED INT64_C(1000000) /* without any reply: lost */
#define TRY_FIRST INT64_C(50000)
#define TRY_LAST INT64_C(5000000)

/* ---- answering callers ---- */

static void answer_late(struct talk *t, struct pending *p)
{
    struct claim_call *call = p->claim;

    p->claim = NULL;
    p->kept = call->claim;
    valkey_answer_alone(t->s, call);
    call->wake(call->arg); /* after it the call is the caller's again */
}

/* It may have been done; told again it is then repeated. */
static void answer_outcome(struct outcome_call *call)
{
    call->result = OUTCOME_UNAVAILABLE;
    call->wake(call->arg);
}

static void answer_share(struct shared_call *call, enum shared_result result)
{
    call->result = result;
    if (call->wake) {
        call->wake(call->arg);
    }
}

/* ---- the queue ---- */

static void start_claim(struct talk *t, struct claim_call *call, int64_t now)
{
    struct pending *p = talk_new_pending(t, WAITS_CLAIM);

    if (!p) {
        valkey_answer_alone(t->s, call);
        call->wake(call->arg);
        return;
    }
    p->claim = call;
    p->deadline = now + t->s->answer_within;
    if (t->link && !t->broken) {
        talk_put_claim(t, p);
    } else {
        talk_append(&t->unsent, p);
    }
}

static void start_outcome(struct talk *t, struct outcome_call *call,
                          int64_t now)
{
    struct pending *p =
        t->link && !t->broken ? talk_new_pending(t, WAITS_OUTCOME) : NULL;

    if (!p) {
        answer_outcome(call);
        return;
    }
    p->outcome = call;
    p->deadline = now + t->s->answer_within;
    talk_put_outcome(t, p);
}

static void start_share(struct talk *t, struct shared_call *call, int64_t now)
{
    struct pending *p =
        t->link && !t->broken ? talk_new_pending(t, WAITS_SHARE) : NULL;

    if (!p) {
        answer_share(call, SHARED_UNAVAILABLE);
        return;
    }
    p->share = call;
    p->deadline = now + t->s->answer_within;
    talk_put_share(t, p, call);
}

/* False: the store closes. */
static bool take_queue(struct talk *t)
{
    struct store_valkey *s = t->s;
    struct claim_call *claim;
    struct outcome_call *outcome;
    struct shared_call *share;
    int64_t now = talk_ticks();
    bool go_on;

    pthread_mutex_lock(&s->lock);
    claim = s->first_claim;
    outcome = s->first_outcome;
    share = s->first_share;
    s->first_claim = NULL;
    s->first_outcome = NULL;
    s->first_share = NULL;
    go_on = !s->closing;
    pthread_mutex_unlock(&s->lock);
    while (claim) {
        struct claim_call *next = claim->next;

        start_claim(t, claim, now);
        claim = next;
    }
    while (outcome) {
        struct outcome_call *next = outcome->next;

        start_outcome(t, outcome, now);
        outcome = next;
    }
    while (share) {
        struct shared_call *next = share->next;

        start_share(t, share, now);
        share = next;
    }
    return go_on;
}

/* ---- what is too late ---- */

/* The withdrawal follows the claim in the pipeline, and goes before any
 * other claim of the payment. */
static void withdraw_late(struct talk *t, const struct pending *late)
{
    struct pending *p;

    if (t->s->local) {
        return; /* it stands, and is told again */
    }
    atomic_fetch_add_explicit(&t->s->withdrawn, 1, memory_order_relaxed);
    p = talk_new_pending(t, WAITS_WITHDRAWAL);
    if (p) {
        p->kept = late->kept;
        talk_put_withdrawal(t, p);
    }
}

static bool is_awaited(const struct pending *p)
{
    return p->claim || p->outcome || p->share;
}

/* Of what waits that is no claim: not known. */
static void answer_other(struct pending *p)
{
    struct outcome_call *outcome = p->outcome;
    struct shared_call *share = p->share;

    p->outcome = NULL;
    p->share = NULL;
    if (outcome) {
        answer_outcome(outcome);
    } else if (share) {
        answer_share(share, SHARED_UNAVAILABLE);
    }
}

/* They are in the order of their deadlines. */
static void answer_all_late(struct talk *t, int64_t now)
{
    for (struct pending *p = t->sent.first; p; p = p->next) {
        if (!is_awaited(p)) {
            continue;
        }
        if (p->deadline > now) {
            break;
        }
        if (p->claim) {
            answer_late(t, p);
            withdraw_late(t, p);
        } else {
            answer_other(p);
        }
    }
    for (struct pending *p = t->unsent.first; p; p = p->next) {
        if (p->claim && p->deadline <= now) {
            answer_late(t, p);
            p->what = WAITS_WITHDRAWAL;
        }
    }
}

/* ---- losing the server ---- */

static void keep_for_next(struct talk *t, struct pending *p)
{
    if (p->what == WAITS_CLAIM && !p->claim) {
        p->what = WAITS_WITHDRAWAL; /* its answer never came */
    }
    if (p->what == WAITS_CLAIM ||
        (p->what == WAITS_WITHDRAWAL && !t->s->local)) {
        talk_append(&t->unsent, p);
        return;
    }
    answer_other(p);
    if (p->what == WAITS_COUNT) {
        shared_table_untake(t->s->table->ops->shared(t->s->table), &p->record);
    }
    talk_free_pending(t, p);
}

static void lose(struct talk *t, const char *why)
{
    struct pending *p;

    pthread_mutex_lock(&t->s->lock);
    snprintf(t->s->trouble, sizeof(t->s->trouble), "%s", why);
    pthread_mutex_unlock(&t->s->lock);
    atomic_store_explicit(&t->s->up, false, memory_order_release);
    if (t->link) {
        atomic_fetch_add(&t->s->losses, 1);
        t->next_try = t->connected_at + STALLED; /* now, unless it flaps */
        redis_link_close(t->link);
        t->link = NULL;
    }
    while ((p = talk_take_first(&t->sent)) != NULL) {
        keep_for_next(t, p);
    }
    t->quiet = 0;
    t->left = t->broken = t->pushing = false;
}

/* ---- connecting ---- */

/* First what was withdrawn, then claims that wait still. */
static void send_unsent(struct talk *t)
{
    struct list list = t->unsent;
    struct pending *p, *claims = NULL, **end = &claims;

    t->unsent = (struct list){NULL, NULL};
    while ((p = talk_take_first(&list)) != NULL) {
        if (p->what == WAITS_WITHDRAWAL) {
            if (t->s->local) {
                talk_free_pending(t, p);
            } else {
                talk_put_withdrawal(t, p);
            }
        } else {
            *end = p;
            end = &p->next;
            p->next = NULL;
        }
    }
    while ((p = claims) != NULL) {
        claims = p->next;
        talk_put_claim(t, p);
    }
}

static void connected(struct talk *t, int64_t now)
{
    t->backoff = TRY_FIRST;
    t->connected_at = now;
    t->next_count = now;
    t->next_watch = now + WATCH_EVERY;
    t->push_shard = 0;
    t->pushing = true;
    talk_push_lockouts(t);
    send_unsent(t);
    atomic_store_explicit(&t->s->up, true, memory_order_release);
}

static void try_connect(struct talk *t)
{
    char problem[VALKEY_TROUBLE_MAX];
    const char *why = problem;
    uint32_t chance;
    int64_t now;
    struct redis_link_settings settings = t->s->link_settings;

    if (t->unsent.first && settings.timeout > t->s->answer_within) {
        settings.timeout = t->s->answer_within; /* somebody waits */
    }
    t->link = redis_link_open(&settings, problem, sizeof(problem));
    if (t->link) {
        why = talk_judge(t);
        if (!why && !redis_link_pipeline(t->link)) {
            why = "its socket cannot be used";
        }
    }
    now = talk_ticks();
    if (t->link && !why) {
        connected(t, now);
        return;
    }
    lose(t, why);
    hash_random(&chance, sizeof(chance)); /* nodes do not come at once */
    t->next_try = now + t->backoff / 2 +
                  (int64_t)(chance % (uint32_t)(t->backoff / 2 + 1));
    t->backoff = t->backoff * 2 > TRY_LAST ? TRY_LAST : t->backoff * 2;
}

/* ---- the round ---- */

static void do_what_is_due(struct talk *t, int64_t now)
{
    if (now >= t->next_count) {
        t->next_count = now + COUNT_EVERY;
        talk_push_counts(t);
    }
    if (now >= t->next_watch) {
        t->next_watch = now + WATCH_EVERY;
        talk_watch(t);
    }
    talk_push(t);
}

/* Milliseconds until something is due. */
static int next_due(const struct talk *t, int64_t now)
{
    int64_t due = t->link ? t->next_count : t->next_try;
    const struct list *lists[] = {&t->sent, &t->unsent};

    if (t->pushing && t->quiet < PUSH_MOST) {
        return 0;
    }
    for (size_t i = 0; i < 2; i++) {
        const struct pending *p = lists[i]->first;

        while (p && !is_awaited(p)) {
            p = p->next;
        }
        if (p && p->deadline < due) {
            due = p->deadline;
        }
    }
    return due <= now ? 0 : (int)((due - now + 999) / 1000);
}

static void wait_for_more(struct talk *t)
{
    struct pollfd fds[2] = {
        {.fd = t->s->wake_fd, .events = POLLIN},
        {.fd = t->link ? redis_link_fd(t->link) : -1,
         .events = (short)(POLLIN | (t->left ? POLLOUT : 0))}};
    eventfd_t count;

    if (poll(fds, 2, next_due(t, talk_ticks())) <= 0) {
        return;
    }
    if (fds[0].revents) {
        eventfd_read(t->s->wake_fd, &count);
    }
    if (fds[1].revents & ~POLLOUT) {
        talk_read_replies(t);
    }
}

static bool is_stalled(const struct talk *t, int64_t now)
{
    const struct pending *p = t->sent.first;
    int64_t most = 4 * t->s->answer_within;

    return p && now - p->sent > (most > STALLED ? most : STALLED);
}

static void tell_first_try(struct store_valkey *s)
{
    pthread_mutex_lock(&s->lock);
    s->first_try_over = true;
    pthread_cond_signal(&s->tried);
    pthread_mutex_unlock(&s->lock);
}

static void end(struct talk *t)
{
    struct pending *p;

    answer_all_late(t, INT64_MAX);
    if (t->link && !t->broken) {
        talk_push_counts(t);
        redis_link_send(t->link, &t->left);
    }
    lose(t, "closed");
    while ((p = talk_take_first(&t->unsent)) != NULL) {
        free(p);
    }
    while ((p = t->free) != NULL) {
        t->free = p->next;
        free(p);
    }
}

void *valkey_run(void *store)
{
    struct talk t = {.s = store, .backoff = TRY_FIRST};

    try_connect(&t);
    tell_first_try(t.s);
    while (take_queue(&t)) {
        int64_t now = talk_ticks();

        if (!t.link && now >= t.next_try) {
            try_connect(&t);
        } else if (t.link) {
            do_what_is_due(&t, now);
        }
        answer_all_late(&t, now);
        if (t.link && (t.broken || !redis_link_send(t.link, &t.left))) {
            lose(&t, "the connection broke");
        } else if (t.link && is_stalled(&t, now)) {
            lose(&t, "it does not answer");
        }
        wait_for_more(&t);
    }
    end(&t);
    return NULL;
}

#endif
