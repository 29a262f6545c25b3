/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the server replies, and to whom it is told.
 */
#include "state/valkey_talk.h"

#ifdef WITH_HIREDIS

#include <string.h>

static bool is_full(const struct redis_reply *reply)
{
    return reply->kind == REDIS_ERROR &&
           (view_starts(reply->text, VIEW("OOM")) ||
            view_starts(reply->text, VIEW("-OOM")));
}

/* Answered without the server: whatever it took is taken back, unless the
 * claim stands by this node's word. */
static void withdraw(struct talk *t, struct pending *p)
{
    bool stands = p->claim->answer.result == CLAIM_TAKEN;

    p->kept = p->claim->claim;
    p->claim->wake(p->claim->arg); /* after it the call is the caller's */
    p->claim = NULL;
    p->what = WAITS_WITHDRAWAL;
    if (stands) {
        talk_free_pending(t, p);
    } else if (t->broken) {
        talk_append(&t->unsent, p);
    } else {
        talk_put_withdrawal(t, p);
    }
}

/* A full memory refuses one claim; any other error, the connection: its
 * scripts are gone, or it is a replica now. An answer that is none does the
 * same, and nobody knows whether the claim was taken. */
static void read_claim(struct talk *t, struct pending *p,
                       const struct redis_reply *reply)
{
    struct claim_call *call = p->claim;

    t->broken = t->broken || (reply->kind == REDIS_ERROR && !is_full(reply));
    if (!call) { /* answered, and its withdrawal follows */
        talk_free_pending(t, p);
    } else if (t->broken) {
        talk_append(&t->unsent, p);
    } else if (reply->kind == REDIS_ERROR) {
        valkey_answer_alone(t->s, call);
        withdraw(t, p);
    } else if (!valkey_read_claim(reply, call)) {
        t->broken = true;
        valkey_answer_alone(t->s, call);
        withdraw(t, p);
    } else if (!valkey_answered(t->s, call)) {
        withdraw(t, p);
    } else {
        call->wake(call->arg);
        talk_free_pending(t, p);
    }
}

/* What the server did, the own table does too, if it has the claim. */
static void read_outcome(struct talk *t, struct pending *p,
                         const struct redis_reply *reply)
{
    struct outcome_call *call = p->outcome;
    struct outcome_call own;

    if (call) {
        own = *call;
        t->broken = !valkey_read_outcome(reply, call) || t->broken;
        if (call->result == OUTCOME_DONE) {
            t->s->table->ops->outcome(t->s->table, &own);
        }
        call->wake(call->arg);
    }
    talk_free_pending(t, p);
}

/* Those that it does not tell were lifted, or are over. */
static void hear_lockouts(struct talk *t, struct view text, int64_t asked)
{
    struct shared_table *table = t->s->table->ops->shared(t->s->table);
    size_t count = valkey_lockouts(text);

    for (size_t i = 0; i < count; i++) {
        struct shared_record record = valkey_lockout(text, i, asked);

        shared_table_restore(table, &record);
    }
    if (count < VALKEY_LOCKOUTS_MOST) {
        shared_table_sweep(table, SHARED_LOCKOUT, asked);
    }
}

/* The own table knows what stands, for lists and for when the server is
 * lost. */
static void keep_value(struct talk *t, const struct shared_call *call)
{
    struct shared_table *table = t->s->table->ops->shared(t->s->table);
    struct shared_record known = {.kind = call->kind,
                                  .value_size = (uint8_t)call->value_size,
                                  .dropped = call->op == SHARED_DROP,
                                  .number = call->number,
                                  .changed = call->now,
                                  .expires = call->expires};

    memcpy(known.key, call->key, sizeof(known.key));
    memcpy(known.value, call->value, sizeof(known.value));
    if (call->op == SHARED_ADD) {
        shared_table_heard(table, &known, call->number);
    } else if (call->op != SHARED_GET) {
        shared_table_restore(table, &known);
    }
}

