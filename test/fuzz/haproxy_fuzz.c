/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a log: HAProxy's httplog. What must hold is in log_line.h.
 */
#define FUZZED "haproxy"
#include "fuzz/log_line.h"
