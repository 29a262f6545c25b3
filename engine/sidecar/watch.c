/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Observations of a listener. After the first 1,000 asks a look costs one
 * load of a counter.
 */
#include "sidecar/watch.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "sidecar/log.h"

#define ASKS 1000

static struct {
    atomic_uint asks;
    atomic_bool judged;
    atomic_bool came[KNOWN_MAX]; /* by place in headers-known */
    atomic_bool clients_differ;
    atomic_ullong first_client; /* folded; 0: none yet */
} watched[LISTENERS_MAX];

void watch_reset(void)
{
    for (unsigned i = 0; i < LISTENERS_MAX; i++) {
        atomic_store(&watched[i].asks, 0);
        atomic_store(&watched[i].judged, false);
        atomic_store(&watched[i].clients_differ, false);
        atomic_store(&watched[i].first_client, 0);
        for (unsigned k = 0; k < KNOWN_MAX; k++) {
            atomic_store(&watched[i].came[k], false);
        }
    }
}

static void note_headers(unsigned i, const struct listener *listener,
                         const struct exchange *x)
{
    for (size_t k = 0; k < listener->known_count; k++) {
        for (size_t f = 0;
             !atomic_load_explicit(&watched[i].came[k], memory_order_relaxed) &&
             f < x->field_count;
             f++) {
            if (text_is_fold(x->fields[f].name, listener->known[k])) {
                atomic_store(&watched[i].came[k], true);
            }
        }
    }
}

static void note_client(unsigned i, const struct seen *seen)
{
    unsigned long long parts[2] = {0, 0}, none = 0, mark;

    if (seen->client_known) {
        memcpy(parts, seen->client.bytes, sizeof seen->client.bytes);
    }
    mark = (parts[0] ^ parts[1]) | 1;
    if (!atomic_compare_exchange_strong(&watched[i].first_client, &none,
                                        mark) &&
        none != mark) {
        atomic_store(&watched[i].clients_differ, true);
    }
}

/* The names that never came, comma-separated; false if all did. */
static bool missing_names(unsigned i, const struct listener *listener,
                          char *out, size_t room)
{
    size_t size = 0;

    out[0] = '\0';
    for (size_t k = 0; k < listener->known_count && size < room; k++) {
        if (!atomic_load(&watched[i].came[k])) {
            size += (size_t)snprintf(
                out + size, room - size, "%s%.*s", size ? ", " : "",
                (int)listener->known[k].size, listener->known[k].data);
        }
    }
    return size != 0;
}

bool watch_warning(unsigned i, unsigned k, const struct setup *setup, char *out,
                   size_t room)
{
    char names[256];

    if (!atomic_load(&watched[i].judged)) {
        return false;
    }
    if (!atomic_load(&watched[i].clients_differ) && k-- == 0) {
        snprintf(out, room,
                 "listen.%u: all of %u asks came for one client address, or "
                 "for none: look at trust-forwarded and at what the proxy "
                 "sends",
                 i, ASKS);
        return true;
    }
    if (missing_names(i, &setup->listen[i], names, sizeof names) && k-- == 0) {
        snprintf(out, room,
                 "listen.%u: these never came in %u asks: %s: let the proxy "
                 "forward them, or take them out of headers-known",
                 i, ASKS, names);
        return true;
    }
    return false;
}

static void judge(unsigned i, const struct setup *setup, int64_t now)
{
    char warning[512];

    atomic_store(&watched[i].judged, true);
    for (unsigned k = 0; watch_warning(i, k, setup, warning, sizeof warning);
         k++) {
        log_event(now, "warning", "message", warning, (const char *)NULL);
    }
}

void watch_ask(unsigned i, const struct setup *setup, const struct exchange *x,
               const struct seen *seen, int64_t now)
{
    if (setup->demo ||
        atomic_load_explicit(&watched[i].asks, memory_order_relaxed) >= ASKS) {
        return;
    }
    note_headers(i, &setup->listen[i], x);
    note_client(i, seen);
    if (atomic_fetch_add(&watched[i].asks, 1) + 1 == ASKS) {
        judge(i, setup, now);
    }
}
