/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared values, as they are said to a server of the Redis protocol. Plain
 * commands, but for lockouts: of those the later stands, and all can be
 * asked for at once, as keys (32) and values (20), one after the other.
 */
#include "state/valkey.h"

#ifdef WITH_HIREDIS

#include <stdio.h>
#include <stdlib.h>

#include "state/lockout.h"

/* Two commands, of which the first tells. */
static unsigned put_sum(struct redis_link *link, struct view key,
                        struct view life, int64_t number)
{
    char digits[24];

    snprintf(digits, sizeof(digits), "%lld", (long long)number);
    return redis_link_put(
               link, (struct view[]){VIEW("INCRBY"), key, view_text(digits)},
               3) &&
                   redis_link_put(
                       link,
                       (struct view[]){VIEW("PEXPIRE"), key, life, VIEW("NX")},
                       4)
               ? 2
               : 0;
}

static unsigned put_value(struct redis_link *link, struct view key,
                          struct view life, const struct shared_call *call)
{
    struct view value = view_of((const char *)call->value, call->value_size);

    switch (call->op) {
    case SHARED_GET:
        return redis_link_put(link, (struct view[]){VIEW("GET"), key}, 2);
    case SHARED_DROP:
        return redis_link_put(link, (struct view[]){VIEW("DEL"), key}, 2);
    case SHARED_PUT:
        return redis_link_put(
            link, (struct view[]){VIEW("SET"), key, value, VIEW("PX"), life},
            5);
    case SHARED_PUT_NEW:
        return redis_link_put(link,
                              (struct view[]){VIEW("SET"), key, value,
                                              VIEW("NX"), VIEW("GET"),
                                              VIEW("PX"), life},
                              7);
    case SHARED_ADD:
        return put_sum(link, key, life, call->number);
    case SHARED_SWAP: /* of lockouts only */
    case SHARED_HEAR:
        break;
    }
    return 0;
}

/* ---- lockouts ---- */

static struct view put_milliseconds(char room[24], int64_t time)
{
    return view_of(
        room, (size_t)snprintf(room, 24, "%lld", (long long)(time / 1000)));
}

static unsigned put_lock(struct redis_link *link,
                         const struct valkey_digests *digests, struct view key,
                         struct view index, const struct shared_call *call)
{
    char life[24], expiry[24];

    return redis_link_put(
        link,
        (struct view[]){
            VIEW("EVALSHA"), valkey_digest(digests, SCRIPT_LOCK), VIEW("2"),
            key, index, view_of((const char *)call->value, call->value_size),
            valkey_put_ttl(life, call->expires, call->now),
            put_milliseconds(expiry, call->expires),
            view_of((const char *)call->key, sizeof(call->key)),
            call->op == SHARED_SWAP ? VIEW("1") : VIEW(""),
            view_of((const char *)call->expected, call->expected_size)},
        11);
}

static unsigned put_lift(struct redis_link *link,
                         const struct valkey_digests *digests, struct view key,
                         const struct shared_call *call)
{
    unsigned char value[LOCKOUT_SIZE];

    lockout_lifted(value, call->now);
    return redis_link_put(
        link,
        (struct view[]){VIEW("EVALSHA"), valkey_digest(digests, SCRIPT_LIFT),
                        VIEW("1"), key,
                        view_of((const char *)value, sizeof(value))},
        5);
}

static unsigned put_hear(struct redis_link *link,
                         const struct valkey_digests *digests,
                         const char *prefix, struct view index,
                         const struct shared_call *call)
{
    static const unsigned char none[SHARED_KEY_SIZE];
    char room[VALKEY_KEY_MAX], now[24], most[24];
    struct view before = valkey_shared_key(room, prefix, SHARED_LOCKOUT, none);

    before.size -= sizeof(none);
    snprintf(most, sizeof(most), "%d", VALKEY_LOCKOUTS_MOST);
    return redis_link_put(
        link,
        (struct view[]){
            VIEW("EVALSHA"), valkey_digest(digests, SCRIPT_LOCKOUTS), VIEW("1"),
            index, put_milliseconds(now, call->now), before, view_text(most)},
        7);
}

