/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service manager's side: sockets that it bound (sd_listen_fds(3)) and
 * what it is told (sd_notify(3)). Both protocols are documented as stable and
 * are a few lines of environment, which is less than a library to link.
 */
#ifndef WB_SIDECAR_SYSTEMD_H
#define WB_SIDECAR_SYSTEMD_H

#include <sys/socket.h>

/* The listening socket that was handed over for exactly this address, to be
 * used once; -1: none. */
int systemd_socket(const struct sockaddr *address);
/* "READY=1" and the like; nothing happens without a service manager. */
void systemd_notify(const char *state);

#endif
