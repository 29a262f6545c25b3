/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A place that a replay writes to: nothing, stdout or a file. What did not
 * all arrive is told when it is closed.
 */
#ifndef WB_REPLAY_OUTLET_H
#define WB_REPLAY_OUTLET_H

#include <stdbool.h>
#include <stdio.h>

struct outlet {
    const char *path; /* NULL: not asked for; "-": stdout */
    FILE *file;       /* NULL: it is not open */
    int error;        /* errno of what failed; 0: nothing did */
};

/* Says on stderr what is wrong. */
void complain(const char *what, const char *why);
/* False: it cannot be opened, which was said. */
bool outlet_open(struct outlet *outlet, const char *path);
/* False: what was written did not all arrive, which was said. */
bool outlet_close(struct outlet *outlet);
bool is_stdout(const char *path);

#endif
