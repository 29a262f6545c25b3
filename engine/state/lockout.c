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
#define VALUE_SIZE 20

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

    if (found->result == SHARED_STANDS && found->value_size == VALUE_SIZE) {
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

struct shared_call lockout_count(const struct shared_call *found, int64_t now)
{
    struct shared_call call = lockout_ask(found->key, now);
    struct lockout lockout = lockout_read(found);
    int64_t last =
        lockout.until > lockout.failed ? lockout.until : lockout.failed;

    if (last > INT64_MAX - MEMORY || now > last + MEMORY) {
        lockout = (struct lockout){0};
    }
    lockout.failures += lockout.failures < UINT32_MAX;
    lockout.failed = now;
    if (lockout.failures >= 2) {
        int64_t until = now + length_of(lockout.failures);

        lockout.until = until > lockout.until ? until : lockout.until;
    }
    put(call.value, 8, (uint64_t)lockout.until);
    put(call.value + 8, 8, (uint64_t)lockout.failed);
    put(call.value + 16, 4, lockout.failures);
    call.op = SHARED_PUT;
    call.value_size = VALUE_SIZE;
    call.expires = (lockout.until > now ? lockout.until : now) + MEMORY;
    return call;
}
