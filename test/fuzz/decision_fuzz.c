/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a log: decision records and the log of serve. What must hold is in
 * log_line.h.
 */
#define FUZZED "decision"
#include "fuzz/log_line.h"
