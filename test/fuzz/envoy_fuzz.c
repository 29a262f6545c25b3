/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a log: Envoy's default text. What must hold is in log_line.h.
 */
#define FUZZED "envoy"
#include "fuzz/log_line.h"
