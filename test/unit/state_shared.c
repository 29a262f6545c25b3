/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared values in the store in memory: each act, expiry, bounds, and counts
 * that many threads add to.
 */
#include <pthread.h>
#include <string.h>

#include "state/shared.h"
#include "state/shared_table.h"
#include "tap.h"

#define NOW INT64_C(1767225600000000)
#define SECOND INT64_C(1000000)

static struct store *store;

static struct shared_call act(enum shared_op op, const char *key,
                              const char *value, int64_t now, int64_t expires)
{
    struct shared_call call = {
        .op = op, .kind = SHARED_LOCKOUT, .now = now, .expires = expires};

    memcpy(call.key, key, strlen(key));
    memcpy(call.value, value, strlen(value));
    call.value_size = strlen(value);
    if (shared_act(store, &call) != CLAIM_DONE) {
        ok(false, "memory answers at once");
    }
    return call;
}

static bool tells(const struct shared_call *call, enum shared_result result,
                  const char *value)
{
    return call->result == result && call->value_size == strlen(value) &&
           !memcmp(call->value, value, call->value_size);
}

static void values(void)
{
    int64_t end = NOW + 10 * SECOND;
    struct shared_call call = act(SHARED_GET, "a", "", NOW, 0);

    ok(call.result == SHARED_ABSENT, "nothing stands at first");
    call = act(SHARED_PUT, "a", "one", NOW, end);
    ok(call.result == SHARED_STANDS, "a value is put");
    call = act(SHARED_GET, "a", "", NOW + SECOND, 0);
    ok(tells(&call, SHARED_STANDS, "one") && call.expires == end,
       "and got, with its expiry");
    call = act(SHARED_PUT_NEW, "a", "two", NOW + SECOND, end);
    ok(tells(&call, SHARED_TAKEN, "one"), "a new one does not replace it");
    call = act(SHARED_PUT, "a", "three", NOW + SECOND, end + SECOND);
    call = act(SHARED_GET, "a", "", end, 0);
    ok(tells(&call, SHARED_STANDS, "three"), "a put does, and lives longer");
    call = act(SHARED_GET, "a", "", end + SECOND, 0);
    ok(call.result == SHARED_ABSENT, "until its time is over");
    call = act(SHARED_PUT_NEW, "b", "x", end + SECOND, end + 3 * SECOND);
    ok(tells(&call, SHARED_STANDS, "x"), "a new one where nothing stands");
    call = act(SHARED_DROP, "b", "", end + SECOND, 0);
    ok(call.result == SHARED_STANDS, "it is dropped");
    call = act(SHARED_GET, "b", "", end + SECOND, 0);
    ok(call.result == SHARED_ABSENT, "and gone");
    call = act(SHARED_PUT_NEW, "b", "y", end + SECOND, end + 3 * SECOND);
    ok(tells(&call, SHARED_STANDS, "y"), "and another may come");
}

static uint64_t count(const char *key, uint64_t n, int64_t now)
{
    unsigned char at[SHARED_KEY_SIZE] = {0};

    memcpy(at, key, strlen(key));
    return shared_count(store, SHARED_DEMAND, at, n, now, now + 5 * SECOND);
}

static void *count_many(void *arg)
{
    for (unsigned i = 0; i < 10000; i++) {
        count(arg, 1, NOW + 9 * SECOND);
    }
    return NULL;
}

static void counts(void)
{
    static char key[] = "threads";
    pthread_t threads[8];
    uint64_t first = count("p", 2, NOW);
    uint64_t second = count("p", 3, NOW + SECOND);

    is_number((long)first, 2, "a count begins at 0");
    is_number((long)second, 5, "and is added to");
    is_number((long)count("p", 0, NOW + 2 * SECOND), 5, "and is read");
    is_number((long)count("p", 1, NOW + 5 * SECOND), 1,
              "its period ends: a new one begins");
    for (size_t i = 0; i < 8; i++) {
        pthread_create(&threads[i], NULL, count_many, key);
    }
    for (size_t i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
    }
    is_number((long)count("threads", 0, NOW + 9 * SECOND), 80000,
              "threads lose none");
}

static bool visit(void *context, const struct shared_call *found)
{
    (void)found;
    ++*(unsigned *)context;
    return true;
}

