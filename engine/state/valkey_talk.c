/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said in the pipeline, and who waits for the reply: replies come in
 * the order of the commands.
 */
#include "state/valkey_talk.h"

#ifdef WITH_HIREDIS

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNTS_MOST 64

int64_t talk_clock(clockid_t which)
{
    struct timespec now;

    clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t talk_ticks(void)
{
    return talk_clock(CLOCK_MONOTONIC);
}

/* ---- what waits ---- */

void talk_append(struct list *list, struct pending *p)
{
    p->next = NULL;
    if (list->first) {
        list->last->next = p;
    } else {
        list->first = p;
    }
    list->last = p;
}

struct pending *talk_take_first(struct list *list)
{
    struct pending *p = list->first;

    if (p) {
        list->first = p->next;
    }
    return p;
}

struct pending *talk_new_pending(struct talk *t, enum waiting what)
{
    struct pending *p = t->free;

    if (p) {
        t->free = p->next;
    } else {
        p = malloc(sizeof(*p));
    }
    if (p) {
        p->what = what;
        p->claim = NULL;
        p->share = NULL;
        p->outcome = NULL;
    }
    return p;
}

void talk_free_pending(struct talk *t, struct pending *p)
{
    p->next = t->free;
    t->free = p;
}

/* Expects a reply for what was just put; or the connection is given up. */
void talk_expect(struct talk *t, struct pending *p, bool put)
{
    if (!put) {
        t->broken = true;
    }
    p->sent = talk_ticks();
    t->quiet += p->what == WAITS_NOTHING || p->what == WAITS_PUSH;
    talk_append(&t->sent, p);
}

void talk_expect_nothing(struct talk *t, bool put)
{
    struct pending *p = talk_new_pending(t, WAITS_NOTHING);

    if (p) {
        talk_expect(t, p, put);
    } else {
        t->broken = true;
    }
}

/* ---- putting ---- */

void talk_put_withdrawal(struct talk *t, struct pending *p)
{
    struct valkey_keys keys;

    valkey_claim_keys(&keys, t->s->prefix, &p->kept);
    talk_expect(
        t, p,
        valkey_put_withdraw(t->link, &t->digests, &keys, p->kept.decision));
}

/* Unproven claims that the own table put out leave the server too, or a
 * flood would fill it. */
static void put_evicted(struct talk *t, const struct claim_evicted *evicted,
                        bool identifier)
{
    struct valkey_keys keys = {.count = 2};

    if (evicted->there) {
        keys.key[0] =
            valkey_decision_key(keys.room[0], t->s->prefix, evicted->decision);
        keys.key[1] = valkey_half_key(keys.room[1], t->s->prefix, identifier,
                                      false, evicted->key);
        talk_expect_nothing(t, valkey_put_withdraw(t->link, &t->digests, &keys,
                                                   evicted->decision));
    }
}

void talk_put_claim(struct talk *t, struct pending *p)
{
    struct claim_call *call = p->claim;

    if (call->held) {
        put_evicted(t, &call->evicted_identity, false);
        put_evicted(t, &call->evicted_identifier, true);
    }
    talk_expect(t, p,
                valkey_put_claim(t->link, &t->digests, t->s->prefix, call));
}

void talk_put_outcome(struct talk *t, struct pending *p)
{
    talk_expect(
        t, p,
        valkey_put_outcome(t->link, &t->digests, t->s->prefix, p->outcome));
}

void talk_put_share(struct talk *t, struct pending *p,
                    const struct shared_call *call)
{
    unsigned replies =
        valkey_put_shared(t->link, &t->digests, t->s->prefix, call);

    talk_expect(t, p, replies > 0);
    if (replies > 1) {
        talk_expect_nothing(t, true);
    }
}

/* ---- at times ---- */

static bool push_half(void *context, const struct claim_half_kept *half)
{
    struct talk *t = context;
    int64_t now = talk_clock(CLOCK_REALTIME);
    struct pending *p;

    if (half->expires <= now) {
        return true;
    }
    p = talk_new_pending(t, WAITS_PUSH);
    if (!p) {
        t->broken = true;
        return false;
    }
    memcpy(p->kept.decision, half->decision, sizeof(p->kept.decision));
    talk_expect(t, p,
                valkey_put_half(t->link, &t->digests, t->s->prefix, half, now));
    return !t->broken;
}

/* A shard at a time, under its lock: what is in the table then was granted or
 * is on its way, and what is withdrawn later is withdrawn after. */
void talk_push(struct talk *t)
{
    if (t->pushing && t->quiet < PUSH_MOST) {
        t->pushing =
            store_memory_visit(t->s->table, t->push_shard++, push_half, t);
    }
}

static void push_count(struct talk *t, const struct shared_record *record)
{
    struct pending *p = talk_new_pending(t, WAITS_COUNT);
    struct shared_call call = {.op = record->counted   ? SHARED_ADD
                                     : record->dropped ? SHARED_DROP
                                                       : SHARED_PUT,
                               .kind = record->kind,
                               .value_size = record->value_size,
                               .number = record->unpushed,
                               .now = talk_clock(CLOCK_REALTIME),
                               .expires = record->expires};

    if (!p) {
        t->broken = true;
        return;
    }
    memcpy(call.key, record->key, sizeof(call.key));
    memcpy(call.value, record->value, sizeof(call.value));
    p->record = *record;
    talk_put_share(t, p, &call);
}

void talk_push_counts(struct talk *t)
{
    struct shared_record records[COUNTS_MOST];
    struct shared_table *table = t->s->table->ops->shared(t->s->table);
    size_t n;

    do {
        n = shared_table_take(table, records, COUNTS_MOST);
        for (size_t i = 0; i < n; i++) {
            push_count(t, &records[i]);
        }
    } while (n == COUNTS_MOST && !t->broken);
}

static bool push_lockout(void *context, const struct shared_call *found)
{
    struct talk *t = context;
    struct shared_call call = *found;

    call.op = SHARED_PUT;
    talk_expect_nothing(
        t, valkey_put_shared(t->link, &t->digests, t->s->prefix, &call) == 1);
    return !t->broken;
}

void talk_push_lockouts(struct talk *t)
{
    struct shared_call hear = {.op = SHARED_HEAR,
                               .kind = SHARED_LOCKOUT,
                               .now = talk_clock(CLOCK_REALTIME)};
    struct pending *p = talk_new_pending(t, WAITS_LOCKOUTS);

    if (!p) {
        t->broken = true;
        return;
    }
    shared_table_visit(t->s->table->ops->shared(t->s->table), SHARED_LOCKOUT,
                       hear.now, push_lockout, t);
    p->record.changed = hear.now;
    talk_put_share(t, p, &hear);
}

void talk_watch(struct talk *t)
{
    struct pending *info = talk_new_pending(t, WAITS_INFO);
    struct pending *run = talk_new_pending(t, WAITS_RUN);
    char key[VALKEY_PREFIX_MAX + 8];

    if (!info || !run) {
        t->broken = true;
        return;
    }
    snprintf(key, sizeof(key), "%srun", t->s->prefix);
    talk_expect(t, info,
                redis_link_put(t->link, (struct view[]){VIEW("INFO")}, 1));
    talk_expect(t, run,
                redis_link_put(
                    t->link, (struct view[]){VIEW("GET"), view_text(key)}, 2));
}

#endif
