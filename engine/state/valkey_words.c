/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said to a server of the Redis protocol. Keys, after the prefix:
 *
 *   ip: iu:  + 32 bytes   an identity's slots, proven and unproven
 *   np: nu:  + 32 bytes   a payment-identifier's
 *   d:       + 16 bytes   a decision's keys: identity [, identifier]
 *   s:KIND:  + 32 bytes   shared values and numbers
 *   run                   the server's run_id, and when claims were lost
 *
 * A claim's record, numbers little-endian:
 *
 *   decision 16 | content 32 | ask 16 | claimed_at 8 | expires 8 | payer 28
 *   | amount 8 | fate 1
 *
 * Claiming looks at both slots of up to two keys and sets two: a script, for
 * the server runs it as one act. It is SET NX GET in effect: whoever stands
 * is told, and one's own claim, come twice after a lost answer, is one's own.
 */
#include "state/valkey.h"

#ifdef WITH_HIREDIS

#include <stdio.h>

#include "state/claim_record.h"
#include "state/lockout.h"

/* KEYS: decision, slot, other slot [, the same of the identifier]
 *       [, the payer's lockout]
 * ARGV: "1" when proven, record, milliseconds, time or "", the decision's
 *       keys
 * Answers nil: taken; else "n" or "i" and the record that stands, or "l" and
 * the lockout. */
const char valkey_claim_script[] =
    "local function rival(mine, other)\n"
    "  local v = redis.call('GET', mine)\n"
    "  if v then return v end\n"
    "  v = redis.call('GET', other)\n"
    "  if v and (ARGV[1] == '0' or\n"
    "      string.sub(v, 17, 48) == string.sub(ARGV[2], 17, 48)) then\n"
    "    return v\n"
    "  end\n"
    "end\n"
    "local function is_own(v)\n"
    "  return string.sub(v, 1, 16) == string.sub(ARGV[2], 1, 16)\n"
    "end\n"
    "local v\n"
    "if ARGV[4] ~= '' then\n"
    "  v = redis.call('GET', KEYS[#KEYS])\n"
    "  if v and string.sub(v, 1, 8) > ARGV[4] then return 'l' .. v end\n"
    "end\n"
    "if #KEYS >= 5 then\n"
    "  v = rival(KEYS[4], KEYS[5])\n"
    "  if v and not is_own(v) then return 'n' .. v end\n"
    "end\n"
    "v = rival(KEYS[2], KEYS[3])\n"
    "if v and not is_own(v) then return 'i' .. v end\n"
    "redis.call('SET', KEYS[1], ARGV[5], 'PX', ARGV[3])\n"
    "redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])\n"
    "if #KEYS >= 5 then\n"
    "  redis.call('SET', KEYS[4], ARGV[2], 'PX', ARGV[3])\n"
    "end\n"
    "return false\n";

/* KEYS: decision, slots; ARGV: decision. Deletes what is that decision's. */
const char valkey_withdraw_script[] =
    "redis.call('DEL', KEYS[1])\n"
    "for i = 2, #KEYS do\n"
    "  local v = redis.call('GET', KEYS[i])\n"
    "  if v and string.sub(v, 1, 16) == ARGV[1] then\n"
    "    redis.call('DEL', KEYS[i])\n"
    "  end\n"
    "end\n"
    "return 0\n";

/* KEYS: decision; ARGV: decision, fate, prefix. Answers nil: it holds no
 * claim; else "d" done, "r" repeated or "x" refused, the slot's letter, and
 * the record. The fates and what may follow them are outcome.h's. What was
 * settled moves to the proven slot if that is free. */
