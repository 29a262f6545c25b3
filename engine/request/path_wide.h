/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the path reader: the transforms that lead from one reading of a
 * path to a wider one, and their closure.
 */
#ifndef WB_REQUEST_PATH_WIDE_H
#define WB_REQUEST_PATH_WIDE_H

#include "request/path.h"

/* The value of two hex digits, or -1. */
int path_hex(char high, char low);
/* Does a sequence stand at `at` that a lax decoder of UTF-8 takes for an
 * ASCII byte: overlong, or the full-width form of one of ./\;% ? */
bool path_is_lax_utf8(const char *at, size_t size);
/* Dot segments resolved; out may be in. Returns the size. */
size_t path_resolve_dots(char *out, struct view in);
/* An escape decoded wherever there is one, once. Returns the size. */
size_t path_decode(char *out, struct view in);
/* The widest reading; `out` and `spare` have in.size + 1 bytes each. */
struct view path_widest(char *out, char *spare, struct view in);
/* Adds to path->readings, after those that are there, all that can be
 * reached from them and from `more` (may be NONE), and the widest last. False
 * when the workspace is full. */
bool path_widen(struct path *path, struct view more, struct arena *workspace);

#endif
