/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said to a server of the Redis protocol. Keys, after the prefix:
 *
 *   ip: iu:  + 32 bytes   an identity's slots, proven and unproven
 *   np: nu:  + 32 bytes   a payment-identifier's
 *   d:       + 16 bytes   a decision's keys: identity [, identifier]; or "-",
 *                         it was released
 *   s:KIND:  + 32 bytes   shared values and numbers
 *   lockouts              keys of lockouts, sorted by their expiry
 *   run                   the server's run_id, and when claims were lost
 *
 * A claim's record, numbers little-endian:
 *
 *   decision 16 | content 32 | ask 16 | claimed_at 8 | expires 8 | payer 28
 *   | amount 8 | fate 1
 */
#include "state/valkey.h"

#ifdef WITH_HIREDIS

#include <stdio.h>

#include "state/claim_record.h"
#include "state/lockout.h"

static const char *const kind_names[] = {
#define SHARED_NAME(kind, name, most) [SHARED_##kind] = (name),
    SHARED_KIND_LIST(SHARED_NAME)
#undef SHARED_NAME
};

/* ---- keys ---- */

static struct view make_key(char room[VALKEY_KEY_MAX], const char *prefix,
                            const char *kind, const unsigned char *key,
                            size_t key_size)
{
    size_t size =
        (size_t)snprintf(room, VALKEY_KEY_MAX - 32, "%s%s:", prefix, kind);

    memcpy(room + size, key, key_size);
    return view_of(room, size + key_size);
}

struct view valkey_half_key(char room[VALKEY_KEY_MAX], const char *prefix,
                            bool identifier, bool proven,
                            const unsigned char key[32])
{
    static const char *const kinds[2][2] = {{"iu", "ip"}, {"nu", "np"}};

    return make_key(room, prefix, kinds[identifier][proven], key, 32);
}

struct view valkey_decision_key(char room[VALKEY_KEY_MAX], const char *prefix,
                                const unsigned char decision[16])
{
    return make_key(room, prefix, "d", decision, 16);
}

struct view valkey_shared_key(char room[VALKEY_KEY_MAX], const char *prefix,
                              enum shared_kind kind,
                              const unsigned char key[SHARED_KEY_SIZE])
{
    char name[16];

    snprintf(name, sizeof(name), "s:%s", kind_names[kind]);
    return make_key(room, prefix, name, key, SHARED_KEY_SIZE);
}

void valkey_claim_keys(struct valkey_keys *keys, const char *prefix,
                       const struct claim *claim)
{
    size_t halves = claim->has_identifier ? 2 : 1;

    keys->key[0] = valkey_decision_key(keys->room[0], prefix, claim->decision);
    keys->count = 1;
    for (size_t i = 0; i < 2 * halves; i++) {
        keys->key[keys->count] =
            valkey_half_key(keys->room[keys->count], prefix, i >= 2,
                            claim->proven != (i % 2 == 1),
                            i >= 2 ? claim->identifier : claim->identity);
        keys->count++;
    }
}

/* ---- records ---- */

static void put_i64(char *at, int64_t n)
{
    for (size_t i = 0; i < 8; i++) {
        at[i] = (char)(unsigned char)((uint64_t)n >> (8 * i));
    }
}

static int64_t get_i64(const char *at)
{
    uint64_t n = 0;

    for (size_t i = 8; i-- > 0;) {
        n = n << 8 | (unsigned char)at[i];
    }
    return (int64_t)n;
}

enum {
    AT_DECISION = 0,
    AT_CONTENT = 16,
    AT_ASK = 48,
    AT_CLAIMED = 64,
    AT_EXPIRES = 72,
    AT_PAYER = 80,
    AT_AMOUNT = 108,
    AT_FATE = 116
};

static void put_record(char out[VALKEY_RECORD_SIZE],
                       const struct claim_half_kept *half)
{
    memcpy(out + AT_DECISION, half->decision, 16);
    memcpy(out + AT_CONTENT, half->content, 32);
    memcpy(out + AT_ASK, half->ask, 16);
    put_i64(out + AT_CLAIMED, half->claimed_at);
    put_i64(out + AT_EXPIRES, half->expires);
    memcpy(out + AT_PAYER, half->payer, CLAIM_PAYER);
    put_i64(out + AT_AMOUNT, (int64_t)half->amount);
    out[AT_FATE] = (char)half->fate;
}

