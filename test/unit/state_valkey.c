/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shared store against a real server: two nodes see one another's
 * claims; what a late, lost or new server means for both ways of failing.
 */
#include <pthread.h>
#include <time.h>

#include "base/hash.h"
#include "redis.h"
#include "state/lockout.h"
#include "store_wait.h"
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

struct made {
    const char *identity, *content, *identifier, *ask;
    bool unproven;
    const char *payer;
};

static struct claim_answer claim(struct store *store, struct made made)
{
    static unsigned serial;
    struct claim_call call;

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
    if (made.payer) {
        call.claim.has_payer = true;
        memcpy(call.claim.payer, made.payer, strlen(made.payer));
    }
    serial++;
    memcpy(call.claim.decision, &serial, sizeof(serial));
    call.claim.proven = !made.unproven;
    call.claim.now = now_is();
    call.claim.expires = call.claim.now + 60 * SECOND;
    call.claim.longest = 60 * SECOND;
    store_claim(store, &call);
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
    struct outcome_call call = {.fate = fate, .now = now_is()};

    memcpy(call.decision, of->decision, sizeof(call.decision));
    return store_outcome(store, &call);
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

/* What the redis-server is told besides, in one line. */
static void redis_tell(const char *line)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    char answer[64];
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    memcpy(to.sun_path, redis.socket, strlen(redis.socket));
    ok(connect(fd, (struct sockaddr *)&to, sizeof to) == 0 &&
           write(fd, line, strlen(line)) == (ssize_t)strlen(line) &&
           read(fd, answer, sizeof answer) > 0,
       "the server is told: %.20s", line);
    close(fd);
}

static void released(struct store *a, struct store *b)
{
    struct claim_answer it =
        claim(a, (struct made){.identity = "30", .content = "x"});
    uint64_t losses;

    is_number(CLAIM(a, "30", "x"), CLAIM_REPLAYED, "a payment passed");
    is_number(tell(b, FATE_RELEASED, &it), OUTCOME_DONE,
              "another node is told that it was released");
    is_number(CLAIM(a, "30", "x"), CLAIM_TAKEN,
              "it passes again through the node that had it");
    is_number(CLAIM(a, "30", "x"), CLAIM_REPLAYED, "once");
    is_number(CLAIM(b, "30", "x"), CLAIM_REPLAYED, "and through no other");
    is_number(tell(b, FATE_RELEASED, &it), OUTCOME_UNKNOWN,
              "the old decision frees it no more");
    it = claim(a, (struct made){
                      .identity = "31", .content = "x", .identifier = "id31"});
    is_number(tell(b, FATE_RELEASED, &it), OUTCOME_DONE,
              "one with a payment-identifier is released");
    is_number(CLAIM(a, "31", "x", .identifier = "id31"), CLAIM_TAKEN,
              "and passes with it again");
    is_number(CLAIM(b, "31", "x", .identifier = "id31"), CLAIM_REPEATED,
              "once");
    it = claim(
        a, (struct made){.identity = "32", .content = "x", .ask = "request32"});
    is_number(tell(b, FATE_RELEASED, &it), OUTCOME_DONE,
              "one of a proxy's request is released");
    is_number(CLAIM(a, "32", "x", .ask = "request32"), CLAIM_TAKEN,
              "and passes again under that request");
    is_number(CLAIM(a, "32", "x"), CLAIM_REPLAYED, "once");
    it = claim(a, (struct made){.identity = "33", .content = "x"});
    is_number(tell(b, FATE_RELEASED, &it), OUTCOME_DONE,
              "released, while its node loses the connection");
    losses = stats_of(a).losses;
    redis_tell("CLIENT KILL TYPE normal SKIPME yes\r\n");
    for (int i = 0; i < 600 && stats_of(a).losses == losses; i++) {
        usleep(10000);
    }
    ok(comes_up(a, true) && comes_up(b, true), "which is made anew");
    usleep(200000);
    is_number(CLAIM(b, "33", "x"), CLAIM_TAKEN,
              "what that node tells again was released still");
    is_number(CLAIM(a, "33", "x"), CLAIM_REPLAYED, "it passes once");
    is_number(CLAIM(a, "31", "x"), CLAIM_REPLAYED, "all others never");
}

/* ---- lockouts ---- */

static struct shared_call ask_of(const char *payer)
{
    unsigned char who[CLAIM_PAYER] = {0};

    memcpy(who, payer, strlen(payer));
    return lockout_ask(who, now_is());
}

static void fail(struct store *store, const char *payer)
{
    struct shared_call found = store_share(store, ask_of(payer));
    struct shared_call put = {.result = SHARED_TAKEN};

    while (put.result == SHARED_TAKEN) {
        put = store_share(store, lockout_count(&found, now_is()));
        found = put;
        found.result = put.value_size ? SHARED_STANDS : SHARED_ABSENT;
    }
}

