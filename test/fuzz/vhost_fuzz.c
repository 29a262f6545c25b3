/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a log: combined lines with a host before them. What must hold is in
 * log_line.h.
 */
#define FUZZED "vhost"
#include "fuzz/log_line.h"