static struct claim_half_kept get_record(const char *record)
{
    struct claim_half_kept half = {.claimed_at = get_i64(record + AT_CLAIMED),
                                   .expires = get_i64(record + AT_EXPIRES),
                                   .amount =
                                       (uint64_t)get_i64(record + AT_AMOUNT),
                                   .fate = (uint8_t)record[AT_FATE]};

    memcpy(half.decision, record + AT_DECISION, sizeof(half.decision));
    memcpy(half.content, record + AT_CONTENT, sizeof(half.content));
    memcpy(half.ask, record + AT_ASK, sizeof(half.ask));
    memcpy(half.payer, record + AT_PAYER, sizeof(half.payer));
    return half;
}

/* Milliseconds until it may go; never too few. */
struct view valkey_put_ttl(char room[24], int64_t expires, int64_t now)
{
    int64_t left = expires > now ? (expires - now) / 1000 + 1 : 1;

    if (left > INT64_C(1) << 50) { /* for ever; the server adds its time */
        left = INT64_C(1) << 50;
    }
    return view_of(room, (size_t)snprintf(room, 24, "%lld", (long long)left));
}

/* ---- claims ---- */

/* The keys of its decision: identity [, identifier]. */
static struct view put_names(char room[64], const struct claim *claim)
{
    memcpy(room, claim->identity, 32);
    memcpy(room + 32, claim->identifier, 32);
    return view_of(room, claim->has_identifier ? 64 : 32);
}

/* In the order in which lockouts are kept, to be compared as text. */
static struct view put_time(char room[8], int64_t now)
{
    for (size_t i = 0; i < 8; i++) {
        room[i] = (char)(unsigned char)((uint64_t)now >> (56 - 8 * i));
    }
    return view_of(room, 8);
}

bool valkey_put_claim(struct redis_link *link,
                      const struct valkey_digests *digests, const char *prefix,
                      const struct claim_call *call)
{
    static const char *const counts[] = {"3", "4", "5", "6", "7"};
    const struct claim *claim = &call->claim;
    struct claim_half_kept half = claim_half_of(call, false);
    struct shared_call lockout = lockout_ask(claim->payer, claim->now);
    char record[VALKEY_RECORD_SIZE], ttl[24], names[64], now[8];
    char lockout_room[VALKEY_KEY_MAX], rival_room[VALKEY_KEY_MAX];
    struct valkey_keys keys;
    struct view words[16] = {VIEW("EVALSHA"),
                             valkey_digest(digests, SCRIPT_CLAIM)};
    size_t n = 3;

    half.claimed_at = claim->now;
    half.expires = claim->expires;
    valkey_claim_keys(&keys, prefix, claim);
    words[2] =
        view_text(counts[keys.count + claim->has_payer + call->stands - 3]);
    for (size_t i = 0; i < keys.count; i++) {
        words[n++] = keys.key[i];
    }
    if (claim->has_payer) {
        words[n++] = valkey_shared_key(lockout_room, prefix, SHARED_LOCKOUT,
                                       lockout.key);
    }
    if (call->stands) {
        words[n++] = valkey_decision_key(rival_room, prefix, call->rival);
    }
    put_record(record, &half);
    words[n++] = claim->proven ? VIEW("1") : VIEW("0");
    words[n++] = view_of(record, sizeof(record));
    words[n++] = valkey_put_ttl(ttl, claim->expires, claim->now);
    words[n++] = claim->has_payer ? put_time(now, claim->now) : VIEW("");
    words[n++] = put_names(names, claim);
    words[n++] = call->stands ? VIEW("1") : VIEW("");
    return redis_link_put(link, words, n);
}

bool valkey_put_withdraw(struct redis_link *link,
                         const struct valkey_digests *digests,
                         const struct valkey_keys *keys,
                         const unsigned char decision[16])
{
    static const char *const counts[] = {"1", "2", "3", "4", "5"};
    struct view words[9] = {VIEW("EVALSHA"),
                            valkey_digest(digests, SCRIPT_WITHDRAW),
                            view_text(counts[keys->count - 1])};
    size_t n = 3;

    for (size_t i = 0; i < keys->count; i++) {
        words[n++] = keys->key[i];
    }
    words[n++] = view_of((const char *)decision, 16);
    return redis_link_put(link, words, n);
}

