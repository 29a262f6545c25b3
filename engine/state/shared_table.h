/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared values in memory: what decides in a store of one node, and what a
 * node knows of a store of many. Remembers which entries changed, for who
 * keeps them elsewhere. Thread-safe. Memory for a kind is taken when it is
 * first used, whole.
 */
#ifndef WB_STATE_SHARED_TABLE_H
#define WB_STATE_SHARED_TABLE_H

#include "state/shared.h"

/* An entry as it is kept or told elsewhere. */
struct shared_record {
    enum shared_kind kind;
    unsigned char key[SHARED_KEY_SIZE];
    unsigned char value[SHARED_VALUE_MAX];
    uint8_t value_size;
    bool dropped;
    bool counted;     /* a number that shared_count() added to */
    int64_t number;   /* the sum */
    int64_t unpushed; /* the part of it that was not taken before */
    int64_t changed;  /* when */
    int64_t expires;
};

struct shared_table;
struct shared_table *shared_table_open(const unsigned char hash_key[16]);
void shared_table_close(struct shared_table *table); /* NULL is fine */

/* Decides; writes the call's result. */
void shared_table_call(struct shared_table *table, struct shared_call *call);
uint64_t shared_table_count(struct shared_table *table, enum shared_kind kind,
                            const unsigned char key[SHARED_KEY_SIZE],
                            uint64_t n, int64_t now, int64_t expires);
void shared_table_visit(struct shared_table *table, enum shared_kind kind,
                        int64_t now, shared_visitor *visit, void *context);

/* Takes up to `room` entries that changed, or were counted, since they were
 * taken last; returns how many. */
size_t shared_table_take(struct shared_table *table,
                         struct shared_record *records, size_t room);
/* What was taken did not get there: it changed still. */
void shared_table_untake(struct shared_table *table,
                         const struct shared_record *record);
/* Puts in what is kept elsewhere, unless what is here is newer. */
void shared_table_restore(struct shared_table *table,
                          const struct shared_record *record);
/* Takes out those of a kind that did not change since `before`, but for
 * what was not taken yet: a store of many does not have them. */
void shared_table_sweep(struct shared_table *table, enum shared_kind kind,
                        int64_t before);
/* The sum of a number as a store of many told it: what was not taken since
 * comes on top. */
void shared_table_heard(struct shared_table *table,
                        const struct shared_record *record, int64_t sum);

#endif
