/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a log: CloudFront's fields with tabs. What must hold is in
 * log_line.h.
 */
#define FUZZED "cloudfront"
#include "fuzz/log_line.h"
