/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The durable store: what it holds survives close and reopen, expiry drops
 * buckets, many threads win once, a full map and what is not a file of ours
 * are refused, no allocation that fails is fatal.
 */
#include "state/shared.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/problems.h"
#include "failing.h"
#include "store_wait.h"
#include "tap.h"

#define SECOND INT64_C(1000000)
#define NOW (INT64_C(1767225600) * SECOND)
#define THREADS 64u
#define PAYMENTS 1000u
#define COPIES 100u

static char folder[] = "/tmp/wb-claims-XXXXXX";
static char path[64], data[80];
static struct store *store;
static struct problems *problems;

static void clear(void)
{
    unlink(data);
    rmdir(path);
}

static enum store_opened open_with(size_t capacity, size_t map_bytes,
                                   bool power)
{
    struct store_lmdb_settings settings = {.path = path,
                                           .power = power,
                                           .capacity_proven = capacity,
                                           .capacity_unproven = capacity,
                                           .map_bytes = map_bytes};
    store = NULL;
    problems_free(problems);
    problems = problems_new();
    return store_lmdb_open(&settings, problems, &store);
}

static void close_store(void)
{
    store->ops->close(store);
    store = NULL;
}

static struct claim_call call_of(unsigned payment, int64_t now)
{
    struct claim_call call;

    memset(&call, 0, sizeof(call));
    memcpy(call.claim.identity, &payment, sizeof(payment));
    memcpy(call.claim.content, &payment, sizeof(payment));
    memcpy(call.claim.decision, &payment, sizeof(payment));
    call.claim.decision[15] = 7;
    call.claim.now = now;
    call.claim.expires = now + 300 * SECOND;
    return call;
}

static enum claim_result claim(unsigned payment, int64_t now)
{
    struct claim_call call = call_of(payment, now);

    return store_claim(store, &call);
}

static void surviving(bool power)
{
    const char *name = power ? "power" : "process";
    struct claim_call call = call_of(1, NOW), other = call_of(2, NOW);

    ok(open_with(1000, 0, power) == STORE_OPENED, "%s: opens", name);
    call.claim.proven = true;
    call.claim.has_identifier = true;
    memcpy(call.claim.identifier, "order 1", 7);
    is_number(store_claim(store, &call), CLAIM_TAKEN, "%s: proven, identified",
              name);
    is_number(store_claim(store, &other), CLAIM_TAKEN, "%s: unproven", name);
    is_number(store_claim(store, &other), CLAIM_REPLAYED, "%s: its copy", name);
    close_store();
    ok(open_with(1000, 0, power) == STORE_OPENED, "%s: opens again", name);
    memset(&call.answer, 0, sizeof(call.answer));
    call.claim.now = other.claim.now = NOW + 60 * SECOND;
    is_number(store_claim(store, &call), CLAIM_REPEATED, "%s: still repeated",
              name);
    ok(call.answer.claimed_at == NOW && call.answer.decision[15] == 7 &&
           call.answer.expires == NOW + 300 * SECOND,
       "%s: with its time, end and decision", name);
    call.claim.has_identifier = false;
    is_number(store_claim(store, &call), CLAIM_REPLAYED, "%s: still claimed",
              name);
    call.claim.has_identifier = true;
    call.claim.content[5] = 1;
    is_number(store_claim(store, &call), CLAIM_CONFLICTING,
              "%s: still conflicting", name);
    is_number(store_claim(store, &other), CLAIM_REPLAYED,
              "%s: the unproven too", name);
    close_store();
    clear();
}

/* Twenty thousand, minutes apart: the file does not grow with them. */
static void expiring(void)
{
    struct stat before, after;
    struct store_stats stats;
    unsigned n = 0, taken = 0;

    open_with(5000, 0, false);
    for (unsigned minute = 0; minute < 40; minute++) {
        for (unsigned i = 0; i < 500; i++) {
            taken += claim(n++, NOW + minute * 60 * SECOND) == CLAIM_TAKEN;
        }
        if (minute == 20) {
            stat(data, &before);
        }
    }
    stat(data, &after);
    is_number(taken, n, "all are taken");
    ok(after.st_size < before.st_size * 3 / 2, "ended buckets' room is reused");
    close_store();
    open_with(5000, 0, false);
    store->ops->stats(store, &stats);
    ok(stats.claims_unproven >= 2500 && stats.claims_unproven < 4000,
       "%llu are left, no more than lived lately",
       (unsigned long long)stats.claims_unproven);
    is_number(claim(n - 1, NOW + 2400 * SECOND), CLAIM_REPLAYED,
              "the last is claimed");
    is_number(claim(1, NOW + 2400 * SECOND), CLAIM_TAKEN,
              "the first may come again");
    close_store();
    open_with(5000, 0, false);
    is_number(claim(4, NOW), CLAIM_UNAVAILABLE,
              "a clock that is behind what was dropped is not believed");
    close_store();
    clear();
}

