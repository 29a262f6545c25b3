/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A memo: evaluations of requests past, for requests that are the same to
 * the rules (classify/keep.h says when), and what user agents say of
 * themselves. For replay, where a log repeats its user agents.
 *
 *   sets of a few places; an entry is a key and what it came to
 *
 * It is bounded: an entry takes at most ENTRY_MAX bytes, a new one replaces
 * the one of its set that was used least lately. Nothing but time hangs on
 * what it holds. What single values came to is remembered without it
 * (classify/value_memo.h), for a sidecar too.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "classify/keep.h"
#include "decision.h"

#define SETS 32768 /* a power of two */
#define WAYS 4
#define ENTRY_MAX 2560
#define BROWSERS 65536 /* a power of two */
#define BROWSER_NAME_MAX 320

struct entry {
    uint64_t hash;
    uint64_t used;   /* the memo's clock */
    const char *key; /* of key_size bytes; what is kept stands behind it */
    size_t key_size, room;
};

struct browser_entry {
    uint64_t hash;
    size_t size, room;
    char *name;
    struct browser browser;
};

/* A program's keying; programs differ by sites and engines. */
#define KEYINGS 16

struct wb_memo {
    struct {
        uint64_t serial; /* of the engine */
        const struct program *program;
        struct keying *keying;
    } keyings[KEYINGS];
    size_t keying_next;
    uint64_t clock;
    struct entry entries[SETS * WAYS];
    struct browser_entry browsers[BROWSERS];
    char room[ENTRY_MAX];
};

struct wb_memo *wb_memo_new(void)
{
    return calloc(1, sizeof(struct wb_memo));
}

void wb_memo_free(struct wb_memo *memo)
{
    if (!memo) {
        return;
    }
    for (size_t i = 0; i < SETS * WAYS; i++) {
        free((void *)(uintptr_t)memo->entries[i].key);
    }
    for (size_t i = 0; i < KEYINGS; i++) {
        keying_free(memo->keyings[i].keying);
    }
    for (size_t i = 0; i < BROWSERS; i++) {
        free(memo->browsers[i].name);
    }
    free(memo);
}

void wb_request_memo(struct wb_request *r, struct wb_memo *memo)
{
    r->memo = memo;
}

void wb_request_answers_only(struct wb_request *r, int only)
{
    r->answers_only = only != 0;
}

/* ---- user agents ---- */

void memo_browser(struct wb_request *r)
{
    const struct header *header =
        r->memo ? request_header(&r->facts, VIEW("User-Agent")) : NULL;

    if (!header || header->value.size > BROWSER_NAME_MAX) {
        return;
    }
    struct view name = header->value;
    uint64_t hash = hash_table(name);
    struct browser_entry *entry = &r->memo->browsers[hash & (BROWSERS - 1)];
    if (!entry->name || entry->hash != hash ||
        !view_equal(view_of(entry->name, entry->size), name)) {
        if (!entry->name || entry->room < name.size) {
            char *copy = realloc(entry->name, (name.size + 64) / 64 * 64);
            if (!copy) {
                return;
            }
            entry->name = copy;
            entry->room = (name.size + 64) / 64 * 64;
        }
        memcpy(entry->name, name.at, name.size);
        entry->size = name.size;
        entry->hash = hash;
        browser_read(&entry->browser, name);
    }
    r->facts.browser = &entry->browser;
    r->facts.browser_name = name;
}

/* ---- evaluations ---- */

static const struct keying *keying_of(struct wb_memo *memo,
                                      const struct wb_request *r)
{
    const struct program *program = r->ruleset->program;

    for (size_t i = 0; i < KEYINGS; i++) {
        if (memo->keyings[i].program == program &&
            memo->keyings[i].serial == r->engine->serial) {
            return memo->keyings[i].keying;
        }
    }
    size_t at = memo->keying_next++ % KEYINGS;
    keying_free(memo->keyings[at].keying);
    memo->keyings[at].keying = keying_new(program, r->ruleset->plan);
    memo->keyings[at].program = program;
    memo->keyings[at].serial = r->engine->serial;
    return memo->keyings[at].keying;
}

/* The key of a request behind its engine and program; its size, or 0. */
static size_t make_key(struct wb_request *r, const struct keying *keying,
                       char *room)
{
    const void *program = r->ruleset->program;
    uint64_t serial = r->engine->serial;
    size_t head = sizeof program + sizeof serial;
    size_t size =
        keying_key(keying, r->values, room + head, ENTRY_MAX / 2 - head);

    memcpy(room, &serial, sizeof serial);
    memcpy(room + sizeof serial, &program, sizeof program);
    return size ? head + size : 0;
}

/* What is kept begins where any type may. */
static size_t kept_at(size_t key_size)
{
    return (key_size + 15) / 16 * 16;
}

static struct entry *set_of(struct wb_memo *memo, uint64_t hash)
{
    return &memo->entries[(hash >> 7 & (SETS - 1)) * WAYS];
}

static void keep(struct wb_request *r, const struct keying *keying,
                 uint64_t hash, size_t key_size)
{
    struct wb_memo *memo = r->memo;
    size_t at = kept_at(key_size);
    _Alignas(16) char kept[ENTRY_MAX];
    size_t size =
        evaluation_keep(r->evaluation, keying, kept, sizeof kept - at);
    struct entry *set = set_of(memo, hash);
    struct entry *oldest = set;

    if (size == 0) {
        return;
    }
    for (size_t i = 1; i < WAYS; i++) {
        oldest = set[i].used < oldest->used ? &set[i] : oldest;
    }
    if (oldest->room < at + size) {
        size_t room = (at + size + 127) / 128 * 128;
        char *bytes = realloc((void *)(uintptr_t)oldest->key, room);
        if (!bytes) {
            return;
        }
        oldest->key = bytes;
        oldest->room = room;
    }
    char *bytes = (char *)(uintptr_t)oldest->key;
    memcpy(bytes, memo->room, key_size);
    memcpy(bytes + at, kept, size);
    oldest->key_size = key_size;
    oldest->hash = hash;
    oldest->used = ++memo->clock;
}

void memo_evaluate(struct wb_request *r)
{
    struct wb_memo *memo = r->memo;
    const struct keying *keying =
        memo && !wba_is_there(&r->facts) ? keying_of(memo, r) : NULL;
    size_t key_size = keying ? make_key(r, keying, memo->room) : 0;

    if (key_size == 0) {
        evaluation_stateless(r->evaluation, r->values);
        return;
    }
    struct view key = view_of(memo->room, key_size);
    uint64_t hash = hash_table(key);
    struct entry *set = set_of(memo, hash);
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].key && set[i].hash == hash &&
            view_equal(view_of(set[i].key, set[i].key_size), key)) {
            set[i].used = ++memo->clock;
            evaluation_recall(r->evaluation, r->values,
                              set[i].key + kept_at(key_size));
            return;
        }
    }
    evaluation_stateless(r->evaluation, r->values);
    keep(r, keying, hash, key_size);
}
