/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sidecar: proxies ask it over HTTP before they pass a request on to the
 * payment gate. It stands behind a proxy, never on the open net. Nothing in
 * this folder includes more of the engine than weighbridge.h.
 */
#ifndef WB_SIDECAR_SIDECAR_H
#define WB_SIDECAR_SIDECAR_H

struct sidecar_options {
    /* The demo's addresses; NULL: 127.0.0.1:8402 and 127.0.0.1:8403. */
    const char *demo_listen;
    const char *demo_admin;
    /* Gets "ready\n" and is closed when all listeners accept; -1: none. */
    int ready_fd;
};

/* Serves until SIGTERM or SIGINT; SIGHUP reloads. config_path NULL: the
 * built-in demo. `options` may be NULL. Prints problems and addresses to
 * stderr. Returns the process's exit code: 0, 1 problems, 2 I/O. */
int sidecar_serve(const char *config_path,
                  const struct sidecar_options *options);

#endif
