/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings with their defaults. The loader has checked types and ranges and
 * has told the place of each mistake; what is checked again here is what the
 * sidecar could not run with.
 */
#include "sidecar/setup.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct reader {
    const struct wb_engine *engine;
    char *problem;
    size_t room;
    bool failed;
};

__attribute__((format(printf, 2, 3))) static void fail(struct reader *reader,
                                                       const char *format, ...)
{
    va_list list;

    if (reader->failed) {
        return;
    }
    reader->failed = true;
    va_start(list, format);
    vsnprintf(reader->problem, reader->room, format, list);
    va_end(list);
}

/* The setting at a path that is made like printf's; NULL: none. */
__attribute__((format(printf, 2, 3))) static const char *
get(const struct reader *reader, const char *format, ...)
{
    char path[96];
    va_list list;
    int size;

    va_start(list, format);
    size = vsnprintf(path, sizeof path, format, list);
    va_end(list);
    if (size < 0 || (size_t)size >= sizeof path) {
        return NULL;
    }
    return wb_engine_setting(reader->engine, path);
}

static uint64_t number(struct reader *reader, const char *path,
                       uint64_t fallback, uint64_t least, uint64_t most)
{
    const char *text = get(reader, "%s", path);
    char *end;
    uint64_t value;

    if (text == NULL) {
        return fallback;
    }
    value = strtoull(text, &end, 10);
    if (end == text || *end != '\0' || value < least || value > most) {
        fail(reader, "%s: %s is not between %" PRIu64 " and %" PRIu64, path,
             text, least, most);
    }
    return value;
}

/* Index of the setting in a NULL-terminated list; 0 when there is none. */
static unsigned choice(struct reader *reader, const char *path,
                       const char *const *names)
{
    const char *text = get(reader, "%s", path);

    if (text == NULL) {
        return 0;
    }
    for (unsigned i = 0; names[i] != NULL; i++) {
        if (strcmp(text, names[i]) == 0) {
            return i;
        }
    }
    fail(reader, "%s: %s is not known", path, text);
    return 0;
}

static unsigned count(struct reader *reader, const char *list, unsigned i)
{
    const char *text = get(reader, "listen.%u.%s.#", i, list);

    return text ? (unsigned)strtoul(text, NULL, 10) : 0;
}

/* ---- one listener ---- */

static void trust_add(struct reader *reader, struct trust *trust, unsigned i,
                      const char *text)
{
    if (strcmp(text, "unix") == 0) {
        trust->unix_peers = true;
    } else if (trust->count == TRUST_MAX) {
        fail(reader, "listen.%u.trust-forwarded: more than %u", i,
             (unsigned)TRUST_MAX);
    } else if (!network_parse(text_of(text),
                              &trust->networks[trust->count++])) {
        fail(reader,
             "listen.%u.trust-forwarded: %s is not a network, an address or "
             "\"unix\"",
             i, text);
    }
}

static void read_trust(struct reader *reader, struct listener *listener,
                       unsigned i)
{
    unsigned entries = count(reader, "trust-forwarded", i);

    for (unsigned k = 0; k < entries; k++) {
        const char *text = get(reader, "listen.%u.trust-forwarded.%u", i, k);

        trust_add(reader, &listener->trust, i, text ? text : "");
    }
    if (entries == 0) {
        trust_add(reader, &listener->trust, i, "127.0.0.0/8");
        trust_add(reader, &listener->trust, i, "::1");
    }
    if (strncmp(listener->address, "unix:", 5) == 0 &&
        !listener->trust.unix_peers) {
        fail(reader,
             "listen.%u: nobody who connects to %s is trusted: set "
             "trust-forwarded: [unix]",
             i, listener->address);
    }
}

static void known_add(struct reader *reader, struct listener *listener,
                      unsigned i, const char *name)
{
    if (listener->known_count == KNOWN_MAX) {
        fail(reader, "listen.%u.headers-known: more than %u", i,
             (unsigned)KNOWN_MAX);
        return;
    }
    listener->known[listener->known_count++] = text_of(name);
    listener->known_limited = true;
}

