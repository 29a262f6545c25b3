/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths: one strict canonical reading, and every wider one that some origin
 * might serve (facts from advisories: CVE-2025-29914, CVE-2024-1019,
 * CVE-2021-29492). A path is never parsed as a URI: "//admin" is a path.
 *
 *   target "/a/%7Eb/../c?x=1"
 *     raw        /a/%7Eb/../c
 *     canonical  /a/c          unreserved decoded, hex upper, dots resolved
 *     readings   canonical, raw, and wider ones; only the canonical one when
 *                the path is not ambiguous
 *     query      x=1
 *
 * Wider readings: ;parameters cut, '\' as '/', '//' merged, trailing '/',
 * dots and spaces cut, dot segments resolved, decoded until stable (at most
 * three times). Case folding is left to the comparison.
 * Fragments ('#' and after) are cut. An empty or "*" target, or one that
 * does not start with '/', is ambiguous (an absolute-form target has its
 * scheme and authority cut, and is ambiguous too).
 */
#ifndef WB_REQUEST_PATH_H
#define WB_REQUEST_PATH_H

#include "base/arena.h"
#include "base/view.h"

#define PATH_READINGS_MAX 16

struct path {
    struct view raw;
    struct view canonical;
    struct view query; /* NONE: no '?' */
    bool ambiguous;
    /* readings[0] is canonical; the last one is the widest */
    struct view readings[PATH_READINGS_MAX];
    size_t reading_count;
};

/* False when the workspace is full. */
bool path_read(struct path *path, struct view target, struct arena *workspace);
/* The first field of that name in a query, as sent; VIEW_NONE if none. An
 * empty value has `at` set. */
struct view query_field(struct view query, struct view name);

#endif
