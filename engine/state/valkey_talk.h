/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The talk with the server, between the parts of its thread: what was sent
 * and waits for a reply (valkey_talk.c), whether the server is believed
 * (valkey_trust.c), what it replies (valkey_replies.c), and the round of it
 * all (valkey_thread.c). One thread's alone.
 */
#ifndef WB_STATE_VALKEY_TALK_H
#define WB_STATE_VALKEY_TALK_H

#include <time.h>

#include "state/valkey.h"

#define PUSH_MOST 4000 /* replies that a push may wait for */
#define RUN_ID 40

enum waiting {
    WAITS_CLAIM,
    WAITS_OUTCOME,
    WAITS_SHARE,
    WAITS_COUNT,
    WAITS_PUSH,
    WAITS_LOCKOUTS, /* that nobody asked for */
    WAITS_WITHDRAWAL,
    WAITS_INFO,
    WAITS_RUN,
    WAITS_NOTHING /* a reply that nobody reads */
};

struct pending {
    struct pending *next;
    enum waiting what;
    struct claim_call *claim; /* the caller's; NULL: answered already */
    struct outcome_call *outcome;
    struct shared_call *share;
    int64_t sent, deadline; /* of this thread's clock */
    struct claim kept;      /* of a claim that is withdrawn; of a push, its
                             * decision */
    struct shared_record record;
};

struct list {
    struct pending *first, *last;
};

struct talk {
    struct store_valkey *s;
    struct redis_link *link; /* NULL: lost */
    struct valkey_digests digests;
    struct list sent;   /* in the order of their replies */
    struct list unsent; /* claims and withdrawals for the next connection */
    struct pending *free;
    size_t quiet; /* in sent, of WAITS_NOTHING and WAITS_PUSH */
    bool left;    /* not all was sent */
    int64_t next_count, next_watch, next_try, backoff;
    int64_t connected_at;
    char run_id[RUN_ID + 1]; /* of the last connection, or "" */
    size_t push_shard;       /* the next whose grants are told */
    bool pushing;
    bool broken;
};

/* Waiting and trying again are measured here and never enter a decision. */
int64_t talk_clock(clockid_t which);
int64_t talk_ticks(void);

/* ---- valkey_talk.c ---- */

void talk_append(struct list *list, struct pending *p);
struct pending *talk_take_first(struct list *list);
struct pending *talk_new_pending(struct talk *t, enum waiting what);
void talk_free_pending(struct talk *t, struct pending *p);
/* Expects a reply for what was just put; or the connection is given up. */
void talk_expect(struct talk *t, struct pending *p, bool put);
void talk_expect_nothing(struct talk *t, bool put);
void talk_put_withdrawal(struct talk *t, struct pending *p);
void talk_put_claim(struct talk *t, struct pending *p);
void talk_put_outcome(struct talk *t, struct pending *p);
void talk_put_share(struct talk *t, struct pending *p,
                    const struct shared_call *call);
/* Tells own grants, what was counted, and asks how the server is. */
void talk_push(struct talk *t);
void talk_push_counts(struct talk *t);
/* Tells the lockouts that are known here, and hears of all. */
void talk_push_lockouts(struct talk *t);
void talk_watch(struct talk *t);

/* ---- valkey_trust.c ---- */

/* Of a new connection; NULL: good, else why it cannot be used. */
const char *talk_judge(struct talk *t);
const char *talk_judge_info(struct talk *t, struct view info,
                            char run_id[RUN_ID + 1]);
void talk_note_evicting(struct talk *t, bool pipelined);
void talk_remember_run(struct talk *t, const char run_id[RUN_ID + 1],
                       int64_t lost_before, bool pipelined);
bool talk_read_run(struct view text, char run_id[RUN_ID + 1], int64_t *lost);

/* ---- valkey_replies.c ---- */

void talk_read_replies(struct talk *t);

#endif