/* Outcomes find it by the identity, which says what may be done to both. */
bool valkey_put_half(struct redis_link *link,
                     const struct valkey_digests *digests, const char *prefix,
                     const struct claim_half_kept *half, int64_t now)
{
    char room[VALKEY_KEY_MAX], decision_room[VALKEY_KEY_MAX];
    char record[VALKEY_RECORD_SIZE], ttl[24];

    put_record(record, half);
    return redis_link_put(
        link,
        (struct view[]){
            VIEW("EVALSHA"), valkey_digest(digests, SCRIPT_PUSH), VIEW("2"),
            valkey_decision_key(decision_room, prefix, half->decision),
            valkey_half_key(room, prefix, half->identifier, half->proven,
                            half->key),
            view_of(record, sizeof(record)),
            valkey_put_ttl(ttl, half->expires, now),
            view_of((const char *)half->key,
                    half->identifier ? 0 : sizeof(half->key))},
        8);
}

static bool read_lockout(struct view value, struct claim_answer *answer)
{
    struct shared_call found = {.result = SHARED_STANDS,
                                .value_size = value.size};

    if (value.size != LOCKOUT_SIZE) {
        return false;
    }
    memcpy(found.value, value.at, value.size);
    *answer = (struct claim_answer){.result = CLAIM_LOCKED_OUT,
                                    .expires = lockout_until(&found)};
    return true;
}

static bool read_taken(struct view decision, const struct claim *claim,
                       struct claim_answer *answer)
{
    if (!view_equal(decision, view_of((const char *)claim->decision,
                                      sizeof(claim->decision)))) {
        return false; /* of another: replies and commands are out of step */
    }
    *answer = (struct claim_answer){.result = CLAIM_TAKEN,
                                    .claimed_at = claim->now,
                                    .expires = claim->expires};
    memcpy(answer->decision, claim->decision, sizeof(answer->decision));
    return true;
}

static bool read_rival(struct view record, const struct claim *claim,
                       bool identifier, struct claim_answer *answer)
{
    struct claim_half_kept rival;

    if (record.size != VALKEY_RECORD_SIZE) {
        return false;
    }
    rival = get_record(record.at);
    rival.identifier = identifier;
    claim_answer_rival(answer, claim, &rival);
    return true;
}

bool valkey_read_claim(const struct redis_reply *reply, struct claim_call *call)
{
    const struct claim *claim = &call->claim;
    struct view rest;

    if (reply->kind != REDIS_TEXT || reply->text.size == 0) {
        return false;
    }
    rest = view_of(reply->text.at + 1, reply->text.size - 1);
    switch (reply->text.at[0]) {
    case 't':
        return read_taken(rest, claim, &call->answer);
    case 'l':
        return read_lockout(rest, &call->answer);
    case 'i':
    case 'n':
        return read_rival(rest, claim, reply->text.at[0] == 'n', &call->answer);
    case 's': /* as it was answered here */
        return call->stands && rest.size == 0;
    default:
        return false;
    }
}

/* ---- outcomes ---- */

bool valkey_put_outcome(struct redis_link *link,
                        const struct valkey_digests *digests,
                        const char *prefix, const struct outcome_call *call)
{
    char room[VALKEY_KEY_MAX], fate[4];

    snprintf(fate, sizeof(fate), "%u", (unsigned)call->fate);
    return redis_link_put(
        link,
        (struct view[]){
            VIEW("EVALSHA"), valkey_digest(digests, SCRIPT_OUTCOME), VIEW("1"),
            valkey_decision_key(room, prefix, call->decision),
            view_of((const char *)call->decision, sizeof(call->decision)),
            view_text(fate), view_text(prefix)},
        7);
}

bool valkey_read_outcome(const struct redis_reply *reply,
                         struct outcome_call *call)
{
    struct claim_half_kept half;
    struct view text = reply->text;

    call->result = OUTCOME_UNAVAILABLE;
    if (reply->kind == REDIS_NIL) {
        call->result = OUTCOME_UNKNOWN;
        return true;
    }
    if (reply->kind != REDIS_TEXT || text.size != 2 + VALKEY_RECORD_SIZE ||
        !memchr("drx", text.at[0], 3) || !memchr("pu", text.at[1], 2)) {
        return reply->kind == REDIS_ERROR;
    }
    half = get_record(text.at + 2);
    if (memcmp(half.decision, call->decision, sizeof(half.decision)) != 0) {
        return false; /* replies and commands are out of step */
    }
    call->result = text.at[0] == 'd'   ? OUTCOME_DONE
                   : text.at[0] == 'r' ? OUTCOME_REPEATED
                                       : OUTCOME_REFUSED;
    call->proven = text.at[1] == 'p';
    call->amount = half.amount;
    memcpy(call->payer, half.payer, sizeof(call->payer));
    return true;
}

#endif
