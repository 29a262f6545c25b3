/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guard: what is refused before anything else is looked at. Names are
 * folded for comparison (case; '-', '_', '.' and all other signs alike),
 * because CGI, WSGI and PHP gates fold them so. A client's field that folds
 * to a name that we inject, guard or read payments from, without being
 * spelled as it is, is a spoofed header; so is any client's copy of an
 * injected name. Connection and Trailer must name none of them.
 */
#ifndef WB_REQUEST_GUARD_H
#define WB_REQUEST_GUARD_H

#include "request/request.h"

enum guard_verdict {
    GUARD_PASS,
    GUARD_LIMIT,          /* 431 too many or too long headers */
    GUARD_TARGET,         /* 414 target too long */
    GUARD_BAD_HEADER,     /* 400 name not a token, controls in a value */
    GUARD_SPOOFED_HEADER, /* 400 */
    GUARD_CONNECTION      /* 400 Connection or Trailer names one of ours */
};

/* Names in a guard list: how a client may send them. */
enum guard_kind {
    GUARD_NEVER,       /* injected or guarded: any copy is spoofed */
    GUARD_SPELLED,     /* a payment header: only as spelled (any case) */
    GUARD_NEVER_PREFIX /* "x-amzn-waf-": any name that starts so */
};

struct guard; /* immutable */

/* NULL when out of memory. The arena must outlive the guard. */
struct guard *guard_new(struct arena *arena);
/* The name is copied. Of two kinds for one name the stricter holds. False
 * when out of memory or the name is no token. */
bool guard_add(struct guard *guard, const char *name, enum guard_kind kind);
/* Once, after the last guard_add: makes the look-up table. */
bool guard_close(struct guard *guard);
/* Judges all known names beforehand: requests whose names are looked up in
 * them are checked faster. */
void guard_names(struct guard *guard, struct known_names *names);
/* *culprit (may be NULL) gets the offending header. */
enum guard_verdict guard_check(const struct guard *guard,
                               const struct request *request,
                               const struct header **culprit);
/* Could it be a header's value at all? */
bool guard_is_value(struct view value);

#endif
