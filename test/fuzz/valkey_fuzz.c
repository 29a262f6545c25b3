/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever a server of the Redis protocol sends, to whoever waits for it. The
 * bytes come over a socket, through hiredis and the store's own reading, and
 * the connection ends behind them. An input:
 *
 *   'j' | bytes            replies to a new connection
 *   'p' | waiting 8 | bytes   a pipeline: who waits, a letter each, 'x' none
 *
 * A claim is taken only by the answer that names it; who waits is answered
 * once at most.
 */
#include <string.h>

#include "state/valkey_talk.h"

#include "fuzz.h"

#ifdef WITH_HIREDIS

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/hash.h"
#include "state/lockout.h"

#define NOW INT64_C(1767225600000000)
#define WAITING 8

static struct sockaddr_un place = {.sun_family = AF_UNIX};
static int door = -1;

static struct store_valkey store;
static struct claim_call claims[WAITING];
static struct outcome_call outcomes[WAITING];
static struct shared_call shares[WAITING];
static int woken[WAITING];

/* ---- the server ---- */

static void remove_place(void)
{
    unlink(place.sun_path);
}

static void open_door(void)
{
    snprintf(place.sun_path, sizeof(place.sun_path), "/tmp/wb-valkey-fuzz-%ld",
             (long)getpid());
    door = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    unlink(place.sun_path);
    must(door >= 0 &&
         bind(door, (struct sockaddr *)&place, sizeof(place)) == 0);
    must(listen(door, 4) == 0 && hash_start());
    atexit(remove_place);
}

/* A connection whose other end has said all this and is closed. */
static struct redis_link *link_that_says(const uint8_t *data, size_t size)
{
    char address[sizeof(place.sun_path) + 8], problem[64];
    struct redis_link_settings settings = {.address = address,
                                           .timeout = 1000000};
    struct redis_link *link;
    int room = 1 << 20, peer;

