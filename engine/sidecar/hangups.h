/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections whose other side has ended. libmicrohttpd (0.9.75) reads what
 * came together with the end, but not the end, and would keep such a
 * connection until it has been idle for too long: a client that sends half a
 * head and leaves would hold one of the listener's places for that time.
 */
#ifndef WB_SIDECAR_HANGUPS_H
#define WB_SIDECAR_HANGUPS_H

struct hangups;

struct hangups *hangups_new(void); /* NULL: out of memory or files */
/* Watches a connection, until hangups_forget, which must come before its
 * descriptor is closed. Without memory it is not watched. */
void hangups_watch(struct hangups *hangups, int fd);
void hangups_forget(struct hangups *hangups, int fd);
/* Wakes who reads those that have ended, again at each call. */
void hangups_tell(struct hangups *hangups);
void hangups_free(struct hangups *hangups); /* NULL is fine */

#endif
