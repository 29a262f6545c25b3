/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a log: Caddy's JSON. What must hold is in log_line.h.
 */
#define FUZZED "caddy"
#include "fuzz/log_line.h"
