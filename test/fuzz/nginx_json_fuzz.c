/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a log: nginx's JSON. What must hold is in log_line.h.
 */
#define FUZZED "nginx-json"
#include "fuzz/log_line.h"
