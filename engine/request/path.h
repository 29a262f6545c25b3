/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths: one strict canonical reading, and every wider one that some origin
 * might serve (facts from advisories: CVE-2025-29914, CVE-2024-1019,
 * CVE-2021-29492).
 *
 *   target "/a/%7Eb/x?x=1"             target "/free/..%2fpremium/x"
 *     raw        /a/%7Eb/x               raw        /free/..%2fpremium/x
 *     canonical  /a/~b/x                 canonical  /free/..%2Fpremium/x
 *     query      x=1                     query      NONE
 *     ambiguous  false                   ambiguous  true
 *     readings   /a/~b/x                 readings   canonical,
 *                                                   /free/../premium/x,
 *                                                   /premium/x
 *
 * canonical: unreserved characters decoded, hex digits upper case, dot
 * segments resolved; "//" stays. raw and canonical end before the first '?'
 * or '#'; an absolute-form target has its scheme and authority cut in
 * canonical. No path that starts with '/' is canonically read as a URI:
 * "//admin" is a path.
 *
 * The wider readings are the closure of raw, in any order, under: escapes
 * decoded (at most three times; %u002F, overlong and full-width UTF-8 too),
 * dot segments resolved, '\' as '/', "//" merged, ";parameters" cut, what
 * follows NUL, '?' or '#' (decoded ones too) cut, controls dropped, dots
 * and spaces cut at the end of each segment and '/', dots, spaces at the end
 * of the path, spaces before it, a scheme or "//authority" cut, a missing
 * leading '/' added.
 *
 * A path is ambiguous if servers may take it for different resources; that
 * it ends in '/', or holds escapes that nothing splits or cuts at ("%20",
 * "%C3%A9"), makes no ambiguity, but gives a widest reading of its own. No
 * two readings are the same, but for the first and the last of several.
 * Case is left to the comparison; the case of an escape's digits makes no
 * reading.
 */
#ifndef WB_REQUEST_PATH_H
#define WB_REQUEST_PATH_H

#include "base/arena.h"
#include "base/view.h"

#define PATH_READINGS_MAX 32
/* Bytes that all readings of a path share; one with more is crowded. */
#define PATH_READING_BYTES (16 * 1024)

struct path {
    struct view raw;       /* NONE: the target is unknown */
    struct view canonical; /* NONE: the target is unknown */
    struct view query;     /* NONE: no '?' */
    bool ambiguous;        /* true for an unknown target */
    bool crowded; /* more readings than are kept (or the target is unknown):
                     any path must be thought possible */
    /* readings[0] is canonical; the last one is the widest: all of the above
     * done until nothing changes. One reading only when both are the same.
     * None when the target is unknown. */
    size_t reading_count;
    struct view readings[PATH_READINGS_MAX];
};

/* The views are into target or the workspace, which needs at most
 * 3 * target.size + PATH_READING_BYTES + 256 bytes. False when it is full. */
bool path_read(struct path *path, struct view target, struct arena *workspace);
/* The first field of that name in a query, as sent; VIEW_NONE if none. An
 * empty value has `at` set. */
struct view query_field(struct view query, struct view name);

#endif
