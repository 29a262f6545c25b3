/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a state knows of outcomes: how many were told, what was settled, and
 * who is locked out. Lives with the state.
 */
#ifndef WB_OUTCOMES_H
#define WB_OUTCOMES_H

#include <stdatomic.h>

#include "state/shared.h"
#include "weighbridge.h"

struct outcomes {
    atomic_uint_least64_t told[FATE_RELEASED + 1][OUTCOME_UNAVAILABLE + 1];
    atomic_uint_least64_t settled; /* atomic units */
    atomic_uint_least64_t lockouts, lockouts_lost;
};

struct outcomes *outcomes_new(void);
void outcomes_free(struct outcomes *outcomes);
void outcomes_count(struct outcomes *outcomes, enum claim_fate fate,
                    enum outcome_result result, uint64_t amount);
void outcomes_count_lockout(struct outcomes *outcomes,
                            enum shared_result result, int64_t until);
/* Their part of /metrics. */
void outcomes_metrics(const struct outcomes *outcomes, wb_sink *sink,
                      void *context);

#endif