    snprintf(address, sizeof(address), "unix:%s", place.sun_path);
    link = redis_link_open(&settings, problem, sizeof(problem));
    peer = accept(door, NULL, NULL);
    must(link && peer >= 0);
    setsockopt(peer, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
    must(send(peer, data, size, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)size);
    shutdown(peer, SHUT_WR);
    fcntl(peer, F_SETFD, FD_CLOEXEC);
    store.wake_fd = peer; /* closed when all is over */
    return link;
}

/* ---- who waits ---- */

static void wake(void *arg)
{
    (*(int *)arg)++;
}

static void make_claim(struct claim_call *call, size_t i, bool stands)
{
    memset(call, 0, sizeof(*call));
    memset(call->claim.identity, (int)i, 32);
    memset(call->claim.content, 'c', 32);
    memset(call->claim.decision, 'd', 16);
    memset(call->claim.ask, 'a', 16);
    memset(call->claim.payer, 'p', CLAIM_PAYER);
    call->claim.has_ask = call->claim.proven = call->claim.has_payer = true;
    call->claim.has_identifier = i % 2;
    call->claim.now = NOW;
    call->claim.expires = NOW + 60000000;
    call->claim.longest = 60000000;
    call->wake = wake;
    call->arg = &woken[i];
    store_memory_decide(store.table, call);
    call->held = call->answer.result == CLAIM_TAKEN;
    if (stands) {
        memset(call->claim.decision, 'e', 16);
        store_memory_decide(store.table, call);
        call->held = false;
        call->stands = true;
    }
}

static bool put_share(size_t i, unsigned char letter)
{
    static const char letters[] = "gunsahl";
    static const enum shared_op ops[] = {
        SHARED_GET, SHARED_PUT,  SHARED_PUT_NEW, SHARED_SWAP,
        SHARED_ADD, SHARED_HEAR, SHARED_DROP};
    const char *at = letter ? strchr(letters, letter) : NULL;

    if (at) {
        enum shared_op op = ops[at - letters];
        bool lockout = op == SHARED_SWAP || op == SHARED_HEAR;

        shares[i] = (struct shared_call){
            .op = op,
            .kind = lockout || i % 2 ? SHARED_LOCKOUT : SHARED_VOLUME,
            .now = NOW,
            .expires = NOW + 1000000,
            .wake = wake,
            .arg = &woken[i]};
    }
    return at != NULL;
}

static void wait_for(struct talk *t, size_t i, unsigned char letter)
{
    enum waiting what = letter == 'c' || letter == 'S' ? WAITS_CLAIM
                        : letter == 'o'                ? WAITS_OUTCOME
                        : letter == 'C'                ? WAITS_COUNT
                        : letter == 'W'                ? WAITS_WITHDRAWAL
                        : letter == 'P'                ? WAITS_PUSH
                        : letter == 'L'                ? WAITS_LOCKOUTS
                        : letter == 'I'                ? WAITS_INFO
                        : letter == 'R'                ? WAITS_RUN
                        : letter == 'x'                ? WAITS_NOTHING
                                                       : WAITS_SHARE;
    struct pending *p = talk_new_pending(t, what);

    must(p != NULL);
    memset(&p->record, 0, sizeof(p->record));
    memset(&p->kept, 0, sizeof(p->kept));
    if (what == WAITS_CLAIM) {
        make_claim(&claims[i], i, letter == 'S');
        p->claim = &claims[i];
    } else if (what == WAITS_OUTCOME) {
        outcomes[i] = (struct outcome_call){
            .fate = FATE_SETTLED, .now = NOW, .wake = wake, .arg = &woken[i]};
        memset(outcomes[i].decision, 'd', 16);
        p->outcome = &outcomes[i];
    } else if (what == WAITS_COUNT) {
        p->record.counted = true;
        p->record.kind = SHARED_DEMAND;
    } else if (what == WAITS_SHARE && put_share(i, letter)) {
        p->share = &shares[i];
    }
    talk_expect(t, p, true);
}

/* ---- both ways to be told ---- */

static bool says(const uint8_t *data, size_t size, const char *what)
{
    return view_search(view_of((const char *)data, size), view_text(what)) !=
           SIZE_MAX;
}

static void judge(struct talk *t, const uint8_t *data, size_t size)
{
    const char *why;

    t->link = link_that_says(data, size);
    why = talk_judge(t);
    if (!why) {
        must(strlen(t->run_id) == RUN_ID && says(data, size, "run_id:"));
    }
}

static void pipeline(struct talk *t, const uint8_t *data, size_t size)
{
    const uint8_t *replies = data + WAITING;

    size -= WAITING;
    memset(woken, 0, sizeof(woken));
    memset(claims, 0, sizeof(claims));
    for (size_t i = 0; i < WAITING; i++) {
        wait_for(t, i, data[i]);
    }
    t->link = link_that_says(replies, size);
    must(redis_link_pipeline(t->link));
    for (int i = 0; i < 16 && !t->broken; i++) {
        talk_read_replies(t);
    }
    for (size_t i = 0; i < WAITING; i++) {
        const struct claim_call *call = &claims[i];

        must(woken[i] <= 1);
        if (call->wake && woken[i] && call->answer.result == CLAIM_TAKEN) {
            must(
                says(replies, size,
                     call->stands ? "teeeeeeeeeeeeeeee" : "tdddddddddddddddd"));
        }
    }
}

static void forget(struct list *list)
{
    struct pending *p;

    while ((p = talk_take_first(list)) != NULL) {
        free(p);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned char key[16] = {1};
    struct talk t = {.s = &store};
    struct list unused;

    if (size < 1 + WAITING || size > 65536) {
        return 0;
    }
    if (door < 0) {
        open_door();
    }
    store.table = store_memory_open(64, 64, key);
    must(store.table != NULL);
    atomic_store(&store.lost_before, 0);
    memset(t.run_id, 'r', RUN_ID);
    if (data[0] == 'j') {
        judge(&t, data + 1, size - 1);
    } else {
        pipeline(&t, data + 1, size - 1);
    }
    redis_link_close(t.link);
    close(store.wake_fd);
    unused = (struct list){t.free, NULL};
    forget(&t.sent);
    forget(&t.unsent);
    forget(&unused);
    store.table->ops->close(store.table);
    return 0;
}

#else

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)data;
    (void)size;
    return 0;
}

#endif
