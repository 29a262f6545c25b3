/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one decision in flight needs: a request with its workspace, and what
 * was understood of the ask. A bounded pool: when all are taken the sidecar
 * answers 429. Half of them are shared out to the listeners, so that a flood
 * of slow bodies, or of payments whose store hangs, at one of them has no
 * other refused. The last one given back is the next one taken, so that few
 * are ever touched unless decisions wait for a store.
 */
#ifndef WB_SIDECAR_SLOTS_H
#define WB_SIDECAR_SLOTS_H

#include "sidecar/dialect.h"
#include "sidecar/reload.h"

struct slot {
    struct wb_request *request;
    struct snapshot *snapshot; /* referenced while it waits, else NULL */
    struct seen seen;
    int64_t began; /* monotonic nanoseconds */
    char *record;  /* body of a request record, record_bytes */
    char *text;    /* what is made for an answer */
    size_t text_room;
    unsigned listener; /* whose it is */
    struct slot *next; /* in the pool */
};

struct slots;

struct slots *slots_new(unsigned limit, size_t listeners, size_t record_bytes);
void slots_free(struct slots *slots); /* all are given back; NULL is fine */
/* NULL: all that the listener may have are taken, or out of memory. */
struct slot *slots_take(struct slots *slots, unsigned listener);
/* Resets the request. */
void slots_give(struct slots *slots, struct slot *slot);
unsigned slots_taken(struct slots *slots);
/* Room for a request record; NULL: out of memory. */
char *slot_record(const struct slots *slots, struct slot *slot);
size_t slots_record_bytes(const struct slots *slots);
/* Room for `room` bytes of text; NULL: out of memory. */
char *slot_text(struct slot *slot, size_t room);

#endif