const char valkey_outcome_script[] =
    "local keys = redis.call('GET', KEYS[1])\n"
    "if not keys then return false end\n"
    "local function find(kind, key)\n"
    "  for _, slot in ipairs({'p', 'u'}) do\n"
    "    local at = ARGV[3] .. kind .. slot .. ':' .. key\n"
    "    local v = redis.call('GET', at)\n"
    "    if v and string.sub(v, 1, 16) == ARGV[1] then\n"
    "      return at, v, slot\n"
    "    end\n"
    "  end\n"
    "end\n"
    "local told = tonumber(ARGV[2])\n"
    "local function act(kind, key)\n"
    "  local at, v, slot = find(kind, key)\n"
    "  if not at then return end\n"
    "  if told == 4 then redis.call('DEL', at) return end\n"
    "  v = string.sub(v, 1, -2) .. string.char(told)\n"
    "  local proven = ARGV[3] .. kind .. 'p:' .. key\n"
    "  if told == 1 and slot == 'u' and redis.call('EXISTS', proven) == 0\n"
    "  then\n"
    "    redis.call('RENAME', at, proven)\n"
    "    at = proven\n"
    "  end\n"
    "  redis.call('SET', at, v, 'KEEPTTL')\n"
    "end\n"
    "local at, v, slot = find('i', string.sub(keys, 1, 32))\n"
    "if not at then return false end\n"
    "local now = string.byte(v, -1)\n"
    "if now == told then return 'r' .. slot .. v end\n"
    "if now == 1 or (now == 3 and told == 4) or (now == 2 and told == 3) then\n"
    "  return 'x' .. slot .. v\n"
    "end\n"
    "act('i', string.sub(keys, 1, 32))\n"
    "if #keys == 64 then act('n', string.sub(keys, 33, 64)) end\n"
    "if told == 4 then redis.call('DEL', KEYS[1]) end\n"
    "return 'd' .. slot .. v\n";

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
static struct view put_ttl(char room[24], int64_t expires, int64_t now)
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
                      const struct valkey_scripts *scripts, const char *prefix,
                      const struct claim_call *call)
{
    static const char *const counts[] = {"3", "4", "5", "6"};
    const struct claim *claim = &call->claim;
    struct claim_half_kept half = claim_half_of(call, false);
    struct shared_call lockout = lockout_ask(claim->payer, claim->now);
    char record[VALKEY_RECORD_SIZE], ttl[24], names[64], now[8];
    char lockout_room[VALKEY_KEY_MAX];
    struct valkey_keys keys;
    struct view words[14] = {VIEW("EVALSHA"),
                             view_of(scripts->claim, sizeof(scripts->claim))};
    size_t n = 3;

    half.claimed_at = claim->now;
    half.expires = claim->expires;
    valkey_claim_keys(&keys, prefix, claim);
    words[2] = view_text(counts[keys.count + claim->has_payer - 3]);
    for (size_t i = 0; i < keys.count; i++) {
        words[n++] = keys.key[i];
    }
    if (claim->has_payer) {
        words[n++] = valkey_shared_key(lockout_room, prefix, SHARED_LOCKOUT,
                                       lockout.key);
    }
    put_record(record, &half);
    words[n++] = claim->proven ? VIEW("1") : VIEW("0");
    words[n++] = view_of(record, sizeof(record));
    words[n++] = put_ttl(ttl, claim->expires, claim->now);
    words[n++] = claim->has_payer ? put_time(now, claim->now) : VIEW("");
    words[n++] = put_names(names, claim);
    return redis_link_put(link, words, n);
}

bool valkey_put_withdraw(struct redis_link *link,
                         const struct valkey_scripts *scripts,
                         const struct valkey_keys *keys,
                         const unsigned char decision[16])
{
    static const char *const counts[] = {"1", "2", "3", "4", "5"};
    struct view words[9] = {
        VIEW("EVALSHA"), view_of(scripts->withdraw, sizeof(scripts->withdraw)),
        view_text(counts[keys->count - 1])};
    size_t n = 3;

    for (size_t i = 0; i < keys->count; i++) {
        words[n++] = keys->key[i];
    }
    words[n++] = view_of((const char *)decision, 16);
    return redis_link_put(link, words, n);
}

bool valkey_put_half(struct redis_link *link, const char *prefix,
                     const struct claim_half_kept *half, int64_t now)
{
    char room[VALKEY_KEY_MAX], record[VALKEY_RECORD_SIZE], ttl[24];
    struct view words[6] = {VIEW("SET"), VIEW_NONE,  VIEW_NONE,
                            VIEW("NX"),  VIEW("PX"), VIEW_NONE};

    put_record(record, half);
    words[1] = valkey_half_key(room, prefix, half->identifier, half->proven,
                               half->key);
    words[2] = view_of(record, sizeof(record));
    words[5] = put_ttl(ttl, half->expires, now);
    return redis_link_put(link, words, 6);
}

/* So that outcomes find it too; of the identity, which says what may be done
 * to both. */
bool valkey_put_names(struct redis_link *link, const char *prefix,
                      const struct claim_half_kept *half, int64_t now)
{
    char room[VALKEY_KEY_MAX], ttl[24];
    struct view words[6] = {VIEW("SET"), VIEW_NONE,  VIEW_NONE,
                            VIEW("NX"),  VIEW("PX"), VIEW_NONE};

    words[1] = valkey_decision_key(room, prefix, half->decision);
    words[2] = view_of((const char *)half->key, sizeof(half->key));
    words[5] = put_ttl(ttl, half->expires, now);
    return redis_link_put(link, words, 6);
}

static bool read_lockout(struct view value, struct claim_answer *answer)
{
    struct shared_call found = {.result = SHARED_STANDS,
                                .value_size = value.size};

    if (value.size > sizeof(found.value)) {
        return false;
    }
    memcpy(found.value, value.at, value.size);
    *answer = (struct claim_answer){.result = CLAIM_LOCKED_OUT,
                                    .expires = lockout_until(&found)};
    return true;
}

