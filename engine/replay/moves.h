/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a change of configuration does to the same requests: who moves from
 * which class, action or price to which, how many, and the rule or route to
 * blame.
 */
#ifndef WB_REPLAY_MOVES_H
#define WB_REPLAY_MOVES_H

#include "replay/sample.h"
#include "replay/table.h"

enum move_kind { MOVE_CLASS, MOVE_ACTION, MOVE_PRICE, MOVE_KINDS };
extern const char *const move_kinds[MOVE_KINDS];

/* Rows of the table: kind; "human > agent"; "rule default/x". */
#define MOVE_ARROW " > "

/* Counts how `after` differs from `before`, both decided; how many kinds
 * moved is added to *moved. False: out of memory. */
bool moves_count(struct table *moves, const struct wb_request *before,
                 const struct wb_request *after, uint64_t *moved);
/* Keeps the request as an example of its moves, while there are few. */
void moves_sample(struct samples *samples, const struct wb_request *before,
                  const struct wb_request *after);

#endif