unsigned valkey_put_shared(struct redis_link *link,
                           const struct valkey_digests *digests,
                           const char *prefix, const struct shared_call *call)
{
    char room[VALKEY_KEY_MAX], life[24], index_room[VALKEY_PREFIX_MAX + 16];
    struct view key = valkey_shared_key(room, prefix, call->kind, call->key);
    struct view index;

    if (call->kind != SHARED_LOCKOUT || call->op == SHARED_GET) {
        return put_value(link, key,
                         valkey_put_ttl(life, call->expires, call->now), call);
    }
    snprintf(index_room, sizeof(index_room), "%slockouts", prefix);
    index = view_text(index_room);
    return call->op == SHARED_HEAR
               ? put_hear(link, digests, prefix, index, call)
           : call->op == SHARED_DROP
               ? put_lift(link, digests, key, call)
               : put_lock(link, digests, key, index, call);
}

/* ---- answers ---- */

/* A number as Redis keeps it; anything else is no number. */
static bool read_number(struct view text, int64_t *number)
{
    bool negative = view_starts(text, VIEW("-"));
    unsigned long long size;

    if (!view_to_u64(view_of(text.at + negative, text.size - negative),
                     &size) ||
        size > INT64_MAX) {
        return false;
    }
    *number = negative ? -(int64_t)size : (int64_t)size;
    return true;
}

static bool read_value(struct view text, struct shared_call *call)
{
    if (text.size > sizeof(call->value)) {
        return false;
    }
    memcpy(call->value, text.at, text.size);
    call->value_size = text.size;
    if (!read_number(text, &call->number)) {
        call->number = 0;
    }
    return true;
}

/* SET, or the script of a lockout. */
static bool read_put(const struct redis_reply *reply, struct shared_call *call)
{
    bool lockout = call->kind == SHARED_LOCKOUT;

    if (call->op == SHARED_PUT && !lockout) {
        call->result = SHARED_STANDS;
        return reply->kind == REDIS_TEXT;
    }
    call->result = reply->kind == REDIS_NIL ? SHARED_STANDS : SHARED_TAKEN;
    return reply->kind == REDIS_NIL ||
           (reply->kind == REDIS_TEXT && read_value(reply->text, call));
}

static bool read_answer(const struct redis_reply *reply,
                        struct shared_call *call)
{
    switch (call->op) {
    case SHARED_GET:
        call->result = reply->kind == REDIS_NIL ? SHARED_ABSENT : SHARED_STANDS;
        return reply->kind == REDIS_NIL ||
               (reply->kind == REDIS_TEXT && read_value(reply->text, call));
    case SHARED_DROP:
        call->result = reply->number > 0 ? SHARED_STANDS : SHARED_ABSENT;
        return reply->kind == REDIS_NUMBER;
    case SHARED_ADD:
        call->result = SHARED_STANDS;
        call->number = reply->number;
        return reply->kind == REDIS_NUMBER;
    case SHARED_PUT:
    case SHARED_PUT_NEW:
    case SHARED_SWAP:
        return read_put(reply, call);
    case SHARED_HEAR:
        call->result = SHARED_STANDS;
        return reply->kind == REDIS_TEXT &&
               reply->text.size % (SHARED_KEY_SIZE + LOCKOUT_SIZE) == 0;
    }
    return false;
}

bool valkey_read_shared(const struct redis_reply *reply,
                        struct shared_call *call)
{
    if (reply->kind != REDIS_ERROR && read_answer(reply, call)) {
        return true;
    }
    call->result = SHARED_UNAVAILABLE;
    return reply->kind == REDIS_ERROR;
}

size_t valkey_lockouts(struct view text)
{
    return text.size / (SHARED_KEY_SIZE + LOCKOUT_SIZE);
}

struct shared_record valkey_lockout(struct view text, size_t number,
                                    int64_t now)
{
    const char *at = text.at + number * (SHARED_KEY_SIZE + LOCKOUT_SIZE);
    struct shared_call found = {.result = SHARED_STANDS,
                                .value_size = LOCKOUT_SIZE};
    struct shared_record record = {
        .kind = SHARED_LOCKOUT, .value_size = LOCKOUT_SIZE, .changed = now};
    struct lockout lockout;

    memcpy(record.key, at, sizeof(record.key));
    memcpy(record.value, at + sizeof(record.key), LOCKOUT_SIZE);
    memcpy(found.value, record.value, LOCKOUT_SIZE);
    lockout = lockout_read(&found);
    record.expires = lockout_kept_until(&lockout);
    return record;
}

#endif
