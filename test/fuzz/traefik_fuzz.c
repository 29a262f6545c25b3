/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a log: Traefik's JSON. What must hold is in log_line.h.
 */
#define FUZZED "traefik"
#include "fuzz/log_line.h"
