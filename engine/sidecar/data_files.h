/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lists and databases of others that an engine stands on: has a new
 * edition come? Looked at from time to time by the main thread. A file that
 * still changes from one look to the next is left to be written.
 */
#ifndef WB_SIDECAR_DATA_FILES_H
#define WB_SIDECAR_DATA_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "weighbridge.h"

struct data_files {
    uint64_t loaded; /* what they looked like when they were loaded ... */
    uint64_t last;   /* ... and at the last look */
};

/* As they are now is as they were loaded. */
void data_files_loaded(struct data_files *files,
                       const struct wb_engine *engine);
/* True once for each new edition of any of them. */
bool data_files_changed(struct data_files *files,
                        const struct wb_engine *engine);

#endif