static void claimed_anew(void)
{
    open_with(1000, 0, false);
    claim(1, NOW);
    is_number(claim(1, NOW + 301 * SECOND), CLAIM_TAKEN, "expired, anew");
    close_store();
    open_with(1000, 0, false);
    is_number(claim(1, NOW + 590 * SECOND), CLAIM_REPLAYED,
              "of two that are kept the later one holds");
    close_store();
    clear();
}

/* What the table puts out leaves the file; who is put out may come again. */
static void evicting(void)
{
    struct store_stats stats;
    unsigned taken = 0;

    open_with(1000, 0, false);
    for (unsigned i = 0; i < 5000; i++) {
        taken += claim(i, NOW + i) == CLAIM_TAKEN;
    }
    is_number(taken, 5000, "a full table of unproven claims makes room");
    is_number(claim(0, NOW + 5000), CLAIM_TAKEN, "for what it put out too");
    close_store();
    open_with(1000, 0, false);
    store->ops->stats(store, &stats);
    is_number(stats.claims_unproven, 1000, "the file holds no more");
    is_number(claim(0, NOW + 5001), CLAIM_REPLAYED, "and what came again");
    close_store();
    clear();
}

static void full(void)
{
    unsigned n = 0;
    struct store_stats stats;

    open_with(100000, 256 << 10, false);
    while (n < 100000 && claim(n, NOW) == CLAIM_TAKEN) {
        n++;
    }
    ok(n > 100 && n < 100000, "a map of 256 KiB takes %u", n);
    is_number(claim(n, NOW), CLAIM_UNAVAILABLE, "then no more");
    store->ops->stats(store, &stats);
    is_number(stats.claims_unproven, n, "the table withdrew what failed");
    is_number(claim(0, NOW), CLAIM_REPLAYED, "what was taken stays taken");
    is_number(claim(n, NOW + 400 * SECOND), CLAIM_TAKEN,
              "room comes when claims expire");
    close_store();
    ok(open_with(1000, 256 << 10, false) == STORE_OPENED, "opens again");
    is_number(claim(n, NOW + 401 * SECOND), CLAIM_REPLAYED, "and holds");
    close_store();
    clear();
}

/* The file shrinks, or bytes of it change. */
static void damage(long at, const char *bytes, size_t size, long length)
{
    FILE *file = fopen(data, "r+");

    if (!file || (length >= 0 && ftruncate(fileno(file), length) != 0)) {
        exit(2);
    }
    if (size) {
        fseek(file, at, SEEK_SET);
        fwrite(bytes, 1, size, file);
    }
    fclose(file);
}

static void is_refused(const char *why, const char *name)
{
    enum store_opened opened = open_with(1000, 0, false);
    const char *said =
        problems_count(problems) ? problems_message(problems, 0) : "";

    if (!ok(opened == STORE_REFUSED && strstr(said, why), "%s", name)) {
        tap_note("got '%s'", said);
    }
    if (store) {
        close_store();
    }
}

/* Changes a byte wherever these bytes stand: old pages hold them too. */
static void change(const char *bytes, size_t size, size_t at, char byte)
{
    static char whole[1 << 20];
    FILE *file = fopen(data, "r+");
    size_t n = file ? fread(whole, 1, sizeof(whole), file) : 0;
    char *found = whole;

    if (!file || n == sizeof(whole) || !memmem(whole, n, bytes, size)) {
        exit(2);
    }
    while ((found = memmem(found, n - (size_t)(found - whole), bytes, size))) {
        found[at] = byte;
        found += size;
    }
    rewind(file);
    fwrite(whole, 1, n, file);
    fclose(file);
}

static void fill_again(void)
{
    clear();
    open_with(1000, 0, false);
    for (unsigned i = 0; i < 500; i++) {
        claim(i, NOW);
    }
    close_store();
}

static void refusing(void)
{
    char identity[32] = {77};

    open_with(1000, 0, false);
    struct store *first = store;
    is_refused("open already", "a second store of one folder");
    first->ops->close(first);
    fill_again();
    damage(0, "", 0, 3000);
    is_refused("damaged", "a file cut within its head");
    fill_again();
    damage(0, "", 0, 4096 * 4);
    is_refused("damaged", "a file cut short");
    fill_again();
    damage(0, "some other file, some other file", 32, -1);
    is_refused("damaged", "a file of something else");
    fill_again();
    change(identity, 32, 30, 'x');
    is_refused("damaged", "a byte of a record");
    fill_again();
    change("weighbridge claims 2", 20, 19, '3');
    is_refused("form", "a form of the future");
    clear();
    fclose(fopen(path, "w"));
    is_refused("Not a directory", "a file instead of a folder");
    unlink(path);
    strcat(path, "/none/below");
    is_refused("No such file", "a folder below none");
    path[strlen(path) - 11] = '\0';
}

/* ---- the race ---- */

