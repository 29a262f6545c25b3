/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A shared value as bytes of the claim file, in the bucket of its expiry. It
 * may lie in several, for its expiry moves: the one that changed last holds.
 */
#ifndef WB_STATE_SHARED_RECORD_H
#define WB_STATE_SHARED_RECORD_H

#include "state/shared_table.h"

/* Kinds of records of claims are below. */
#define SHARED_RECORD_KIND 16

struct shared_file_key {
    unsigned char kind; /* SHARED_RECORD_KIND and up, by shared_kind */
    unsigned char key[SHARED_KEY_SIZE];
};

struct shared_file_record {
    unsigned char value[SHARED_VALUE_MAX];
    int64_t number;
    int64_t changed;
    int64_t expires;
    uint32_t value_size;
    uint32_t flags;
    uint64_t check; /* of the key and all above */
};

void shared_record_write(const struct shared_record *record,
                         struct shared_file_key *key,
                         struct shared_file_record *out);
/* False: no record, or a damaged one. */
bool shared_record_read(const void *key, size_t key_size, const void *record,
                        size_t record_size, struct shared_record *out);

#endif
