/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a log: AWS WAF's JSON. What must hold is in log_line.h.
 */
#define FUZZED "waf"
#include "fuzz/log_line.h"
