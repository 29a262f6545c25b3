/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths of logs, with each folder replaced by the files in it and in the
 * folders below, in the order of their names. Hidden files are left out.
 */
#ifndef WB_REPLAY_FOLDER_H
#define WB_REPLAY_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

struct folder {
    char **paths; /* owned */
    size_t count, room;
    char error[512]; /* for people, when false came back */
};

/* `folder` is all zero. False: errno and the error say why. */
bool folder_expand(struct folder *folder, const char *const *paths,
                   size_t count);
void folder_free(struct folder *folder);

#endif
