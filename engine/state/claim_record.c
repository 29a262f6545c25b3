/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Claims to records and back, and the names and ends of buckets.
 */
#include "state/claim_record.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"

#define MINUTE INT64_C(60000000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

enum { PROVEN = 1, IDENTIFIER = 2 };

static uint64_t checksum(const struct claim_record_key *key,
                         const struct claim_record *record)
{
    static const unsigned char fixed[16] = "wb claim record";
    unsigned char all[sizeof(*key) + offsetof(struct claim_record, check)];

    memcpy(all, key, sizeof(*key));
    memcpy(all + sizeof(*key), record, sizeof(all) - sizeof(*key));
    return hash_sip(fixed, view_of((const char *)all, sizeof(all)));
}

struct claim_half_kept claim_half_of(const struct claim_call *call,
                                     bool identifier)
{
    const struct claim *claim = &call->claim;
    struct claim_half_kept half = {.proven = claim->proven,
                                   .identifier = identifier,
                                   .amount = claim->amount,
                                   .claimed_at = call->answer.claimed_at,
                                   .expires = call->answer.expires};

    memcpy(half.key, identifier ? claim->identifier : claim->identity,
           sizeof(half.key));
    memcpy(half.content, claim->content, sizeof(half.content));
    memcpy(half.decision, claim->decision, sizeof(half.decision));
    memcpy(half.ask, claim->ask, sizeof(half.ask));
    if (claim->has_payer) {
        memcpy(half.payer, claim->payer, sizeof(half.payer));
    }
    return half;
}

struct claim_record_key claim_record_key_of(const struct claim_half_kept *half,
                                            bool proven)
{
    struct claim_record_key key = {
        .kind = (unsigned char)((proven ? PROVEN : 0) |
                                (half->identifier ? IDENTIFIER : 0))};

    memcpy(key.key, half->key, sizeof(key.key));
    return key;
}

struct claim_record claim_record_of(const struct claim_record_key *key,
                                    const struct claim_half_kept *half)
{
    struct claim_record record = {.fate = half->fate,
                                  .amount = half->amount,
                                  .claimed_at = half->claimed_at,
                                  .expires = half->expires};

    memcpy(record.content, half->content, sizeof(record.content));
    memcpy(record.decision, half->decision, sizeof(record.decision));
    memcpy(record.ask, half->ask, sizeof(record.ask));
    memcpy(record.payer, half->payer, sizeof(record.payer));
    record.check = checksum(key, &record);
    return record;
}

bool claim_record_read(const void *key_at, size_t key_size,
                       const void *record_at, size_t record_size,
                       struct claim_half_kept *half)
{
    struct claim_record_key key;
    struct claim_record record;

    if (key_size != sizeof(key) || record_size != sizeof(record)) {
        return false;
    }
    memcpy(&key, key_at, sizeof(key));
    memcpy(&record, record_at, sizeof(record));
    *half = (struct claim_half_kept){.proven = (key.kind & PROVEN) != 0,
                                     .identifier = (key.kind & IDENTIFIER) != 0,
                                     .fate = (uint8_t)record.fate,
                                     .amount = record.amount,
                                     .claimed_at = record.claimed_at,
                                     .expires = record.expires};
    memcpy(half->key, key.key, sizeof(half->key));
    memcpy(half->content, record.content, sizeof(half->content));
    memcpy(half->decision, record.decision, sizeof(half->decision));
    memcpy(half->ask, record.ask, sizeof(half->ask));
    memcpy(half->payer, record.payer, sizeof(half->payer));
    return record.check == checksum(&key, &record);
}

/* ---- buckets ---- */

static int64_t round_up(int64_t time, int64_t width)
{
    return time > INT64_MAX - width ? INT64_MAX : (time / width + 1) * width;
}

int64_t claim_record_end(int64_t expires, int64_t now)
{
    int64_t ahead = expires - now;

    return ahead < HOUR + 10 * MINUTE ? round_up(expires, MINUTE)
           : ahead < 2 * DAY          ? round_up(expires, HOUR)
           : ahead < 400 * DAY        ? round_up(expires, DAY)
                                      : INT64_MAX;
}

void claim_record_ends(int64_t expires, int64_t ends[CLAIM_RECORD_ENDS])
{
    ends[0] = round_up(expires, MINUTE);
    ends[1] = round_up(expires, HOUR);
    ends[2] = round_up(expires, DAY);
    ends[3] = INT64_MAX;
}

void claim_bucket_name(int64_t end, char name[CLAIM_BUCKET_NAME])
{
    snprintf(name, CLAIM_BUCKET_NAME, CLAIM_BUCKET "%016llx",
             (unsigned long long)end);
}
