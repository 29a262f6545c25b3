/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is not a listener's connection is counted generously: a reload that
 * finds no file to open fails, and an admin listener that nobody can reach
 * tells nobody why.
 */
#include "sidecar/file_limit.h"

#include <stdio.h>
#include <sys/resource.h>

#define OWN_FILES 192    /* logs, stores, rules, and the admin's peers */
#define LISTENER_FILES 2 /* its socket, and who has hung up */
#define THREAD_FILES 2   /* what each one waits at */
#define LEAST 8          /* connections, whatever the limit */

unsigned file_limit_share(size_t listeners, unsigned threads,
                          unsigned connections, char notice[FILE_NOTICE_MAX])
{
    rlim_t own = OWN_FILES +
                 (rlim_t)listeners * (LISTENER_FILES + THREAD_FILES * threads);
    rlim_t needed = own + (rlim_t)listeners * connections;
    struct rlimit limit;
    rlim_t share;

    notice[0] = '\0';
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed) {
        return connections;
    }
    limit.rlim_cur = limit.rlim_max < needed ? limit.rlim_max : needed;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= needed) {
        return connections;
    }
    getrlimit(RLIMIT_NOFILE, &limit);
    share = limit.rlim_cur > own ? (limit.rlim_cur - own) / listeners : 0;
    if (share < LEAST) {
        share = connections < LEAST ? connections : LEAST;
    }
    snprintf(notice, FILE_NOTICE_MAX,
             "the process may open %llu files, of the %llu that it needs: each "
             "listener takes %u connections at a time, not %u",
             (unsigned long long)limit.rlim_cur, (unsigned long long)needed,
             (unsigned)share, connections);
    return (unsigned)share;
}