static bool count_locked(void *count, const struct shared_call *found)
{
    struct shared_call stands = *found;

    stands.result = SHARED_STANDS;
    *(int *)count += lockout_until(&stands) > found->now;
    return true;
}

static int locked_at(struct store *store)
{
    int count = 0;

    store_share(store, (struct shared_call){.op = SHARED_HEAR,
                                            .kind = SHARED_LOCKOUT,
                                            .now = now_is()});
    shared_visit(store, SHARED_LOCKOUT, now_is(), count_locked, &count);
    return count;
}

static enum shared_result lift(struct store *store, const char *payer)
{
    struct shared_call call = ask_of(payer);

    call.op = SHARED_DROP;
    return store_share(store, call).result;
}

struct failing {
    struct store *store;
    int times;
};

static void *fail_often(void *arg)
{
    struct failing *failing = arg;

    for (int i = 0; i < failing->times; i++) {
        fail(failing->store, "many");
    }
    return NULL;
}

static void lockouts(struct store *a, struct store *b)
{
    struct failing at[4] = {{a, 25}, {b, 25}, {a, 25}, {b, 25}};
    pthread_t threads[4];
    struct shared_call found;

    fail(a, "payer");
    is_number(CLAIM(b, "40", "x", .payer = "payer"), CLAIM_TAKEN,
              "a first failure locks nobody out");
    fail(a, "payer");
    is_number(CLAIM(b, "41", "x", .payer = "payer"), CLAIM_LOCKED_OUT,
              "the second does, at the other node");
    is_number(CLAIM(a, "41", "x", .payer = "payer"), CLAIM_LOCKED_OUT,
              "and at its own");
    is_number(CLAIM(b, "41", "x", .payer = "other"), CLAIM_TAKEN,
              "nobody else");
    is_number(locked_at(a), 1, "its own node lists it");
    is_number(locked_at(b), 1, "and the other");
    is_number(lift(b, "payer"), SHARED_STANDS, "lifted at the other");
    is_number(lift(a, "payer"), SHARED_ABSENT, "once");
    is_number(locked_at(a), 0, "its own lists it no more");
    is_number(CLAIM(a, "42", "x", .payer = "payer"), CLAIM_TAKEN,
              "and lets the payer pass");
    fail(b, "payer");
    is_number(CLAIM(a, "43", "x", .payer = "payer"), CLAIM_TAKEN,
              "after a lift counting begins anew");
    for (size_t i = 0; i < 4; i++) {
        pthread_create(&threads[i], NULL, fail_often, &at[i]);
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    found = store_share(a, ask_of("many"));
    is_number((long)lockout_read(&found).failures, 100,
              "of failures told at once through both none is lost");
}

/* ---- values ---- */

static struct shared_call share(struct store *store, enum shared_op op,
                                const char *value, int64_t number)
{
    struct shared_call call = {.op = op,
                               .kind = SHARED_VOLUME,
                               .key = "key",
                               .number = number,
                               .value_size = strlen(value),
                               .now = now_is(),
                               .expires = now_is() + 60 * SECOND};

    if (op == SHARED_ADD) {
        call.key[0] = 'n';
    }
    memcpy(call.value, value, call.value_size);
    return store_share(store, call);
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

static void late_and_locked(struct store *local)
{
    ok(locked_at(local) > 0, "a new node hears who is locked out");
    kill(redis.pid, SIGSTOP);
    is_number(CLAIM(local, "45", "x", .payer = "many"), CLAIM_LOCKED_OUT,
              "local: locked out, when the server is late");
    is_number(CLAIM(local, "46", "x"), CLAIM_TAKEN, "others pass alone");
    kill(redis.pid, SIGCONT);
}

static void killed(struct store *a, struct store *local)
{
    int locked = locked_at(a);

    struct claim_answer alone;

    is_number(CLAIM(a, "8", "x"), CLAIM_TAKEN, "before the server is killed");
    redis_kill(&redis, SIGKILL);
    ok(comes_up(a, false) && comes_up(local, false), "its loss is seen");
    is_number(CLAIM(a, "9", "x"), CLAIM_UNAVAILABLE, "reject: refused");
    alone = claim(local, (struct made){.identity = "9", .content = "x"});
    ok(alone.result == CLAIM_TAKEN && alone.alone, "local: taken alone");
    is_number(CLAIM(local, "9", "x"), CLAIM_REPLAYED, "once");
    is_number(CLAIM(local, "44", "x", .payer = "many"), CLAIM_LOCKED_OUT,
              "local: who was locked out elsewhere is still");
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
    ok(locked > 0, "payers were locked out before");
    is_number(locked_at(local), locked, "and are after, at each node");
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
    released(a, b);
    lockouts(a, b);
    values(a, b);
    late(a, b);
    flood(a, b);
    local = node(true, false);
    late_and_locked(local);
    killed(a, local);
    a->ops->close(a);
    b->ops->close(b);
    local->ops->close(local);
    evicting();
    trusted();
    redis_remove(&redis);
    return tap_end();
}