bool valkey_read_claim(const struct redis_reply *reply,
                       const struct claim *claim, struct claim_answer *answer)
{
    struct claim_half_kept rival;

    if (reply->kind == REDIS_NIL) {
        *answer = (struct claim_answer){.result = CLAIM_TAKEN,
                                        .claimed_at = claim->now,
                                        .expires = claim->expires};
        memcpy(answer->decision, claim->decision, sizeof(answer->decision));
        return true;
    }
    if (reply->kind == REDIS_TEXT && reply->text.size > 1 &&
        reply->text.at[0] == 'l') {
        return read_lockout(view_of(reply->text.at + 1, reply->text.size - 1),
                            answer);
    }
    if (reply->kind != REDIS_TEXT ||
        reply->text.size != 1 + VALKEY_RECORD_SIZE) {
        return false;
    }
    rival = get_record(reply->text.at + 1);
    rival.identifier = reply->text.at[0] == 'n';
    claim_answer_rival(answer, claim, &rival);
    return true;
}

/* ---- outcomes ---- */

bool valkey_put_outcome(struct redis_link *link,
                        const struct valkey_scripts *scripts,
                        const char *prefix, const struct outcome_call *call)
{
    char room[VALKEY_KEY_MAX], fate[4];

    snprintf(fate, sizeof(fate), "%u", (unsigned)call->fate);
    return redis_link_put(
        link,
        (struct view[]){
            VIEW("EVALSHA"),
            view_of(scripts->outcome, sizeof(scripts->outcome)), VIEW("1"),
            valkey_decision_key(room, prefix, call->decision),
            view_of((const char *)call->decision, sizeof(call->decision)),
            view_text(fate), view_text(prefix)},
        7);
}

void valkey_read_outcome(const struct redis_reply *reply,
                         struct outcome_call *call)
{
    struct claim_half_kept half;

    call->result =
        reply->kind == REDIS_NIL ? OUTCOME_UNKNOWN : OUTCOME_UNAVAILABLE;
    if (reply->kind != REDIS_TEXT ||
        reply->text.size != 2 + VALKEY_RECORD_SIZE) {
        return;
    }
    half = get_record(reply->text.at + 2);
    call->result = reply->text.at[0] == 'd'   ? OUTCOME_DONE
                   : reply->text.at[0] == 'r' ? OUTCOME_REPEATED
                                              : OUTCOME_REFUSED;
    call->proven = reply->text.at[1] == 'p';
    call->amount = half.amount;
    memcpy(call->payer, half.payer, sizeof(call->payer));
}

/* ---- shared values ---- */

unsigned valkey_put_shared(struct redis_link *link, const char *prefix,
                           const struct shared_call *call)
{
    char room[VALKEY_KEY_MAX], ttl[24], number[24];
    struct view key = valkey_shared_key(room, prefix, call->kind, call->key);
    struct view value = view_of((const char *)call->value, call->value_size);
    struct view life = put_ttl(ttl, call->expires, call->now);

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
        snprintf(number, sizeof(number), "%lld", (long long)call->number);
        return redis_link_put(
                   link,
                   (struct view[]){VIEW("INCRBY"), key, view_text(number)},
                   3) &&
                       redis_link_put(link,
                                      (struct view[]){VIEW("PEXPIRE"), key,
                                                      life, VIEW("NX")},
                                      4)
                   ? 2
                   : 0;
    }
    return 0;
}

static void read_value(struct view text, struct shared_call *call)
{
    long long number;

    call->value_size =
        text.size < SHARED_VALUE_MAX ? text.size : SHARED_VALUE_MAX;
    memcpy(call->value, text.at, call->value_size);
    if (text.size > 0 && text.size < 21) {
        char digits[24];

        memcpy(digits, text.at, text.size);
        digits[text.size] = '\0';
        if (sscanf(digits, "%lld", &number) == 1) {
            call->number = number;
        }
    }
}

void valkey_read_shared(const struct redis_reply *reply,
                        struct shared_call *call)
{
    bool there = reply->kind != REDIS_NIL;

    if (reply->kind == REDIS_ERROR) {
        call->result = SHARED_UNAVAILABLE;
        return;
    }
    if (reply->kind == REDIS_NUMBER) {
        there = call->op != SHARED_DROP || reply->number > 0;
        call->number = reply->number;
    }
    if (there && call->op != SHARED_PUT && reply->kind == REDIS_TEXT) {
        read_value(reply->text, call);
    }
    if (call->op == SHARED_PUT_NEW) {
        call->result = there ? SHARED_TAKEN : SHARED_STANDS;
    } else {
        call->result = there ? SHARED_STANDS : SHARED_ABSENT;
    }
}

/* ---- what the server says of itself ---- */

struct view valkey_info(struct view info, const char *name)
{
    size_t size = strlen(name);

    for (size_t at = 0; at < info.size;) {
        const char *line = info.at + at;
        const char *end = memchr(line, '\n', info.size - at);
        size_t length = end ? (size_t)(end - line) : info.size - at;

        at += length + 1;
        if (length > size && line[size] == ':' && !memcmp(line, name, size)) {
            length -= line[length - 1] == '\r';
            return view_of(line + size + 1, length - size - 1);
        }
    }
    return VIEW_NONE;
}

#endif
