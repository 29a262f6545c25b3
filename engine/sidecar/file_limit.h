/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process' limit of open files, shared out to listeners: a flood of
 * connections to one of them takes no file from another, from the admin
 * listener, nor from what a reload opens.
 */
#ifndef WB_SIDECAR_FILE_LIMIT_H
#define WB_SIDECAR_FILE_LIMIT_H

#include <stddef.h>

#define FILE_NOTICE_MAX 160

/* How many of `connections` each of `listeners` may have at a time. Raises
 * the soft limit as far as it must and may. `notice`: why it is fewer, or "".
 * `threads`: of one listener. */
unsigned file_limit_share(size_t listeners, unsigned threads,
                          unsigned connections, char notice[FILE_NOTICE_MAX]);

#endif