static void bounds(void)
{
    unsigned taken = 0, full = 0, seen = 0, locked = 0;
    int64_t now = NOW + 100 * SECOND;

    for (unsigned i = 0; i < 200000; i++) {
        struct shared_call call = {.op = SHARED_PUT,
                                   .kind = SHARED_QUOTE,
                                   .now = now,
                                   .expires = now + SECOND};

        memcpy(call.key, &i, sizeof(i));
        shared_act(store, &call);
        taken += call.result == SHARED_STANDS;
        full += call.result == SHARED_FULL;
    }
    ok(taken >= 65536 && taken < 80000 && taken + full == 200000,
       "a kind has a bound");
    shared_visit(store, SHARED_QUOTE, now, visit, &seen);
    is_number((long)seen, (long)taken, "all of a kind are visited");
    shared_visit(store, SHARED_LOCKOUT, now, visit, &locked);
    is_number((long)locked, 0, "and nothing of another, nor what expired");
    ok(act(SHARED_PUT, "c", "z", now, now + SECOND).result == SHARED_STANDS,
       "another kind has room");
}

static struct shared_call swap(const char *key, const char *expected,
                               const char *value)
{
    struct shared_call call = {.op = SHARED_SWAP,
                               .kind = SHARED_LOCKOUT,
                               .now = NOW,
                               .expires = NOW + SECOND};

    memcpy(call.key, key, strlen(key));
    memcpy(call.value, value, strlen(value));
    call.value_size = strlen(value);
    memcpy(call.expected, expected, strlen(expected));
    call.expected_size = strlen(expected);
    shared_act(store, &call);
    return call;
}

static void swaps(void)
{
    struct shared_call call = swap("s", "one", "two");

    ok(tells(&call, SHARED_TAKEN, ""), "no swap for what is not there");
    call = swap("s", "", "one");
    ok(call.result == SHARED_STANDS, "nothing is swapped for a value");
    call = swap("s", "", "two");
    ok(tells(&call, SHARED_TAKEN, "one"), "once: what stands is told");
    call = swap("s", "on", "two");
    ok(tells(&call, SHARED_TAKEN, "one"), "a part of it is not it");
    call = swap("s", "one", "two");
    ok(call.result == SHARED_STANDS, "a value for another");
    call = act(SHARED_DROP, "s", "", NOW, 0);
    call = swap("s", "two", "three");
    ok(tells(&call, SHARED_TAKEN, ""), "not when it was dropped");
    call = act(SHARED_HEAR, "", "", NOW, 0);
    ok(call.result == SHARED_STANDS, "there are no others to hear of");
}

/* As a server may tell them. */
static void huge(void)
{
    struct shared_record record = {.kind = SHARED_DEMAND, .key = "huge"};
    struct shared_table *table = store->ops->shared(store);
    unsigned char key[SHARED_KEY_SIZE] = "huge";

    shared_count(store, SHARED_DEMAND, key, 5, NOW, NOW + SECOND);
    shared_table_heard(table, &record, INT64_MAX);
    ok(shared_count(store, SHARED_DEMAND, key, 5, NOW, NOW + SECOND) ==
           INT64_MAX,
       "a sum is as large as a number can be");
    shared_table_heard(table, &record, INT64_MIN);
    ok(shared_count(store, SHARED_DEMAND, key, 5, NOW, NOW + SECOND) == 0,
       "or none");
}

/* What a store of many does not have any more goes, but for what it was not
 * told yet. */
static void sweeps(void)
{
    struct shared_table *table = store->ops->shared(store);
    struct shared_record record = {.kind = SHARED_LOCKOUT,
                                   .key = "heard",
                                   .value_size = 1,
                                   .changed = NOW,
                                   .expires = NOW + SECOND};
    struct shared_record taken[64];

    while (shared_table_take(table, taken, 64) > 0) {
    }
    shared_table_restore(table, &record);
    memcpy(record.key, "newer", 5);
    record.changed = NOW + 1;
    shared_table_restore(table, &record);
    act(SHARED_PUT, "own", "x", NOW, NOW + SECOND);
    shared_table_sweep(table, SHARED_LOCKOUT, NOW + 1);
    ok(act(SHARED_GET, "heard", "", NOW, 0).result == SHARED_ABSENT,
       "what is not told any more goes");
    ok(act(SHARED_GET, "newer", "", NOW, 0).result == SHARED_STANDS,
       "what changed since stays");
    ok(act(SHARED_GET, "own", "", NOW, 0).result == SHARED_STANDS,
       "and what was not taken yet");
}

static void open_store(void)
{
    store =
        store_memory_open(10, 10, (const unsigned char *)"0123456789abcdef");
    ok(store != NULL, "a store opens");
}

int main(void)
{
    open_store();
    swaps();
    huge();
    sweeps();
    store->ops->close(store);
    open_store();
    values();
    counts();
    bounds();
    store->ops->close(store);
    return tap_end();
}
