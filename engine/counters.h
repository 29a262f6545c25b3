/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters of decisions, one block a state; wb_state_metrics() prints them.
 */
#ifndef WB_COUNTERS_H
#define WB_COUNTERS_H

#include "decision.h"

struct counters *counters_new(void);
void counters_free(struct counters *counters);
void counters_add(struct wb_request *request);
/* A shadow has decided; bits of enum shadow_difference. */
void counters_shadow(const struct wb_request *request, unsigned differs);

#endif
