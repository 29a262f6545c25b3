/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an allow says of payment headers to proxies whose configuration
 * cannot make them depend on X-Payment-Forward.
 */
#ifndef WB_SIDECAR_PAYMENTS_H
#define WB_SIDECAR_PAYMENTS_H

#include "sidecar/dialect.h"

/* Adds to the answer; the decision is made and allows. */
void payments_answer(enum payments payments, const struct wb_engine *engine,
                     struct exchange *x);

#endif
