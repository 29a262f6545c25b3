/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks of a request's head that the HTTP library does not make. A head is
 * refused when two readers could read it in two ways.
 */
#ifndef WB_SIDECAR_HEAD_H
#define WB_SIDECAR_HEAD_H

#include "sidecar/exchange.h"
#include "sidecar/refusal.h"

/* Trims the fields' values and judges the whole head. */
enum refusal head_check(struct exchange *x);

/* Does every byte between `start` (behind the version) and `end` (behind the
 * blank line) belong to a field, as the library gives them? It writes NULs
 * over colons and line ends, cuts values at NULs of the client's, joins
 * folded lines elsewhere and takes a line that begins with a NUL for the end
 * of the head; all of that shows in the gaps. To be called before trimming. */
bool head_layout(const struct exchange *x, const char *start, const char *end);

/* Does it announce a body? */
bool head_has_body(const struct exchange *x);

#endif
