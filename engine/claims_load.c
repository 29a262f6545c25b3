/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading half: where claims are kept.
 *
 *   C018 a store that is not built in    C023 an address of a store
 *   C024 a password that cannot be read  C025 what if the store is lost?
 *   C026 a prefix that is too long
 */
#include <stdio.h>

#include "settings_load.h"

#define PREFIX_MAX 63
#define PASSWORD_MAX 512

static struct place place_of(const struct settings *s, const char *key)
{
    const struct node *node = s->claims ? node_get(s->claims, key) : NULL;
    return node        ? node->place
           : s->claims ? s->claims->place
                       : (struct place){0};
}

static bool check_built(const struct settings *s, struct problems *problems)
{
    static const struct {
        const char *name, *package;
        bool (*available)(void);
    } stores[] = {
        [CLAIMS_LMDB] = {"lmdb", "liblmdb-dev", store_lmdb_available},
        [CLAIMS_VALKEY] = {"valkey", "libhiredis-dev", store_valkey_available},
    };
    int store = s->claim.store;
    if (!stores[store].name || stores[store].available()) {
        return true;
    }
    problems_add(problems, PROBLEM_ERROR, s->claims->place, "C018", NULL,
                 "claims: this program was built without %s; install %s and "
                 "build it again",
                 stores[store].name, stores[store].package);
    return false;
}

/* HOST:PORT, [IPv6]:PORT or unix:PATH. */
static bool is_server(struct view text)
{
    size_t colon = text.size;
    unsigned long long port;
    if (view_starts(text, VIEW("unix:"))) {
        return text.size > 5 && text.size < 5 + 108;
    }
    while (colon > 0 && text.at[colon - 1] != ':') {
        colon--;
    }
    return colon > 1 && colon < 256 &&
           view_to_u64(view_of(text.at + colon, text.size - colon), &port) &&
           port > 0 && port <= 65535;
}

static const char *copy(struct arena *arena, struct view text)
{
    return text.at ? arena_copy(arena, text).at : NULL;
}

/* The first line of the file. */
static const char *read_password(const struct settings *s, struct view folder,
                                 struct arena *arena, struct problems *problems)
{
    struct view path = settings_path(folder, s->claim.password_file, arena);
    char line[PASSWORD_MAX + 2];
    FILE *file = path.at ? fopen(path.at, "re") : NULL;
    const char *found = file ? fgets(line, sizeof line, file) : NULL;
    if (file) {
        fclose(file);
    }
    size_t size = found ? strcspn(line, "\r\n") : 0;
    if (size == 0 || size > PASSWORD_MAX) {
        problems_add(problems, PROBLEM_ERROR, place_of(s, "password-file"),
                     "C024", NULL,
                     "password-file: '%.*s' holds no password that can be read",
                     VIEW_ARG(s->claim.password_file));
        return NULL;
    }
    return copy(arena, view_of(line, size));
}

static bool load_valkey(const struct settings *s, struct view folder,
                        struct arena *arena, struct store_valkey_settings *out,
                        struct problems *problems)
{
    bool good = true;
    if (!is_server(s->claim.address)) {
        problems_add(problems, PROBLEM_ERROR, place_of(s, "address"), "C023",
                     NULL,
                     "address: found '%.*s', expected HOST:PORT, [IPv6]:PORT "
                     "or unix:PATH",
                     VIEW_ARG(s->claim.address));
        good = false;
    }
    if (s->claim.prefix.size > PREFIX_MAX) {
        problems_add(problems, PROBLEM_ERROR, place_of(s, "prefix"), "C026",
                     NULL, "prefix: found %zu bytes, expected at most %d",
                     s->claim.prefix.size, PREFIX_MAX);
        good = false;
    }
    if (!node_get(s->claims, "on-store-failure")) {
        problems_add(problems, PROBLEM_WARNING, s->claims->place, "C025", NULL,
                     "claims: nodes share this store: say what holds while it "
                     "is lost, on-store-failure: reject (payments are refused, "
                     "as now) or local (each passes at most once per node)");
    }
    *out = (struct store_valkey_settings){
        .address = copy(arena, s->claim.address),
        .username = copy(arena, s->claim.username),
        .password = copy(arena, s->claim.password),
        .prefix = copy(arena, s->claim.prefix),
        .database = s->claim.database,
        .answer_within = s->claim.answer_within,
        .local = s->claim.on_store_failure == 1,
        .trust_persistence = s->claim.trust_persistence,
        .capacity_proven = (size_t)s->claim.capacity,
        .capacity_unproven = (size_t)s->claim.capacity_unproven,
    };
    if (good && view_starts(s->claim.address, VIEW("unix:"))) {
        struct view path = settings_path(
            folder, view_of(s->claim.address.at + 5, s->claim.address.size - 5),
            arena);
        char *room = arena_alloc(arena, path.size + 6);
        if (path.at && room) {
            snprintf(room, path.size + 6, "unix:%s", path.at);
        }
        out->address = room;
    }
    if (s->claim.password_file.at) {
        out->password = read_password(s, folder, arena, problems);
        good = good && out->password;
    }
    return good && out->address && out->prefix;
}

bool claims_load(const struct settings *s, struct view folder,
                 struct arena *arena, struct claim_settings *out,
                 struct problems *problems)
{
    struct view path = s->claim.path;
    *out = (struct claim_settings){
        .store = (enum claims_store)s->claim.store,
        .proven = (size_t)s->claim.capacity,
        .unproven = (size_t)s->claim.capacity_unproven,
        .power = s->claim.durability == 1,
    };
    if (!check_built(s, problems)) {
        return false;
    }
    if (out->store == CLAIMS_VALKEY) {
        return load_valkey(s, folder, arena, &out->valkey, problems);
    }
    if (out->store == CLAIMS_LMDB && !path.at) {
        path = VIEW("claims");
    }
    if (path.at) {
        out->path = settings_path(folder, path, arena).at;
        return out->path != NULL;
    }
    return true;
}
