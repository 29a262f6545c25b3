/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many headers a request has, and their order, as one text and as a
 * short hash of it. What a paid retry adds (retry.h) is left out.
 * The hash is ours (SipHash-2-4 under the zero key of header-order's text):
 * equal for equal names in equal order, on every machine and release.
 */
#ifndef WB_REQUEST_SHAPE_H
#define WB_REQUEST_SHAPE_H

#include "request/request.h"

#define SHAPE_SIZE 16

/* Header lines. */
size_t shape_count(const struct request *request);

/* Names in lower case, joined with ','; VIEW_NONE when the workspace is
 * full. */
struct view shape_order(const struct request *request, struct arena *workspace);
/* The same for a program, short where names are known: equal for equal orders,
 * and for no others. VIEW_NONE where `room` does not hold it. */
struct view shape_code(const struct request *request, char *room, size_t size);
/* SHAPE_SIZE hex digits. */
struct view shape_hash(struct view order, struct arena *workspace);

#endif
