/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Denials that nginx will ask for a second time. auth_request drops bodies
 * and takes only 401 and 403, so the first answer names the denial and the
 * second ask, at /denied, renders it. Nothing is decided there: without the
 * name of a remembered denial it is a plain 403.
 *
 *   X-Weighbridge-Denial: 9f2c...(32 hex digits)   a decision's
 *   X-Weighbridge-Denial: door-busy                a refusal of the door
 *
 * A name is a decision id (128 random bits): who does not hold it cannot ask
 * for the denial, and identical requests never share one. Bounded: 1,024
 * denials of up to 4 KiB, 2 s each, the oldest goes; rendered once.
 */
#ifndef WB_SIDECAR_DENIED_H
#define WB_SIDECAR_DENIED_H

#include "sidecar/exchange.h"
#include "sidecar/refusal.h"

struct denied;

struct denied *denied_new(void);
void denied_free(struct denied *denied); /* NULL is fine */

/* Remembers the exchange's answer under `id` at `now` (microseconds), and
 * makes the answer the one that nginx understands. */
void denied_remember(struct denied *denied, struct wb_text id, int64_t now,
                     struct exchange *x);
/* The same for a refusal, which needs no memory. */
void denied_refusal(enum refusal refusal, struct exchange *x);
/* Answers the second ask. `room` gets the texts: DENIED_TEXT_MAX bytes that
 * live until the answer is copied. False: there was none, a plain 403. */
#define DENIED_TEXT_MAX 4096
bool denied_render(struct denied *denied, int64_t now, struct exchange *x,
                   char *room);

#endif
