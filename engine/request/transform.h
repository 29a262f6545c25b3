/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transforms of a slot: text in, text (or its length) out.
 */
#ifndef WB_REQUEST_TRANSFORM_H
#define WB_REQUEST_TRANSFORM_H

#include "request/facts.h"

/* Writes the slot's value of `text` after its transforms; copies what they
 * change to `workspace`. False, and the value UNKNOWN, when that is full. */
bool transform_value(const struct slot *slot, struct view text,
                     struct value *value, struct arena *workspace);

#endif
