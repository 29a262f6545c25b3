/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shared store against a real server: two nodes see one another's
 * claims; what a late, lost or new server means for both ways of failing.
 */
#include <semaphore.h>
#include <time.h>

#include "base/hash.h"
#include "redis.h"
#include "state/shared.h"
#include "tap.h"

#define SECOND INT64_C(1000000)

static struct redis redis;

static int64_t now_is(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * SECOND + now.tv_nsec / 1000;
}

static struct store *node(bool local, bool trusted)
{
    struct store_valkey_settings settings = {.address = redis.address,
                                             .prefix = "t:",
                                             .answer_within = 150000,
                                             .local = local,
                                             .trust_persistence = trusted,
                                             .capacity_proven = 10000,
                                             .capacity_unproven = 100};

    return store_valkey_open(&settings);
}

static void post(void *arg)
{
    sem_post(arg);
}

struct made {
    const char *identity, *content, *identifier, *ask;
    bool unproven;
};

static struct claim_answer claim(struct store *store, struct made made)
{
    static unsigned serial;
    struct claim_call call;
    sem_t woken;

    memset(&call, 0, sizeof(call));
    memcpy(call.claim.identity, made.identity, strlen(made.identity));
    memcpy(call.claim.content, made.content, strlen(made.content));
    if (made.identifier) {
        call.claim.has_identifier = true;
        memcpy(call.claim.identifier, made.identifier, strlen(made.identifier));
    }
    if (made.ask) {
        call.claim.has_ask = true;
        memcpy(call.claim.ask, made.ask, strlen(made.ask));
    }
    serial++;
    memcpy(call.claim.decision, &serial, sizeof(serial));
    call.claim.proven = !made.unproven;
    call.claim.now = now_is();
    call.claim.expires = call.claim.now + 60 * SECOND;
    call.claim.longest = 60 * SECOND;
    sem_init(&woken, 0, 0);
    call.wake = post;
    call.arg = &woken;
    if (store->ops->claim(store, &call) == CLAIM_WAIT) {
        sem_wait(&woken);
    }
    sem_destroy(&woken);
    return call.answer;
}

static struct store_stats stats_of(struct store *store)
{
    struct store_stats stats;

    store->ops->stats(store, &stats);
    return stats;
}

static bool comes_up(struct store *store, bool up)
{
    for (int i = 0; i < 600; i++) {
        struct store_stats stats = stats_of(store);

        if ((stats.trouble[0] == '\0' || !strstr(stats.trouble, "lost (")) ==
            up) {
            return true;
        }
        usleep(10000);
    }
    return false;
}

#define CLAIM(store, who, what, ...)                                           \
    claim(store,                                                               \
          (struct made){.identity = (who), .content = (what), __VA_ARGS__})    \
        .result

static void claims(struct store *a, struct store *b)
{
    is_number(CLAIM(a, "1", "x"), CLAIM_TAKEN, "a payment is taken");
    is_number(CLAIM(a, "1", "x"), CLAIM_REPLAYED, "once by its node");
    is_number(CLAIM(b, "1", "x"), CLAIM_REPLAYED, "and by another");
    is_number(CLAIM(a, "2", "junk", .unproven = true), CLAIM_TAKEN,
              "a victim's identity is taken with junk");
    is_number(CLAIM(b, "2", "real"), CLAIM_TAKEN,
              "which does not stop the victim elsewhere");
    is_number(CLAIM(a, "2", "real"), CLAIM_REPLAYED, "who passes once");
    is_number(CLAIM(a, "2", "more", .unproven = true), CLAIM_REPLAYED,
              "and no junk passes after");
    is_number(CLAIM(a, "3", "same", .unproven = true), CLAIM_TAKEN,
              "what nothing could prove");
    is_number(CLAIM(b, "3", "same"), CLAIM_REPLAYED,
              "does not pass again when proven");
    is_number(CLAIM(a, "4", "x", .identifier = "id"), CLAIM_TAKEN,
              "a payment-identifier");
    is_number(CLAIM(b, "4", "x", .identifier = "id"), CLAIM_REPEATED,
              "with the same content is repeated");
    is_number(CLAIM(b, "5", "y", .identifier = "id"), CLAIM_CONFLICTING,
              "with another is in conflict");
    is_number(CLAIM(b, "5", "y"), CLAIM_TAKEN, "whose identity is free still");
}

static void asked_again(struct store *a, struct store *b)
{
    struct claim_answer first = claim(
        a, (struct made){.identity = "6", .content = "x", .ask = "request"});
    struct claim_answer again = claim(
        b, (struct made){.identity = "6", .content = "x", .ask = "request"});

    is_number(first.result, CLAIM_TAKEN, "a payment under a request id");
    is_number(again.result, CLAIM_AGAIN, "asked again of another node");
    ok(!memcmp(first.decision, again.decision, 16), "is the same decision");
    is_number(CLAIM(a, "6", "x", .ask = "request"), CLAIM_AGAIN,
              "and of the same");
    is_number(CLAIM(b, "6", "x", .ask = "other"), CLAIM_REPLAYED,
              "another id is another request");
    is_number(CLAIM(b, "6", "z", .ask = "request"), CLAIM_REPLAYED,
              "and so are other bytes");
}

