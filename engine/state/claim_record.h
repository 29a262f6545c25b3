/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A claim as bytes of the claim file: one record for its identity, one for
 * its payment-identifier, and the bucket that each lies in. Not read on other
 * machines: numbers stand as this one has them.
 *
 *   kind, key ──► content, decision, payer, fate, times, checksum
 */
#ifndef WB_STATE_CLAIM_RECORD_H
#define WB_STATE_CLAIM_RECORD_H

#include <stddef.h>

#include "state/outcome.h"
#include "state/state.h"

struct claim_record_key {
    unsigned char kind;
    unsigned char key[32];
};

struct claim_record {
    unsigned char content[32];
    unsigned char decision[16];
    unsigned char ask[16];
    unsigned char payer[CLAIM_PAYER];
    uint32_t fate;
    uint64_t amount;
    int64_t claimed_at;
    int64_t expires;
    uint64_t check; /* of the key and all above */
};

/* The halves of a claim that was taken. */
struct claim_half_kept claim_half_of(const struct claim_call *call,
                                     bool identifier);
struct claim_record_key claim_record_key_of(const struct claim_half_kept *half,
                                            bool proven);
struct claim_record claim_record_of(const struct claim_record_key *key,
                                    const struct claim_half_kept *half);
/* False: these bytes are no record, or a damaged one. */
bool claim_record_read(const void *key, size_t key_size, const void *record,
                       size_t record_size, struct claim_half_kept *half);

/* Buckets: the end of the one for what expires then; sooner is finer. Those
 * that it may lie in, for it was put there earlier. */
#define CLAIM_RECORD_ENDS 4
int64_t claim_record_end(int64_t expires, int64_t now);
void claim_record_ends(int64_t expires, int64_t ends[CLAIM_RECORD_ENDS]);

#define CLAIM_BUCKET "until"
#define CLAIM_BUCKET_PREFIX (sizeof(CLAIM_BUCKET) - 1)
#define CLAIM_BUCKET_NAME (sizeof(CLAIM_BUCKET) + 16)
void claim_bucket_name(int64_t end, char name[CLAIM_BUCKET_NAME]);

#endif
