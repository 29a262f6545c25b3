/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading half: the header names that a client may not send, or only as they
 * are spelled.
 */
#ifndef WB_GUARDED_LOAD_H
#define WB_GUARDED_LOAD_H

#include "base/arena.h"
#include "request/guard.h"

/* NULL when out of memory. */
struct guard *guarded_names(struct arena *arena);

#endif
