/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens and closes what a replay writes to; see outlet.h.
 */
#include "replay/outlet.h"

#include <errno.h>
#include <string.h>

void complain(const char *what, const char *why)
{
    fprintf(stderr, "weighbridge: %s: %s\n", what, why);
}

bool is_stdout(const char *path)
{
    return path && !strcmp(path, "-");
}

bool outlet_open(struct outlet *outlet, const char *path)
{
    outlet->path = path;
    outlet->file = NULL;
    outlet->error = 0;
    if (!path) {
        return true;
    }
    outlet->file = is_stdout(path) ? stdout : fopen(path, "wb");
    if (!outlet->file) {
        complain(path, strerror(errno));
        return false;
    }
    return true;
}

bool outlet_close(struct outlet *outlet)
{
    if (!outlet->file) {
        return true;
    }
    if (fflush(outlet->file) != 0 && outlet->error == 0) {
        outlet->error = errno;
    }
    if (outlet->file != stdout && fclose(outlet->file) != 0 &&
        outlet->error == 0) {
        outlet->error = errno;
    }
    outlet->file = NULL;
    if (outlet->error != 0) {
        complain(outlet->path, strerror(outlet->error));
    }
    return outlet->error == 0;
}
