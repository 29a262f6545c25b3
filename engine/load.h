/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file set -> one snapshot.
 */
#ifndef WB_LOAD_H
#define WB_LOAD_H

#include "base/problems.h"
#include "snapshot.h"

/* As wb_engine_load(). */
enum wb_status engine_load(const char *path, struct problems *problems,
                           struct wb_engine **out);

#endif
