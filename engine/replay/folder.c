/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks folders of logs; see folder.h.
 */
#include "replay/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Folders within folders; a link may lead in a circle. */
#define DEPTH_MAX 16

static bool fail(struct folder *f, const char *path)
{
    int error = errno;

    snprintf(f->error, sizeof f->error, "%s: %s", path, strerror(error));
    errno = error;
    return false;
}

static bool add(struct folder *f, const char *path)
{
    if (f->count == f->room) {
        size_t room = f->room ? f->room * 2 : 16;
        char **paths = realloc(f->paths, room * sizeof *paths);
        if (!paths) {
            return fail(f, path);
        }
        f->paths = paths;
        f->room = room;
    }
    f->paths[f->count] = strdup(path);
    return f->paths[f->count] ? (f->count++, true) : fail(f, path);
}

static bool walk(struct folder *f, const char *path, unsigned depth);

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* In the order of bytes, whatever the locale is. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool walk_folder(struct folder *f, const char *path, unsigned depth)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_shown, by_name);
    bool fine = count >= 0 || fail(f, path);

    for (int i = 0; i < count; i++) {
        size_t size = strlen(path) + strlen(entries[i]->d_name) + 2;
        char *inner = fine ? malloc(size) : NULL;
        if (inner) {
            snprintf(inner, size, "%s/%s", path, entries[i]->d_name);
            fine = walk(f, inner, depth + 1);
        } else if (fine) {
            fine = fail(f, path);
        }
        free(inner);
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
    return fine;
}

/* Sockets and the like in a folder are no logs; named, they are tried. */
static bool walk(struct folder *f, const char *path, unsigned depth)
{
    struct stat status;

    if (strcmp(path, "-") != 0 && stat(path, &status) == 0) {
        if (S_ISDIR(status.st_mode)) {
            return depth >= DEPTH_MAX || walk_folder(f, path, depth);
        }
        if (depth > 0 && !S_ISREG(status.st_mode)) {
            return true;
        }
    }
    return add(f, path);
}

bool folder_expand(struct folder *f, const char *const *paths, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!walk(f, paths[i], 0)) {
            return false;
        }
    }
    return true;
}

void folder_free(struct folder *f)
{
    for (size_t i = 0; i < f->count; i++) {
        free(f->paths[i]);
    }
    free(f->paths);
    memset(f, 0, sizeof *f);
}