static enum outcome_result tell(struct store *store, enum claim_fate fate,
                                const struct claim_answer *of)
{
    struct outcome_call call = {.fate = fate, .now = now_is(), .wake = post};
    sem_t woken;

    memcpy(call.decision, of->decision, sizeof(call.decision));
    sem_init(&woken, 0, 0);
    call.arg = &woken;
    if (store->ops->outcome(store, &call) == CLAIM_WAIT) {
        sem_wait(&woken);
    }
    sem_destroy(&woken);
    return call.result;
}

static void outcomes(struct store *a, struct store *b)
{
    struct claim_answer it = claim(
        a,
        (struct made){.identity = "20", .content = "x", .identifier = "named"});

    is_number(tell(b, FATE_RELEASED, &it), OUTCOME_DONE,
              "another node is told that it was released");
    is_number(tell(a, FATE_RELEASED, &it), OUTCOME_UNKNOWN, "once");
    it = claim(b, (struct made){
                      .identity = "20", .content = "x", .identifier = "named"});
    is_number(it.result, CLAIM_TAKEN, "it passes again");
    is_number(CLAIM(a, "20", "x", .identifier = "named"), CLAIM_REPEATED,
              "once, although its first node had it");
    is_number(tell(a, FATE_SETTLED, &it), OUTCOME_DONE, "it was settled");
    is_number(tell(b, FATE_SETTLED, &it), OUTCOME_REPEATED, "told twice");
    is_number(tell(b, FATE_RELEASED, &it), OUTCOME_REFUSED, "which is final");
    it = claim(
        a, (struct made){.identity = "21", .content = "y", .unproven = true});
    is_number(tell(b, FATE_SETTLED, &it), OUTCOME_DONE,
              "an unproven one was settled");
    is_number(CLAIM(b, "21", "z"), CLAIM_REPLAYED, "and is proven by that");
}

static struct shared_call share(struct store *store, enum shared_op op,
                                const char *value, int64_t number)
{
    struct shared_call call = {.op = op,
                               .kind = SHARED_LOCKOUT,
                               .key = "key",
                               .number = number,
                               .value_size = strlen(value),
                               .now = now_is(),
                               .expires = now_is() + 60 * SECOND};
    sem_t woken;

    if (op == SHARED_ADD) {
        call.key[0] = 'n';
    }
    memcpy(call.value, value, call.value_size);
    sem_init(&woken, 0, 0);
    call.wake = post;
    call.arg = &woken;
    if (shared_act(store, &call) == CLAIM_WAIT) {
        sem_wait(&woken);
    }
    sem_destroy(&woken);
    return call;
}

static void values(struct store *a, struct store *b)
{
    struct shared_call call;
    unsigned char key[SHARED_KEY_SIZE] = "count";
    int64_t end = now_is() + 60 * SECOND;
    uint64_t sum = 0;

    ok(share(a, SHARED_GET, "", 0).result == SHARED_ABSENT, "no value");
    ok(share(a, SHARED_PUT_NEW, "one", 0).result == SHARED_STANDS, "put");
    call = share(b, SHARED_PUT_NEW, "two", 0);
    ok(call.result == SHARED_TAKEN && call.value_size == 3 &&
           !memcmp(call.value, "one", 3),
       "another node is told what stands");
    share(b, SHARED_PUT, "three", 0);
    call = share(a, SHARED_GET, "", 0);
    ok(call.result == SHARED_STANDS && call.value_size == 5, "and replaces it");
    ok(share(b, SHARED_DROP, "", 0).result == SHARED_STANDS &&
           share(a, SHARED_GET, "", 0).result == SHARED_ABSENT,
       "or drops it");
    is_number(share(a, SHARED_ADD, "", 3).number, 3, "a sum");
    is_number(share(b, SHARED_ADD, "", 4).number, 7, "of both nodes");
    for (int i = 0; i < 300 && sum != 5; i++) {
        sum =
            shared_count(a, SHARED_DEMAND, key, i == 0 ? 2 : 0, now_is(), end);
        shared_count(b, SHARED_DEMAND, key, i == 0 ? 3 : 0, now_is(), end);
        usleep(10000);
    }
    is_number((long)sum, 5, "counts of both nodes are heard of");
}