static void read_known(struct reader *reader, struct listener *listener,
                       unsigned i)
{
    unsigned entries = count(reader, "headers-known", i);
    const char *first = get(reader, "listen.%u.headers-known.0", i);
    const char *const *name = listener->dialect->known;

    if (entries == 1 && first != NULL && strcmp(first, "all") == 0) {
        return;
    }
    for (unsigned k = 0; k < entries; k++) {
        const char *text = get(reader, "listen.%u.headers-known.%u", i, k);

        known_add(reader, listener, i, text ? text : "");
    }
    for (; entries == 0 && name != NULL && *name != NULL; name++) {
        known_add(reader, listener, i, *name);
    }
}

static void read_order(struct reader *reader, struct listener *listener,
                       unsigned i)
{
    static const char *const names[] = {"dialect", "kept", "lost", NULL};
    char path[64];
    unsigned order;

    snprintf(path, sizeof path, "listen.%u.order", i);
    order = choice(reader, path, names);
    listener->order_kept =
        order == 0 ? listener->dialect->order_kept : order == 1;
}

static void read_sources(struct reader *reader, struct listener *listener,
                         unsigned i)
{
    static const struct {
        enum source source;
        const char *key;
    } rows[] = {{SOURCE_REQUEST_ID, "request-id"},
                {SOURCE_JA3, "take.ja3"},
                {SOURCE_JA4, "take.ja4"},
                {SOURCE_LOAD, "take.load"}};

    listener_roles(listener);

    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        const char *name = get(reader, "listen.%u.%s", i, rows[r].key);

        if (name != NULL && *name != '\0' &&
            !listener_role(listener, name, rows[r].source)) {
            fail(reader, "listen.%u.%s: %s is too long", i, rows[r].key, name);
        }
    }
}

static bool can_strip(struct reader *reader, unsigned i)
{
    const char *text = get(reader, "listen.%u.can-strip", i);

    return text == NULL || strcmp(text, "false") != 0;
}

static void read_listener(struct reader *reader, struct listener *listener,
                          unsigned i)
{
    const char *address = get(reader, "listen.%u.address", i);
    const char *dialect = get(reader, "listen.%u.dialect", i);
    const char *mode = get(reader, "listen.%u.socket-mode", i);
    const char *owner = get(reader, "listen.%u.socket-owner", i);

    listener->address = address ? address : "127.0.0.1:8402";
    listener->dialect = dialect_find(dialect ? dialect : "json");
    if (listener->dialect == NULL) {
        fail(reader, "listen.%u.dialect: %s is not one", i, dialect);
        return;
    }
    listener->can_strip = can_strip(reader, i);
    listener->socket_mode = 0660;
    if (mode != NULL) {
        listener->socket_mode = (unsigned)strtoul(mode, NULL, 8) & 0777u;
    }
    listener->socket_owner = owner;
    read_trust(reader, listener, i);
    read_known(reader, listener, i);
    read_order(reader, listener, i);
    read_sources(reader, listener, i);
}

/* A plain curl is its own proxy here, and sends all of its headers. */
static void demo_listener(struct reader *reader, struct setup *setup,
                          const struct sidecar_options *options)
{
    struct listener *listener = &setup->listen[0];

    setup->listen_count = 1;
    listener->address = options && options->demo_listen ? options->demo_listen
                                                        : "127.0.0.1:8402";
    listener->dialect = &dialect_envoy;
    trust_add(reader, &listener->trust, 0, "127.0.0.0/8");
    trust_add(reader, &listener->trust, 0, "::1");
    listener_roles(listener);
    listener->order_kept = true;
    listener->can_strip = true;
    setup->admin =
        options && options->demo_admin ? options->demo_admin : "127.0.0.1:8403";
}

/* ---- all ---- */

static void read_listeners(struct reader *reader, struct setup *setup)
{
    const char *admin = get(reader, "admin.address");

    setup->listen_count = number(reader, "listen.#", 1, 1, LISTENERS_MAX);
    for (unsigned i = 0; !reader->failed && i < setup->listen_count; i++) {
        read_listener(reader, &setup->listen[i], i);
    }
    setup->admin = admin ? admin : "127.0.0.1:8403";
    if (strcmp(setup->admin, "off") == 0) {
        setup->admin = NULL;
    }
    setup->outcomes = get(reader, "admin.outcomes");
    if (setup->outcomes && strcmp(setup->outcomes, "off") == 0) {
        setup->outcomes = NULL;
    }
}

