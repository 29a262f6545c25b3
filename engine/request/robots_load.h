/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a robots.txt. Nothing in one is an error: what is no line of a
 * group is passed over, as RFC 9309 asks.
 */
#ifndef WB_REQUEST_ROBOTS_LOAD_H
#define WB_REQUEST_ROBOTS_LOAD_H

#include "base/arena.h"
#include "request/robots.h"

#define ROBOTS_BYTES_MAX (512 * 1024)

/* Does the text have a line of a group? */
bool robots_are(struct view text);
/* Made in the arena, of a text that lives as long; NULL: out of memory. */
const struct robots *robots_read(struct arena *arena, struct view text);

#endif
