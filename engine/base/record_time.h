/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The time of a record: RFC 3339 ("2026-11-21T07:10:30.123Z", any offset,
 * 't' or a space between, 1 to 9 digits of a second) or seconds since the
 * epoch ("1795245030.123"), to microseconds; finer digits are cut.
 */
#ifndef WB_REQUEST_RECORD_TIME_H
#define WB_REQUEST_RECORD_TIME_H

#include <stdint.h>

#include "base/view.h"

/* Years 1970 to 9999; false on anything else. */
bool record_time_read(struct view text, int64_t *microseconds);

#endif
