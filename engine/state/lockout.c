/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record of a payer's failures, in bytes of fixed order so that nodes
 * agree: until (8), failed (8), failures (4), big-endian.
 */
#include "state/lockout.h"

#include <string.h>

#define SECOND INT64_C(1000000)
#define MEMORY (600 * SECOND)
#define SHORTEST (60 * SECOND)
#define LONGEST (86400 * SECOND)

static void put(unsigned char *at, size_t size, uint64_t n)
{
    while (size-- > 0) {
        at[size] = (unsigned char)n;
        n >>= 8;
    }
}

static uint64_t get(const unsigned char *at, size_t size)
{
    uint64_t n = 0;

    for (size_t i = 0; i < size; i++) {
        n = n << 8 | at[i];
    }
    return n;
}

struct shared_call lockout_ask(const unsigned char payer[CLAIM_PAYER],
                               int64_t now)
{
    struct shared_call call = {
        .op = SHARED_GET, .kind = SHARED_LOCKOUT, .now = now};

    memcpy(call.key, payer, CLAIM_PAYER);
    return call;
}

struct lockout lockout_read(const struct shared_call *found)
{
    struct lockout lockout = {0};

    if (found->result == SHARED_STANDS && found->value_size == LOCKOUT_SIZE) {
        lockout.until = (int64_t)get(found->value, 8);
        lockout.failed = (int64_t)get(found->value + 8, 8);
        lockout.failures = (uint32_t)get(found->value + 16, 4);
    }
    return lockout;
}

int64_t lockout_until(const struct shared_call *found)
{
    return lockout_read(found).until;
}

/* 60 s at the second failure, doubled by each further one. */
static int64_t length_of(uint32_t failures)
{
    int64_t length = SHORTEST;

    for (uint32_t i = 2; i < failures && length < LONGEST; i++) {
        length *= 2;
    }
    return length < LONGEST ? length : LONGEST;
}

static void write(unsigned char value[LOCKOUT_SIZE],
                  const struct lockout *lockout)
{
    put(value, 8, (uint64_t)lockout->until);
    put(value + 8, 8, (uint64_t)lockout->failed);
    put(value + 16, 4, lockout->failures);
}

static int64_t later_of(const struct lockout *lockout)
{
    return lockout->until > lockout->failed ? lockout->until : lockout->failed;
}

int64_t lockout_kept_until(const struct lockout *lockout)
{
    int64_t last = later_of(lockout);

    return last > INT64_MAX - MEMORY ? INT64_MAX : last + MEMORY;
}

struct shared_call lockout_count(const struct shared_call *found, int64_t now)
{
    struct shared_call call = lockout_ask(found->key, now);
    struct lockout lockout = lockout_read(found);

    if (now > lockout_kept_until(&lockout)) {
        lockout = (struct lockout){0};
    }
    lockout.failures += lockout.failures < UINT32_MAX;
    lockout.failed = now;
    if (lockout.failures >= 2) {
        int64_t until = now + length_of(lockout.failures);

        lockout.until = until > lockout.until ? until : lockout.until;
    }
    write(call.value, &lockout);
    call.op = SHARED_SWAP;
    call.value_size = LOCKOUT_SIZE;
    call.expected_size = found->result == SHARED_ABSENT ? 0 : found->value_size;
    memcpy(call.expected, found->value, call.expected_size);
    call.expires = lockout_kept_until(&lockout);
    return call;
}

void lockout_lifted(unsigned char value[LOCKOUT_SIZE], int64_t now)
{
    write(value, &(struct lockout){.failed = now});
}
