/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What decisions on lines of logs take from those before them, see
 * weighbridge.h. decide.c asks for the evaluation alone; who replays a log,
 * for the whole decision.
 */
#ifndef WB_RECALL_H
#define WB_RECALL_H

#include "past.h"

/* Of the ruleset of a request whose site is known; NULL: it has none. */
struct past *recall_past(const struct wb_request *request);

#endif
