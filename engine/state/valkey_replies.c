/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the server replies, and to whom it is told.
 */
#include "state/valkey_talk.h"

#ifdef WITH_HIREDIS

#include <string.h>

/* A full memory refuses one claim; any other error, the connection: its
 * scripts are gone, or it is a replica now. */
static void read_claim(struct talk *t, struct pending *p,
                       const struct redis_reply *reply)
{
    struct claim_call *call = p->claim;

    if (reply->kind == REDIS_ERROR && !view_starts(reply->text, VIEW("OOM")) &&
        !view_starts(reply->text, VIEW("-OOM"))) {
        t->broken = true;
        talk_append(&t->unsent, p);
        return;
    }
    if (call) {
        if (reply->kind == REDIS_ERROR) {
            valkey_answer_alone(t->s, call);
        } else if (valkey_read_claim(reply, &call->claim, &call->answer)) {
            valkey_answered(t->s, call);
        } else {
            valkey_answer_alone(t->s, call);
        }
        call->wake(call->arg);
    }
    talk_free_pending(t, p);
}

/* What the server did, the own table does too, if it has the claim. */
static void read_outcome(struct talk *t, struct pending *p,
                         const struct redis_reply *reply)
{
    struct outcome_call *call = p->outcome;
    struct outcome_call own;

    if (call) {
        own = *call;
        valkey_read_outcome(reply, call);
        if (call->result == OUTCOME_DONE) {
            t->s->table->ops->outcome(t->s->table, &own);
        }
        call->wake(call->arg);
    }
    talk_free_pending(t, p);
}

static void read_share(struct talk *t, struct pending *p,
                       const struct redis_reply *reply)
{
    struct shared_table *table = t->s->table->ops->shared(t->s->table);
    struct shared_call *call = p->share;
    struct shared_record known;

    if (call) {
        bool drops = call->op == SHARED_DROP;

        valkey_read_shared(reply, call);
        known = (struct shared_record){.kind = call->kind,
                                       .value_size = (uint8_t)call->value_size,
                                       .dropped = drops,
                                       .number = call->number,
                                       .changed = call->now,
                                       .expires = call->expires};
        memcpy(known.key, call->key, sizeof(known.key));
        memcpy(known.value, call->value, sizeof(known.value));
        if (call->op == SHARED_ADD) {
            shared_table_heard(table, &known, call->number);
        } else if (call->result == SHARED_STANDS && call->op != SHARED_GET) {
            shared_table_restore(table, &known);
        }
        if (call->wake) {
            call->wake(call->arg);
        }
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