/* Only to tell whether they changed: the engine opens the store. */
static void read_claims(struct reader *reader, struct setup *setup)
{
    static const char *const keys[] = {
        "store",    "path",     "durability",    "capacity",
        "address",  "database", "prefix",        "on-store-failure",
        "username", "password", "password-file", "capacity-unproven"};

    _Static_assert(sizeof keys / sizeof *keys == CLAIM_KEYS, "each once");
    for (size_t i = 0; i < CLAIM_KEYS; i++) {
        setup->claims[i] = get(reader, "claims.%s", keys[i]);
    }
}

static void read_log(struct reader *reader, struct setup *setup)
{
    static const char *const client[] = {"full", "truncated", "off", NULL};
    static const char *const query[] = {"names", "full", "off", NULL};
    const char *decisions = get(reader, "log.decisions");

    setup->log_decisions = decisions ? decisions : "stderr";
    if (strcmp(setup->log_decisions, "off") == 0) {
        setup->log_decisions = NULL;
    }
    setup->log_audit = get(reader, "log.audit");
    if (setup->log_audit && strcmp(setup->log_audit, "off") == 0) {
        setup->log_audit = NULL;
    }
    setup->log_client = LOG_CLIENT_TRUNCATED;
    if (get(reader, "log.client-ip") != NULL) {
        setup->log_client =
            (enum log_client)choice(reader, "log.client-ip", client);
    }
    setup->log_query = (enum log_query)choice(reader, "log.query", query);
}

static void read_limits(struct reader *reader, struct setup *setup)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    setup->connections =
        (unsigned)number(reader, "limits.connections", 1024, 1, 1000000);
    setup->in_flight =
        (unsigned)number(reader, "limits.in-flight", 256, 1, 1000000);
    setup->threads = (unsigned)number(reader, "limits.threads", 0, 0, 256);
    if (setup->threads == 0) {
        setup->threads = cores < 1 ? 1 : cores > 256 ? 256 : (unsigned)cores;
    }
    setup->head_bytes =
        number(reader, "limits.header-bytes", 65536, 32768, 1 << 20);
    setup->record_bytes =
        number(reader, "limits.record-bytes", 131072, 1024, 4 << 20);
    setup->idle_seconds = (unsigned)(number(reader, "limits.idle", 75000000,
                                            1000000, 3600000000ull) /
                                     1000000);
    setup->drain = (int64_t)number(reader, "drain", 10000000, 0, 600000000);
    setup->watch =
        (int64_t)number(reader, "watch", 10000000, 0, 86400000000ull);
}

bool setup_read(struct setup *setup, const struct wb_engine *engine, bool demo,
                const struct sidecar_options *options, char *problem,
                size_t room)
{
    struct reader reader = {engine, problem, room, false};
    const char *mode = get(&reader, "mode");

    memset(setup, 0, sizeof *setup);
    setup->demo = demo;
    setup->mode = mode ? mode : "enforce";
    if (demo) {
        demo_listener(&reader, setup, options);
    } else {
        read_listeners(&reader, setup);
    }
    setup->generations =
        (unsigned)number(&reader, "admin.generations", 8, 0, 50);
    read_claims(&reader, setup);
    read_log(&reader, setup);
    read_limits(&reader, setup);
    return !reader.failed;
}

static bool same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool setup_fit(const struct setup *before, const struct setup *after,
               char *problem, size_t room)
{
    const char *what = NULL;

    if (before->listen_count != after->listen_count) {
        what = "the number of listeners";
    } else if (!same(before->admin, after->admin)) {
        what = "admin.address";
    } else if (!same(before->outcomes, after->outcomes)) {
        what = "admin.outcomes";
    } else if (before->connections != after->connections ||
               before->in_flight != after->in_flight ||
               before->threads != after->threads ||
               before->head_bytes != after->head_bytes ||
               before->record_bytes != after->record_bytes ||
               before->idle_seconds != after->idle_seconds) {
        what = "limits";
    } else if (!same(before->log_decisions, after->log_decisions)) {
        what = "log.decisions";
    } else if (!same(before->log_audit, after->log_audit)) {
        what = "log.audit";
    }
    for (size_t i = 0; what == NULL && i < CLAIM_KEYS; i++) {
        if (!same(before->claims[i], after->claims[i])) {
            what = "claims";
        }
    }
    for (size_t i = 0; what == NULL && i < before->listen_count; i++) {
        if (!same(before->listen[i].address, after->listen[i].address)) {
            what = "a listener's address";
        }
    }
    if (what != NULL) {
        snprintf(problem, room, "%s changed, which needs a restart", what);
    }
    return what == NULL;
}
