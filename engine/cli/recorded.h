/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Old decisions, as they were written.
 */
#ifndef WB_CLI_RECORDED_H
#define WB_CLI_RECORDED_H

#include <stddef.h>

/* Prints each line of the files ("-": stdin) that is decision `id`, for
 * people. An exit code; EXIT_PROBLEMS: there is none. */
int recorded_explain(const char *id, const char *const *paths, size_t count);

#endif
