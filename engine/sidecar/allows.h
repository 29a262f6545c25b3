/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allows that went out and serve again, with what they hold: most headers of
 * an allow are those of the allow before, and the HTTP library takes long to
 * make them. Each worker thread has its own idle ones, the last one first: it
 * is in the cache still. There are as many as answers were under way at once.
 */
#ifndef WB_SIDECAR_ALLOWS_H
#define WB_SIDECAR_ALLOWS_H

#include "sidecar/answer_text.h"

struct MHD_Response; /* server.c's */

struct allow {
    struct MHD_Response *response;
    struct answer_text *kept; /* its headers */
    struct allow *next;       /* idle one of the same thread */
    struct allow *made;       /* the server's one before */
};

struct allows {
    _Atomic(struct allow *) made; /* all of one server */
};

/* An idle one or a new and empty one; NULL: out of memory. */
struct allow *allow_take(struct allows *allows);
/* By the thread that took it; NULL is fine. */
void allow_give(struct allow *allow);
void allow_empty(struct allow *allow, void (*destroy)(struct MHD_Response *));
/* After the server's threads have ended. */
void allows_free(struct allows *allows, void (*destroy)(struct MHD_Response *));

#endif
