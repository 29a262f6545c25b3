/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings as text by path, for those who know no struct of ours:
 * "listen.0.address", "limits.in-flight". Paths of files and sockets are
 * made absolute.
 */
#include <stdio.h>
#include <stdlib.h>

#include "settings_tables_load.h"

#define SETTINGS_MAX 1024

struct flat {
    struct arena *arena;
    struct setting *rows;
    size_t count;
    bool failed;
};

static void flat_add(struct flat *flat, const char *prefix, const char *name,
                     struct view text)
{
    size_t size = strlen(prefix) + strlen(name) + 1;
    char *path = arena_alloc(flat->arena, size);
    struct view copy = arena_copy(flat->arena, text);
    if (!path || !copy.at || flat->count == SETTINGS_MAX) {
        flat->failed = true;
        return;
    }
    snprintf(path, size, "%s%s", prefix, name);
    flat->rows[flat->count++] = (struct setting){path, copy.at};
}

static void flat_number(struct flat *flat, const char *prefix, const char *name,
                        int64_t n)
{
    char room[24];
    struct text text = text_in(room, sizeof room);
    text_add_i64(&text, n);
    flat_add(flat, prefix, name, text_view(&text));
}

static void flat_texts(struct flat *flat, const char *prefix, const char *name,
                       const struct schema_texts *texts)
{
    char item[96];
    snprintf(item, sizeof item, "%s.#", name);
    flat_number(flat, prefix, item, (int64_t)texts->count);
    for (size_t i = 0; i < texts->count; i++) {
        snprintf(item, sizeof item, "%s.%zu", name, i);
        flat_add(flat, prefix, item, texts->nodes[i]->text);
    }
}

/* One row per key of the table; sections (nodes) are left to their own. */
static void flat_table(struct flat *flat, const char *prefix,
                       const struct schema_key *keys, const void *values)
{
    for (; keys->name; keys++) {
        const void *at = (const char *)values + keys->offset;
        switch (keys->type) {
        case SCHEMA_TEXT:
            if (((const struct view *)at)->at) {
                flat_add(flat, prefix, keys->name, *(const struct view *)at);
            }
            break;
        case SCHEMA_CHOICE:
            flat_add(flat, prefix, keys->name,
                     view_text(keys->choices[*(const int *)at]));
            break;
        case SCHEMA_BOOL:
            flat_add(flat, prefix, keys->name,
                     *(const bool *)at ? VIEW("true") : VIEW("false"));
            break;
        case SCHEMA_TEXTS:
            flat_texts(flat, prefix, keys->name, at);
            break;
        case SCHEMA_NODE:
            break;
        default:
            flat_number(flat, prefix, keys->name, *(const int64_t *)at);
        }
    }
}

static void flat_section(struct flat *flat, const char *prefix,
                         const struct schema_key *keys, const struct node *node,
                         void *values)
{
    if (settings_section(keys, node, prefix, values, flat->arena, NULL)) {
        flat_table(flat, prefix, keys, values);
    }
}

/* Files and sockets that the sidecar opens count from the folder of the
 * configuration, not from where the process happens to stand. */
static struct view absolute(const struct flat *flat, struct view folder,
                            struct view text)
{
    struct view path = text;
    bool socket = view_starts(text, VIEW("unix:"));
    if (socket) {
        path = view_of(text.at + 5, text.size - 5);
    }
    path = settings_path(folder, path, flat->arena);
    if (!socket || !path.at) {
        return path;
    }
    char *room = arena_alloc(flat->arena, path.size + 6);
    if (!room) {
        return VIEW_NONE;
    }
    memcpy(room, "unix:", 5);
    memcpy(room + 5, path.at, path.size);
    return view_of(room, path.size + 5);
}

static void flat_listener(struct flat *flat, struct view folder, size_t i,
                          const struct node *node)
{
    char prefix[40];
    struct listen_settings listener;
    struct take_settings take;
    snprintf(prefix, sizeof prefix, "listen.%zu.", i);
    if (!settings_listener(node, flat->arena, &listener, &take, NULL)) {
        return;
    }
    if (view_starts(listener.address, VIEW("unix:"))) {
        listener.address = absolute(flat, folder, listener.address);
    }
    flat_table(flat, prefix, listen_keys, &listener);
    snprintf(prefix, sizeof prefix, "listen.%zu.take.", i);
    flat_table(flat, prefix, take_keys, &take);
}

static void flat_door(struct flat *flat, const struct settings *s,
                      struct view folder)
{
    static const struct node none = {.kind = NODE_MAP};
    struct admin_settings admin = {0};
    struct log_settings log = {0};
    size_t n = 0;
    for (const struct node *node = s->listen ? s->listen->first : &none; node;
         node = node->next) {
        flat_listener(flat, folder, n++, node);
    }
    flat_number(flat, "listen.", "#", (int64_t)n);
    if (settings_section(admin_keys, s->admin, "admin", &admin, flat->arena,
                         NULL)) {
        if (view_starts(admin.address, VIEW("unix:"))) {
            admin.address = absolute(flat, folder, admin.address);
        }
        if (view_starts(admin.outcomes, VIEW("unix:"))) {
            admin.outcomes = absolute(flat, folder, admin.outcomes);
        }
        if (admin.tokens.at) {
            admin.tokens = absolute(flat, folder, admin.tokens);
        }
        flat_table(flat, "admin.", admin_keys, &admin);
    }
    if (settings_section(log_keys, s->log, "log", &log, flat->arena, NULL)) {
        if (!view_equal(log.decisions, VIEW("stderr")) &&
            !view_equal(log.decisions, VIEW("off"))) {
            log.decisions = absolute(flat, folder, log.decisions);
        }
        if (!view_equal(log.audit, VIEW("stderr")) &&
            !view_equal(log.audit, VIEW("off")) &&
            !view_starts(log.audit, VIEW("fd:"))) {
            log.audit = absolute(flat, folder, log.audit);
        }
        flat_table(flat, "log.", log_keys, &log);
    }
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(((const struct setting *)a)->path,
                  ((const struct setting *)b)->path);
}

/* Payments in an hour that fit a table, each for as long as a claim may
 * live. */
static int64_t per_hour(int64_t capacity,
                        const struct payment_settings *payments)
{
    int64_t life = payments->max_lifetime + payments->skew;
    return (int64_t)((double)capacity * 3600e6 / (double)(life > 0 ? life : 1));
}

bool settings_flatten(const struct settings *s,
                      const struct payment_settings *payments,
                      struct view folder, struct arena *arena,
                      const struct setting **out, size_t *count)
{
    struct limit_settings limits = {0};
    struct header_settings headers = {0};
    struct flat flat = {.arena = arena};
    flat.rows = arena_array(arena, SETTINGS_MAX, sizeof *flat.rows);
    if (!flat.rows) {
        return false;
    }
    flat_table(&flat, "", top_keys, s);
    flat_table(&flat, "claims.", claim_keys, s);
    flat_number(&flat, "claims.", "proven-per-hour",
                per_hour(s->claim.capacity, payments));
    flat_number(&flat, "claims.", "unproven-per-hour",
                per_hour(s->claim.capacity_unproven, payments));
    flat_table(&flat, "bands.", band_keys, s);
    flat_section(&flat, "limits.", limit_keys, s->limits, &limits);
    flat_section(&flat, "headers.", header_keys, s->headers, &headers);
    flat_door(&flat, s, folder);
    qsort(flat.rows, flat.count, sizeof *flat.rows, compare_paths);
    *out = flat.rows;
    *count = flat.count;
    return !flat.failed;
}
