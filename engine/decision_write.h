/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of a decision's record that others tell, too.
 */
#ifndef WB_DECISION_WRITE_H
#define WB_DECISION_WRITE_H

#include "decision.h"

/* Charged or refused, although it calls itself Mozilla and no name of an
 * agent was found: what to read before going live. */
bool decision_charges_browser(const struct wb_request *request);
/* Does a user agent call itself so, as browsers do? */
bool decision_names_browser(struct view agent);

/* The audit log has these, too. */
struct json_writer;
void decision_write_price(const struct wb_request *request,
                          struct json_writer *w);
void decision_write_payment(const struct wb_request *request,
                            struct json_writer *w);

#endif
