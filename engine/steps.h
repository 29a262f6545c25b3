/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What decide.c has done, each part by the file that does it. Their order is
 * decide.c's own.
 */
#ifndef WB_STEPS_H
#define WB_STEPS_H

#include "decision.h"

/* denial.c: what refuses first is what is told. `reason`: token or NULL. */
void decision_refuse(struct wb_request *request, unsigned status,
                     const char *error, const char *reason);
/* asked.c: fills ask and again. */
void decision_ask(struct wb_request *request);
/* decision_id.c: fills id and id_text, with a new one or this one. */
void decision_make_id(struct wb_request *request);
void decision_take_id(struct wb_request *request, const unsigned char id[16]);
/* decide_rates.c: counts every declared rate once, this request included;
 * NULL: there is none. */
const uint64_t *rates_step(struct wb_request *request);
/* decide_price.c: what it costs; once its payment is claimed; whether that is
 * of the payer who was announced. */
void price_step(struct wb_request *request);
void price_paid(struct wb_request *request);
bool price_is_payers(const struct wb_request *request);
/* Of a payment: what was told to it before holds. NULL, or why the quote that
 * it brings does not. */
const char *price_hold(struct wb_request *request, size_t offer);
/* What was told before is told again only if it is paid. */
void price_finish(struct wb_request *request);
/* The quote that the gate tells, or nothing. */
void price_quote(const struct wb_request *request, struct text *out);
/* wb_demand.c: "75.5" or "75.5%" as parts per million. */
bool price_read_load(struct view text, uint64_t *out);
/* decide_payment.c: the steps after the price, in their order. */
void payment_step_judge(struct wb_request *request);
void payment_step_signature(struct wb_request *request);
bool payment_wants_claim(const struct wb_request *request);
/* Fills `call`, which the store is then given; and what it said. */
void payment_claim(struct wb_request *request);
void payment_claim_answered(struct wb_request *request);
/* denial.c: the decision as a 4xx answer. */
void denial_write(struct wb_request *request);

#endif
