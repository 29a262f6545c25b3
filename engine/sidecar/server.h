/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP server, one per listener: exchanges in, answers out. server.c is
 * the only file that includes microhttpd.h.
 *
 *   head ──► ANSWER                       the usual way
 *        ──► BODY ──► body() ──► ANSWER   the whole body was read first
 *        ──► WAIT ──► server_wake() ──► resume() ──► ANSWER
 *
 * Connections are accepted elsewhere and handed in, so that stopping to
 * accept is one thing for all listeners and never races with a worker.
 */
#ifndef WB_SIDECAR_SERVER_H
#define WB_SIDECAR_SERVER_H

#include <sys/socket.h>

#include "sidecar/exchange.h"

enum server_step {
    SERVER_ANSWER, /* the exchange's lower half is filled */
    SERVER_BODY,   /* read the body into x->body.data, at most x->body.size */
    SERVER_WAIT    /* server_wake will be called once, from any thread */
};

/* All of them run on the connection's worker thread. */
struct server_handler {
    void *context;
    enum server_step (*head)(void *context, struct exchange *x);
    enum server_step (*body)(void *context, struct exchange *x);
    enum server_step (*resume)(void *context, struct exchange *x);
    /* The answer was copied, or there will be none: gives back what the
     * exchange holds. May be called again when there is nothing left. */
    void (*release)(void *context, struct exchange *x);
};

struct server_settings {
    unsigned threads;
    unsigned connections; /* at most */
    size_t head_bytes;    /* memory of one connection */
    unsigned idle_seconds;
};

struct server;

/* NULL: out of memory or threads. */
struct server *server_start(const struct server_settings *settings,
                            const struct server_handler *handler);
/* Takes the socket over, whatever it returns. */
bool server_add(struct server *server, int fd, const struct sockaddr *address,
                socklen_t size);
/* Lets go of connections that the other side has ended, see hangups.h. To be
 * called now and then. */
void server_look(struct server *server);
unsigned server_connections(const struct server *server);
/* Exchanges that were begun and are not over. */
unsigned server_exchanges(const struct server *server);
/* Exchanges that wait for server_wake. */
unsigned server_waiting(const struct server *server);
/* From now on each answer ends its connection. */
void server_drain(struct server *server);
/* Ends all connections and threads, and frees; no exchange may be waiting. */
void server_stop(struct server *server);

void server_wake(struct exchange *x);

#endif
