/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log line that is one JSON object, as servers write them: bytes that are
 * not UTF-8 and any number of keys are taken, for a client can bring both
 * about. (What people write is read by base/json.h, which is strict.)
 *
 * Values are told with the keys that lead to them; the items of a list have
 * the keys of the list. Nothing is allocated; views are into the line, with
 * their escapes.
 */
#ifndef WB_REPLAY_JSON_LINE_H
#define WB_REPLAY_JSON_LINE_H

#include "base/view.h"

/* Objects within objects; what lies deeper is passed over. */
#define JSON_LINE_DEPTH 4

/* `value` is a string without its quotes, or a number, true, false. */
typedef void json_line_value(void *user, const struct view *keys, size_t depth,
                             struct view value);

/* False: the line is no JSON object, or is cut. */
bool json_line_read(struct view line, json_line_value *value, void *user);
/* Takes the escapes of `v` back in place: never longer. `v` is part of a line
 * that may be written. */
void json_line_unescape(struct view *v);
/* Is "name" one of the line's keys, at any depth? A guess. */
bool json_line_has(struct view line, const char *quoted_name);

#endif
