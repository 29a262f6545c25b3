/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listening sockets, and the one thread that accepts for all of them. At a
 * server's limit its socket is left alone: the kernel's backlog holds what
 * comes, and what comes beyond that is refused by the kernel.
 */
#ifndef WB_SIDECAR_ACCEPT_H
#define WB_SIDECAR_ACCEPT_H

#include "sidecar/server.h"

#define ACCEPT_ADDRESS_MAX 128

struct acceptor;

/* Who may connect to a unix socket. */
struct socket_access {
    unsigned mode;     /* permissions */
    const char *owner; /* USER, USER:GROUP or :GROUP; NULL: the process's */
};

struct acceptor *acceptor_new(void); /* NULL: out of memory */
/* Binds "192.0.2.1:80", "[2001:db8::1]:80" or "unix:/path" and listens; port
 * 0 takes a free one; a socket that the service manager bound there is taken
 * over. What was bound is written to `bound`. False with a line
 * for people in `problem`. To be called before acceptor_start. */
bool acceptor_listen(struct acceptor *acceptor, const char *address,
                     const struct socket_access *access, struct server *server,
                     unsigned limit, char bound[ACCEPT_ADDRESS_MAX],
                     char *problem, size_t room);
bool acceptor_start(struct acceptor *acceptor);
/* Stops accepting for all servers but `except` (may be NULL). */
void acceptor_quiesce(struct acceptor *acceptor, const struct server *except);
/* Closes all sockets, removes unix ones from the file system. NULL is
 * fine. */
void acceptor_free(struct acceptor *acceptor);

#endif