static void read_share(struct talk *t, struct pending *p,
                       const struct redis_reply *reply)
{
    struct shared_call *call = p->share;

    if (call) {
        t->broken = !valkey_read_shared(reply, call) || t->broken;
        if (call->result == SHARED_STANDS && call->op == SHARED_HEAR) {
            hear_lockouts(t, reply->text, call->now);
        } else if (call->result == SHARED_STANDS) {
            keep_value(t, call);
        }
        if (call->wake) {
            call->wake(call->arg);
        }
    }
    talk_free_pending(t, p);
}

/* As of the connection's beginning. */
static void read_lockouts(struct talk *t, struct pending *p,
                          const struct redis_reply *reply)
{
    struct shared_call call = {.op = SHARED_HEAR, .kind = SHARED_LOCKOUT};

    t->broken = !valkey_read_shared(reply, &call) || t->broken;
    if (call.result == SHARED_STANDS) {
        hear_lockouts(t, reply->text, p->record.changed);
    }
    talk_free_pending(t, p);
}

static void read_push(struct talk *t, struct pending *p,
                      const struct redis_reply *reply)
{
    t->quiet--;
    if (reply->kind == REDIS_NUMBER && reply->number == 1) {
        store_memory_drop(t->s->table, p->kept.decision,
                          talk_clock(CLOCK_REALTIME));
    }
    talk_free_pending(t, p);
}

static void read_count(struct talk *t, struct pending *p,
                       const struct redis_reply *reply)
{
    struct shared_table *table = t->s->table->ops->shared(t->s->table);

    if (reply->kind == REDIS_ERROR) {
        shared_table_untake(table, &p->record);
    } else if (p->record.counted && reply->kind == REDIS_NUMBER) {
        shared_table_heard(table, &p->record, reply->number);
    }
    talk_free_pending(t, p);
}

static void read_watch(struct talk *t, struct pending *p,
                       const struct redis_reply *reply)
{
    char run_id[RUN_ID + 1];
    int64_t lost = 0;

    if (p->what == WAITS_INFO) {
        t->broken = t->broken || reply->kind != REDIS_TEXT ||
                    talk_judge_info(t, reply->text, run_id) != NULL;
    } else if (reply->kind == REDIS_NIL) { /* somebody emptied it */
        lost = talk_clock(CLOCK_REALTIME);
        talk_remember_run(t, t->run_id, lost, true);
        atomic_store(&t->s->lost_before, lost);
        t->push_shard = 0;
        t->pushing = true;
    } else if (reply->kind == REDIS_TEXT &&
               talk_read_run(reply->text, run_id, &lost)) {
        atomic_store(&t->s->lost_before, lost);
    }
    if (p->what == WAITS_RUN) {
        talk_note_evicting(t, true);
    }
    talk_free_pending(t, p);
}

static void read_reply(struct talk *t, struct pending *p,
                       const struct redis_reply *reply)
{
    switch (p->what) {
    case WAITS_CLAIM:
        read_claim(t, p, reply);
        return;
    case WAITS_OUTCOME:
        read_outcome(t, p, reply);
        return;
    case WAITS_SHARE:
        read_share(t, p, reply);
        return;
    case WAITS_COUNT:
        read_count(t, p, reply);
        return;
    case WAITS_PUSH:
        read_push(t, p, reply);
        return;
    case WAITS_LOCKOUTS:
        read_lockouts(t, p, reply);
        return;
    case WAITS_INFO:
    case WAITS_RUN:
        read_watch(t, p, reply);
        return;
    case WAITS_NOTHING:
        t->quiet--;
        break;
    case WAITS_WITHDRAWAL:
        break;
    }
    talk_free_pending(t, p);
}

void talk_read_replies(struct talk *t)
{
    struct redis_reply reply;
    bool there = true;

    if (!redis_link_receive(t->link)) {
        t->broken = true;
    }
    while (!t->broken && t->sent.first) {
        if (!redis_link_reply(t->link, &reply, &there)) {
            t->broken = true;
            return;
        }
        if (!there) {
            return;
        }
        read_reply(t, talk_take_first(&t->sent), &reply);
        redis_reply_free(&reply);
    }
}

#endif