static atomic_uint next_copy;
static atomic_uint taken_of[PAYMENTS];
static atomic_uint answers[CLAIM_UNAVAILABLE + 1];

static struct shared_call share(enum shared_op op, const char *value,
                                int64_t now)
{
    struct shared_call call = {.op = op,
                               .kind = SHARED_LOCKOUT,
                               .key = "payer",
                               .value_size = strlen(value),
                               .now = now,
                               .expires = now + 7200 * SECOND};

    memcpy(call.value, value, call.value_size);
    return store_share(store, call);
}

/* Values at once, counts within a second or at the end. */
static void sharing(void)
{
    static const unsigned char key[SHARED_KEY_SIZE] = "demand";
    struct shared_call call;

    clear();
    open_with(1000, 0, false);
    share(SHARED_PUT, "one", NOW);
    share(SHARED_PUT, "two", NOW + 3600 * SECOND);
    shared_count(store, SHARED_DEMAND, key, 5, NOW, NOW + 7200 * SECOND);
    close_store();
    open_with(1000, 0, false);
    call = share(SHARED_GET, "", NOW + 3700 * SECOND);
    ok(call.result == SHARED_STANDS && call.value_size == 3 &&
           !memcmp(call.value, "two", 3),
       "a shared value outlives the store, the latest of two buckets");
    is_number((long)shared_count(store, SHARED_DEMAND, key, 1,
                                 NOW + 3700 * SECOND, 0),
              6, "and so does a count");
    share(SHARED_DROP, "", NOW + 3800 * SECOND);
    close_store();
    open_with(1000, 0, false);
    ok(share(SHARED_GET, "", NOW + 3800 * SECOND).result == SHARED_ABSENT,
       "and that one was dropped");
    store_claim(
        store, &(struct claim_call){.claim = {.proven = true,
                                              .now = NOW + 9000 * SECOND,
                                              .expires = NOW + 9900 * SECOND}});
    close_store();
    open_with(1000, 0, false);
    is_number((long)shared_count(store, SHARED_DEMAND, key, 0,
                                 NOW + 9000 * SECOND, NOW + 9900 * SECOND),
              0, "what expired is gone");
    close_store();
    clear();
}

static void *run(void *unused)
{
    unsigned i;

    (void)unused;
    while ((i = atomic_fetch_add(&next_copy, 1)) < PAYMENTS * COPIES) {
        enum claim_result result = claim(i / COPIES, NOW + i);

        atomic_fetch_add(&answers[result], 1);
        atomic_fetch_add(&taken_of[i / COPIES], result == CLAIM_TAKEN);
    }
    return NULL;
}

static void racing(void)
{
    pthread_t threads[THREADS];
    unsigned wrong = 0;

    open_with(50000, 0, false);
    for (unsigned i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, run, NULL) != 0) {
            exit(2);
        }
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    for (unsigned i = 0; i < PAYMENTS; i++) {
        wrong += atomic_load(&taken_of[i]) != 1;
    }
    is_number(wrong, 0, "each payment passed exactly once");
    is_number(atomic_load(&answers[CLAIM_REPLAYED]), PAYMENTS * (COPIES - 1),
              "all copies were replays");
    close_store();
    open_with(50000, 0, false);
    wrong = 0;
    for (unsigned i = 0; i < PAYMENTS; i++) {
        wrong += claim(i, NOW + SECOND) != CLAIM_REPLAYED;
    }
    is_number(wrong, 0, "all are held after it");
    close_store();
    clear();
}

static void failing(void)
{
    long n = 0, leaked = 0, wrong = 0;

    for (;; n++) {
        long before;
        enum store_opened opened;

        fill_again();
        problems_free(problems);
        problems = NULL;
        before = failing_live;
        failing_start(n);
        opened = open_with(1000, 0, false);
        if (!failing_stop()) {
            break;
        }
        wrong += opened == STORE_OPENED ? 0 : opened != STORE_NO_MEMORY;
        if (store) {
            close_store();
        }
        problems_free(problems);
        problems = NULL;
        leaked += failing_live - before;
    }
    ok(n > 5, "each of %ld allocations of an open failed", n);
    is_number(wrong, 0, "it said so");
    is_number(leaked, 0, "none leaked");
    close_store();
    clear();
}

int main(void)
{
    if (!store_lmdb_available()) {
        tap_skip("built without lmdb");
        return tap_end();
    }
    if (!mkdtemp(folder)) {
        return 2;
    }
    snprintf(path, sizeof(path), "%s/claims", folder);
    snprintf(data, sizeof(data), "%s/data.mdb", path);
    surviving(false);
    surviving(true);
    expiring();
    claimed_anew();
    evicting();
    full();
    refusing();
    sharing();
    racing();
    if (FAILING_WORKS) {
        failing();
    } else {
        tap_skip("failing allocations: malloc belongs to the sanitizer");
    }
    problems_free(problems);
    rmdir(folder);
    return tap_end();
}
