/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signature of a request (Web Bot Auth) in the two halves of a decision:
 * checked without state, then asked whether it was seen before.
 */
#ifndef WB_SIGNED_H
#define WB_SIGNED_H

#include "decision.h"

/* Stateless: before facts are filled. */
void signature_weigh(struct wb_request *request);
/* Stateful: before the rules that read wba.*. */
void signature_claim(struct wb_request *request);

#endif
