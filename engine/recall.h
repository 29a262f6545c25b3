/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What decisions on lines of logs take from those before them, see
 * weighbridge.h. decide.c asks for the evaluation alone; who replays a log,
 * for the whole decision.
 */
#ifndef WB_RECALL_H
#define WB_RECALL_H

#include "decision.h"

/* Of a request whose site is known: the number of its evaluation among those
 * that are recalled, and it; 0: there is none. */
unsigned recall_find(const struct wb_request *request,
                     struct evaluation **evaluation);
/* After its evaluation without any rate: the number that it has now, or 0. */
unsigned recall_keep(struct wb_request *request);

#endif
