/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all files look like from outside is one number: a hash of their
 * inodes, sizes and times. Nothing is read.
 */
#include "sidecar/data_files.h"

#include <string.h>
#include <sys/stat.h>

/* FNV-1a, 64 bit. */
static uint64_t mix(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;

    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

static uint64_t look(const struct wb_engine *engine)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    const char *path;

    for (size_t i = 0; (path = wb_engine_data_file(engine, i)) != NULL; i++) {
        struct stat stat_now;
        int64_t facts[4] = {0};

        if (stat(path, &stat_now) == 0) {
            facts[0] = (int64_t)stat_now.st_ino;
            facts[1] = (int64_t)stat_now.st_size;
            facts[2] = (int64_t)stat_now.st_mtim.tv_sec;
            facts[3] = (int64_t)stat_now.st_mtim.tv_nsec;
        }
        hash = mix(hash, path, strlen(path));
        hash = mix(hash, facts, sizeof facts);
    }
    return hash;
}

void data_files_loaded(struct data_files *files, const struct wb_engine *engine)
{
    files->loaded = look(engine);
    files->last = files->loaded;
}

bool data_files_changed(struct data_files *files,
                        const struct wb_engine *engine)
{
    uint64_t now = look(engine);
    bool changed = now != files->loaded && now == files->last;

    files->last = now;
    if (changed) {
        files->loaded = now;
    }
    return changed;
}
