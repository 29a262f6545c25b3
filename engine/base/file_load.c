/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a whole file. What cannot be read is said in words; a file that is
 * not there is told apart, for that may be no mistake.
 */
#include "base/file_load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static char *read_whole(FILE *file, size_t limit, size_t *size,
                        const char **error)
{
    size_t room = 64 * 1024, got;
    char *text = malloc(room);

    *size = 0;
    *error = "out of memory";
    while (text && (got = fread(text + *size, 1, room - *size, file)) > 0) {
        char *more = text;

        *size += got;
        if (*size == room) {
            room *= 2;
            more = *size < limit ? realloc(text, room) : NULL;
        }
        if (!more) {
            *error = *size < limit ? "out of memory" : "too large";
            free(text);
            return NULL;
        }
        text = more;
    }
    if (text && ferror(file)) {
        *error = strerror(errno);
        free(text);
        return NULL;
    }
    return text;
}

void file_read(const char *path, size_t limit, struct file_text *out)
{
    FILE *file = fopen(path, "rb");
    struct stat stat;

    *out = (struct file_text){.error = NULL};
    if (!file || fstat(fileno(file), &stat) != 0) {
        out->missing = !file && errno == ENOENT;
        out->error = strerror(errno);
    } else {
        out->modified = (int64_t)stat.st_mtim.tv_sec * 1000000 +
                        stat.st_mtim.tv_nsec / 1000;
        out->text = read_whole(file, limit, &out->size, &out->error);
    }
    if (file) {
        fclose(file);
    }
}