/* Stopped, the server takes commands and answers late. */
static void late(struct store *a, struct store *b)
{
    struct timespec from, to;
    double took;
    uint64_t withdrawn = stats_of(a).withdrawn;

    kill(redis.pid, SIGSTOP);
    clock_gettime(CLOCK_MONOTONIC, &from);
    is_number(CLAIM(a, "7", "x"), CLAIM_UNAVAILABLE, "a late answer: none");
    clock_gettime(CLOCK_MONOTONIC, &to);
    took = (double)(to.tv_sec - from.tv_sec) +
           (double)(to.tv_nsec - from.tv_nsec) * 1e-9;
    ok(took > 0.14 && took < 0.6, "within its time (%.0f ms)", took * 1e3);
    kill(redis.pid, SIGCONT);
    usleep(100000);
    is_number((long)(stats_of(a).withdrawn - withdrawn), 1, "it is withdrawn");
    is_number(CLAIM(b, "7", "x"), CLAIM_TAKEN, "and free for another node");
    is_number(CLAIM(a, "7", "x"), CLAIM_REPLAYED, "which took it");
}

static void flood(struct store *a, struct store *b)
{
    char name[16];
    int taken = 0;

    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "f%d", i);
        taken += CLAIM(a, name, "junk", .unproven = true) == CLAIM_TAKEN;
    }
    is_number(taken, 1000, "a flood of unproven claims of nobody's");
    is_number(CLAIM(a, "f5", "real"), CLAIM_TAKEN, "stops no proven payment");
    is_number(CLAIM(b, "f6", "real"), CLAIM_TAKEN, "at no node");
    is_number(CLAIM(b, "f7", "junk", .unproven = true), CLAIM_TAKEN,
              "and the oldest have left the server");
    is_number(CLAIM(b, "f999", "junk", .unproven = true), CLAIM_REPLAYED,
              "while the newest are there");
}

static void killed(struct store *a, struct store *local)
{
    struct claim_answer alone;

    is_number(CLAIM(a, "8", "x"), CLAIM_TAKEN, "before the server is killed");
    redis_kill(&redis, SIGKILL);
    ok(comes_up(a, false) && comes_up(local, false), "its loss is seen");
    is_number(CLAIM(a, "9", "x"), CLAIM_UNAVAILABLE, "reject: refused");
    alone = claim(local, (struct made){.identity = "9", .content = "x"});
    ok(alone.result == CLAIM_TAKEN && alone.alone, "local: taken alone");
    is_number(CLAIM(local, "9", "x"), CLAIM_REPLAYED, "once");
    ok(share(a, SHARED_GET, "", 0).result == SHARED_UNAVAILABLE,
       "nothing is known of values");
    ok(strstr(stats_of(local).trouble, "once per node") != NULL,
       "and it is said");
    redis_start(&redis, NULL);
    ok(comes_up(a, true) && comes_up(local, true), "it comes back, empty");
    is_number(CLAIM(a, "8", "x"), CLAIM_UNAVAILABLE,
              "reject: what it may have lost is refused");
    is_number(CLAIM(a, "10", "x"), CLAIM_UNAVAILABLE, "and all else");
    alone = claim(local, (struct made){.identity = "10", .content = "x"});
    ok(alone.result == CLAIM_TAKEN && alone.alone, "local: taken, and told");
    usleep(300000);
    is_number(CLAIM(local, "8", "x"), CLAIM_REPLAYED,
              "what a node granted is told to the new server");
}

static void evicting(void)
{
    struct store *store;

    redis_kill(&redis, SIGTERM);
    redis_start(&redis, (char *[]){"--maxmemory-policy", "allkeys-lru", NULL});
    store = node(false, true);
    ok(stats_of(store).unfit, "a store that may evict is unfit");
    is_number(CLAIM(store, "11", "x"), CLAIM_UNAVAILABLE, "and not believed");
    store->ops->close(store);
}

static void trusted(void)
{
    struct store *store;
    char *always[] = {"--appendonly", "yes", "--appendfsync", "always", NULL};

    redis_kill(&redis, SIGTERM);
    redis_start(&redis, always);
    store = node(false, true);
    is_number(CLAIM(store, "12", "x"), CLAIM_TAKEN, "appendfsync always");
    redis_kill(&redis, SIGKILL);
    redis_start(&redis, always);
    ok(comes_up(store, true), "started anew");
    store->ops->close(store);
    store = node(false, true);
    is_number(CLAIM(store, "12", "x"), CLAIM_REPLAYED, "has its claims");
    is_number(CLAIM(store, "13", "x"), CLAIM_TAKEN, "and takes new ones");
    store->ops->close(store);
}

int main(void)
{
    struct store *a, *b, *local;

    if (!store_valkey_available() || !redis_make(&redis)) {
        printf("1..0 # SKIP no hiredis or no redis-server\n");
        return 0;
    }
    hash_start();
    ok(redis_start(&redis, NULL), "a server starts");
    a = node(false, false);
    b = node(false, false);
    claims(a, b);
    asked_again(a, b);
    outcomes(a, b);
    values(a, b);
    late(a, b);
    flood(a, b);
    local = node(true, false);
    killed(a, local);
    a->ops->close(a);
    b->ops->close(b);
    local->ops->close(local);
    evicting();
    trusted();
    redis_remove(&redis);
    return tap_end();
}
