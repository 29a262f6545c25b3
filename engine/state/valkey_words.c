/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said to a server of the Redis protocol. Keys, after the prefix:
 *
 *   ip: iu:  + 32 bytes   an identity's slots, proven and unproven
 *   np: nu:  + 32 bytes   a payment-identifier's
 *   s:KIND:  + 32 bytes   shared values and numbers
 *   run                   the server's run_id, and when claims were lost
 *
 * A claim's record, numbers little-endian:
 *
 *   decision 16 | content 32 | ask 16 | claimed_at 8 | expires 8
 *
 * Claiming looks at both slots of up to two keys and sets two: a script, for
 * the server runs it as one act. It is SET NX GET in effect: whoever stands
 * is told, and one's own claim, come twice after a lost answer, is one's own.
 */
#include "state/valkey.h"

#ifdef WITH_HIREDIS

#include <stdio.h>

/* KEYS: slot, other slot [, the same of the identifier]
 * ARGV: "1" when proven, record, milliseconds
 * Answers nil: taken; "n" or "i" and the record that stands. */
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
    "if KEYS[3] then\n"
    "  v = rival(KEYS[3], KEYS[4])\n"
    "  if v and not is_own(v) then return 'n' .. v end\n"
    "end\n"
    "v = rival(KEYS[1], KEYS[2])\n"
    "if v and not is_own(v) then return 'i' .. v end\n"
    "redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])\n"
    "if KEYS[3] then redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3]) end\n"
    "return false\n";

/* KEYS: slots; ARGV: decision. Deletes what is that decision's. */
const char valkey_withdraw_script[] =
    "for _, key in ipairs(KEYS) do\n"
    "  local v = redis.call('GET', key)\n"
    "  if v and string.sub(v, 1, 16) == ARGV[1] then\n"
    "    redis.call('DEL', key)\n"
    "  end\n"
    "end\n"
    "return 0\n";

static const char *const kind_names[] = {
#define SHARED_NAME(kind, name, most) [SHARED_##kind] = (name),
    SHARED_KIND_LIST(SHARED_NAME)
#undef SHARED_NAME
};

/* ---- keys ---- */

static struct view make_key(char room[VALKEY_KEY_MAX], const char *prefix,
                            const char *kind, const unsigned char key[32])
{
    size_t size =
        (size_t)snprintf(room, VALKEY_KEY_MAX - 32, "%s%s:", prefix, kind);

    memcpy(room + size, key, 32);
    return view_of(room, size + 32);
}

struct view valkey_half_key(char room[VALKEY_KEY_MAX], const char *prefix,
                            bool identifier, bool proven,
                            const unsigned char key[32])
{
    static const char *const kinds[2][2] = {{"iu", "ip"}, {"nu", "np"}};

    return make_key(room, prefix, kinds[identifier][proven], key);
}

struct view valkey_shared_key(char room[VALKEY_KEY_MAX], const char *prefix,
                              enum shared_kind kind,
                              const unsigned char key[SHARED_KEY_SIZE])
{
    char name[16];

    snprintf(name, sizeof(name), "s:%s", kind_names[kind]);
    return make_key(room, prefix, name, key);
}

void valkey_claim_keys(struct valkey_keys *keys, const char *prefix,
                       const struct claim *claim)
{
    size_t halves = claim->has_identifier ? 2 : 1;

    for (size_t i = 0; i < halves; i++) {
        const unsigned char *key = i ? claim->identifier : claim->identity;

        for (size_t other = 0; other < 2; other++) {
            keys->key[2 * i + other] =
                valkey_half_key(keys->room[2 * i + other], prefix, i == 1,
                                claim->proven != (other == 1), key);
        }
    }
    keys->count = 2 * halves;
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
    AT_EXPIRES = 72
};

static void put_record(char out[VALKEY_RECORD_SIZE],
                       const struct claim_half_kept *half)
{
    memcpy(out + AT_DECISION, half->decision, 16);
    memcpy(out + AT_CONTENT, half->content, 32);
    memcpy(out + AT_ASK, half->ask, 16);
    put_i64(out + AT_CLAIMED, half->claimed_at);
    put_i64(out + AT_EXPIRES, half->expires);
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

bool valkey_put_claim(struct redis_link *link,
                      const struct valkey_scripts *scripts, const char *prefix,
                      const struct claim_call *call)
{
    const struct claim *claim = &call->claim;
    struct claim_half_kept half = {.claimed_at = claim->now,
                                   .expires = claim->expires};
    char record[VALKEY_RECORD_SIZE], ttl[24];
    struct valkey_keys keys;
    struct view words[10] = {VIEW("EVALSHA"),
                             view_of(scripts->claim, sizeof(scripts->claim))};
    size_t n = 3;

    valkey_claim_keys(&keys, prefix, claim);
    words[2] = keys.count == 4 ? VIEW("4") : VIEW("2");
    for (size_t i = 0; i < keys.count; i++) {
        words[n++] = keys.key[i];
    }
    memcpy(half.decision, claim->decision, sizeof(half.decision));
    memcpy(half.content, claim->content, sizeof(half.content));
    memcpy(half.ask, claim->ask, sizeof(half.ask));
    put_record(record, &half);
    words[n++] = claim->proven ? VIEW("1") : VIEW("0");
    words[n++] = view_of(record, sizeof(record));
    words[n++] = put_ttl(ttl, claim->expires, claim->now);
    return redis_link_put(link, words, n);
}

bool valkey_put_withdraw(struct redis_link *link,
                         const struct valkey_scripts *scripts,
                         const struct valkey_keys *keys,
                         const unsigned char decision[16])
{
    struct view words[8] = {
        VIEW("EVALSHA"), view_of(scripts->withdraw, sizeof(scripts->withdraw))};
    char count[4];
    size_t n = 3;

    snprintf(count, sizeof(count), "%u", (unsigned)keys->count);
    words[2] = view_text(count);
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

    put_record(record, half);
    return redis_link_put(
        link,
        (struct view[]){VIEW("SET"),
                        valkey_half_key(room, prefix, half->identifier,
                                        half->proven, half->key),
                        view_of(record, sizeof(record)), VIEW("NX"), VIEW("PX"),
                        put_ttl(ttl, half->expires, now)},
        6);
}

bool valkey_read_claim(const struct redis_reply *reply,
                       const struct claim *claim, struct claim_answer *answer)
{
    struct claim_half_kept rival;
    const char *record = reply->text.at + 1;

    if (reply->kind == REDIS_NIL) {
        *answer = (struct claim_answer){.result = CLAIM_TAKEN,
                                        .claimed_at = claim->now,
                                        .expires = claim->expires};
        memcpy(answer->decision, claim->decision, sizeof(answer->decision));
        return true;
    }
    if (reply->kind != REDIS_TEXT ||
        reply->text.size != 1 + VALKEY_RECORD_SIZE) {
        return false;
    }
    rival = (struct claim_half_kept){.identifier = reply->text.at[0] == 'n',
                                     .claimed_at = get_i64(record + AT_CLAIMED),
                                     .expires = get_i64(record + AT_EXPIRES)};
    memcpy(rival.decision, record + AT_DECISION, sizeof(rival.decision));
    memcpy(rival.content, record + AT_CONTENT, sizeof(rival.content));
    memcpy(rival.ask, record + AT_ASK, sizeof(rival.ask));
    claim_answer_rival(answer, claim, &rival);
    return true;
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
