/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared values to records and back.
 */
#include "state/shared_record.h"

#include <string.h>

#include "base/hash.h"

enum { DROPPED = 1, COUNTED = 2 };

static uint64_t checksum(const struct shared_file_key *key,
                         const struct shared_file_record *record)
{
    static const unsigned char fixed[16] = "wb shared record";
    unsigned char
        all[sizeof(*key) + offsetof(struct shared_file_record, check)];

    memcpy(all, key, sizeof(*key));
    memcpy(all + sizeof(*key), record, sizeof(all) - sizeof(*key));
    return hash_sip(fixed, view_of((const char *)all, sizeof(all)));
}

void shared_record_write(const struct shared_record *record,
                         struct shared_file_key *key,
                         struct shared_file_record *out)
{
    *key = (struct shared_file_key){
        .kind = (unsigned char)(SHARED_RECORD_KIND + record->kind)};
    *out =
        (struct shared_file_record){.number = record->number,
                                    .changed = record->changed,
                                    .expires = record->expires,
                                    .value_size = record->value_size,
                                    .flags = (record->dropped ? DROPPED : 0u) |
                                             (record->counted ? COUNTED : 0u)};
    memcpy(key->key, record->key, sizeof(key->key));
    memcpy(out->value, record->value, sizeof(out->value));
    out->check = checksum(key, out);
}

bool shared_record_read(const void *key_at, size_t key_size,
                        const void *record_at, size_t record_size,
                        struct shared_record *out)
{
    struct shared_file_key key;
    struct shared_file_record record;

    if (key_size != sizeof(key) || record_size != sizeof(record)) {
        return false;
    }
    memcpy(&key, key_at, sizeof(key));
    memcpy(&record, record_at, sizeof(record));
    if (record.check != checksum(&key, &record) ||
        key.kind < SHARED_RECORD_KIND || record.value_size > SHARED_VALUE_MAX) {
        return false;
    }
    *out = (struct shared_record){
        .kind = (enum shared_kind)(key.kind - SHARED_RECORD_KIND),
        .value_size = (uint8_t)record.value_size,
        .dropped = (record.flags & DROPPED) != 0,
        .counted = (record.flags & COUNTED) != 0,
        .number = record.number,
        .changed = record.changed,
        .expires = record.expires};
    memcpy(out->key, key.key, sizeof(out->key));
    memcpy(out->value, record.value, sizeof(out->value));
    return true;
}
