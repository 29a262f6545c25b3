/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What recalls of several threads share: evaluations of requests past, a
 * memory for each ruleset, and the numbers of whole decisions. Looking up
 * takes no lock; keeping takes one.
 */
#ifndef WB_RECALL_STORE_H
#define WB_RECALL_STORE_H

#include "past.h"

struct recall_store;

/* Holds a reference to the engine. NULL: out of memory. */
struct recall_store *recall_store_new(struct wb_engine *engine);
/* One more reader, or one less; the last one frees it. */
void recall_store_join(struct recall_store *store, struct reader_mark *mark);
void recall_store_leave(struct recall_store *store, struct reader_mark *mark);
struct wb_engine *recall_store_engine(const struct recall_store *store);
/* Before a reader looks up. */
void recall_store_see(const struct recall_store *store,
                      struct reader_mark *mark);

/* Of a ruleset; NULL: its requests have nothing to share. */
struct past *recall_store_past(struct recall_store *store, size_t ruleset);
/* After the request's evaluation without any rate: its number in the past, or
 * 0. */
unsigned recall_store_keep(struct recall_store *store, struct past *past,
                           struct wb_request *request);

/* The number of a decision, by a key that is not 0; 0: it has none. */
unsigned recall_store_number(const struct recall_store *store, uint64_t key);
/* The same, which it gets if there is one left. */
unsigned recall_store_add_number(struct recall_store *store, uint64_t key);

#endif
