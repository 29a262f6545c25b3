/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of claims, in a folder of its own, for the durable store. One
 * thread at a time; built WITH_LMDB only. Errors are numbers that
 * claim_file_why explains; 0: none.
 */
#ifndef WB_STATE_CLAIM_FILE_H
#define WB_STATE_CLAIM_FILE_H

#include "state/shared_table.h"
#include "state/store_memory.h"

struct claim_file;

/* Makes what is not there; ENOMEM: out of memory. Refused: a folder that is
 * open already, a file that is not ours or is damaged as far as its head
 * tells. */
int claim_file_open(const char *path, bool power, size_t map_bytes,
                    struct claim_file **out);
/* Keeps nothing back. NULL is fine. */
void claim_file_close(struct claim_file *file);
const char *claim_file_why(int error);

/* All that it holds, each record checked, expired ones too. A visitor of
 * claims that says false ends it: ENOMEM. */
struct claim_file_visitor {
    claim_visitor *claim;
    void (*shared)(void *context, const struct shared_record *record);
    void *context;
};
int claim_file_visit(struct claim_file *file,
                     const struct claim_file_visitor *visitor);
/* What ended no later than this may have been dropped. */
int64_t claim_file_forgotten(const struct claim_file *file);

/* Drops what expired before `now`, as far as whole buckets did. */
void claim_file_drop(struct claim_file *file, int64_t now);
/* Keeps the claims of all calls, linked by next, that the table took (held),
 * or none of them; and drops what the table put out for them. */
int claim_file_write(struct claim_file *file, const struct claim_call *first);
/* Keeps shared values, all or none. */
int claim_file_keep(struct claim_file *file,
                    const struct shared_record *records, size_t count);
/* What became of claims, all or none; what is not there stays so. */
int claim_file_settle(struct claim_file *file,
                      const struct outcome_call *first);

#endif
