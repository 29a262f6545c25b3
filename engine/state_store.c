/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which claim store a state has, and how that store is.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/problems.h"
#include "decision.h"

static enum wb_status open_memory(const struct claim_settings *claims,
                                  struct wb_state *state)
{
    state->store =
        store_memory_open(claims->proven, claims->unproven, state->key);
    return state->store ? WB_OK : WB_ERROR_MEMORY;
}

static enum wb_status open_lmdb(const struct claim_settings *claims,
                                const char *path, struct problems *problems,
                                struct wb_state *state)
{
    static const enum wb_status statuses[] = {
        [STORE_OPENED] = WB_OK,
        [STORE_REFUSED] = WB_ERROR_IO,
        [STORE_NO_MEMORY] = WB_ERROR_MEMORY,
    };
    struct store_lmdb_settings settings = {
        .path = path,
        .power = claims->power,
        .capacity_proven = claims->proven,
        .capacity_unproven = claims->unproven,
        .hash_key = state->key,
    };
    return statuses[store_lmdb_open(&settings, problems, &state->store)];
}

/* All that is missing of a path. */
static bool make_folders(char *path)
{
    for (char *at = path + 1; *at; at++) {
        if (*at == '/') {
            *at = '\0';
            bool made = mkdir(path, 0700) == 0 || errno == EEXIST;
            *at = '/';
            if (!made) {
                return false;
            }
        }
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

static enum wb_status open_in_folder(const struct claim_settings *claims,
                                     const char *folder,
                                     struct problems *problems,
                                     struct wb_state *state)
{
    size_t size = strlen(folder) + sizeof "/claims";
    char *path = malloc(size);
    if (!path) {
        return WB_ERROR_MEMORY;
    }
    snprintf(path, size, "%s/claims", folder);
    enum wb_status status = WB_ERROR_IO;
    if (make_folders(path)) {
        status = open_lmdb(claims, path, problems, state);
    } else {
        problems_add(problems, PROBLEM_ERROR, (struct place){0}, "C019", NULL,
                     "claims: %s: %s; set claims.path, or claims.store to "
                     "memory",
                     path, strerror(errno));
    }
    free(path);
    return status;
}

static enum wb_status open_valkey(const struct claim_settings *claims,
                                  struct wb_state *state)
{
    struct store_valkey_settings settings = claims->valkey;
    settings.hash_key = state->key;
    state->store = store_valkey_open(&settings);
    return state->store ? WB_OK : WB_ERROR_MEMORY;
}

enum wb_status state_open_store(const struct wb_engine *engine,
                                const char *folder, struct problems *problems,
                                struct wb_state *state)
{
    const struct claim_settings *claims = &engine->claims;
    bool open = claims->store == CLAIMS_AUTO && folder &&
                store_lmdb_available() && !state->replay;
    if (claims->store == CLAIMS_MEMORY || state->replay) {
        return open_memory(claims, state);
    }
    if (claims->store == CLAIMS_VALKEY) {
        return open_valkey(claims, state);
    }
    if (claims->store == CLAIMS_LMDB || (open && claims->path)) {
        return open_lmdb(claims, claims->path, problems, state);
    }
    return open ? open_in_folder(claims, folder, problems, state)
                : open_memory(claims, state);
}

enum wb_health wb_state_health(const struct wb_state *state, char *line,
                               size_t room)
{
    struct store_stats stats = {0};
    state->store->ops->stats(state->store, &stats);
    snprintf(line, room, "%s", stats.trouble);
    return stats.unfit                 ? WB_HEALTH_UNFIT
           : stats.shared && !stats.up ? WB_HEALTH_TROUBLED
                                       : WB_HEALTH_GOOD;
}
