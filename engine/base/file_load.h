/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a whole file while loading: lists and key directories that others
 * wrote, with a limit on their size.
 */
#ifndef WB_BASE_FILE_LOAD_H
#define WB_BASE_FILE_LOAD_H

#include <stdint.h>

#include "base/view.h"

struct file_text {
    char *text; /* malloc'd; NULL: see error */
    size_t size;
    int64_t modified;  /* microseconds since the epoch */
    bool missing;      /* there is no such file */
    const char *error; /* until the next call of the C library */
};

/* Reads the file unless it is `limit` bytes or larger. */
void file_read(const char *path, size_t limit, struct file_text *out);

#endif
