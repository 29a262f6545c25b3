/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading half: the file of the admin API's tokens.
 */
#ifndef WB_TOKENS_LOAD_H
#define WB_TOKENS_LOAD_H

#include "config/tree.h"
#include "tokens.h"

/* Reads the file that `path` of the place named; false when there was an
 * error. */
bool tokens_load(struct view path, struct place place, struct arena *arena,
                 struct tokens *out, struct problems *problems);

#endif
