/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Canonical JSON: one spelling for one value, so that a hash of it does not
 * change with key order, white space, escapes or the way a number is
 * written. As RFC 8785 writes it, but for two things: keys are sorted by
 * their UTF-8 bytes, and a number keeps all its digits (RFC 8785 rounds to a
 * double).
 */
#ifndef WB_PAYMENT_CANONICAL_H
#define WB_PAYMENT_CANONICAL_H

#include "base/arena.h"
#include "base/view.h"

/* `value` is JSON text that the JSON reader takes. Uses at most five times
 * its size of the workspace; false when that is full, or for numbers with
 * exponents so many that they would take more. */
bool canonical_json(struct view value, struct arena *workspace,
                    struct view *out);

#endif
