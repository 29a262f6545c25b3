/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a replay counts. Each thread has a tally of its own; sums do not
 * depend on the order in which they are made, so that the threads' tallies
 * added up are the same for any number of threads.
 */
#ifndef WB_REPLAY_TALLY_H
#define WB_REPLAY_TALLY_H

#include "replay/format.h"
#include "replay/table.h"

/* What a line told besides the request. */
struct line_extra {
    unsigned status; /* of the server's answer; 0: not known */
    uint64_t bytes;  /* of the server's answer */
};

enum tally_class {
    TALLY_HUMAN,
    TALLY_SUSPECT,
    TALLY_AGENT,
    TALLY_UNKNOWN,
    TALLY_CLASSES
};
extern const char *const tally_classes[TALLY_CLASSES];

enum tally_label { TALLY_LABEL_HUMAN, TALLY_LABEL_BOT, TALLY_LABELS };
extern const char *const tally_labels[TALLY_LABELS];

struct tally {
    uint64_t read;                /* lines that gave a request */
    uint64_t faults[LINE_FAULTS]; /* lines that gave none */
    uint64_t classes[TALLY_CLASSES];
    uint64_t bytes[TALLY_CLASSES]; /* that the server answered with */
    uint64_t allowed, rejected;
    uint64_t confusion[TALLY_LABELS][TALLY_CLASSES];
    uint64_t labelled;
    bool timed;          /* a request had a time: */
    int64_t first, last; /* the least and the greatest */
    /* Requests that are let through at a price are charged; amounts are what
     * they were asked for. */
    struct table agents, routes, sites, payments;
    struct arena *names;
    bool failed; /* out of memory */
};

bool tally_start(struct tally *tally);
void tally_end(struct tally *tally);
void tally_fault(struct tally *tally, enum line_fault fault);
/* Counts a request that has been decided. */
void tally_request(struct tally *tally, const struct wb_request *request,
                   const struct line_extra *extra);
/* Adds `from` to `tally`. */
void tally_merge(struct tally *tally, const struct tally *from);
/* Lines that gave no request. */
uint64_t tally_unreadable(const struct tally *tally);
/* After all merging: the tables in the order in which they are printed, one
 * row for the requests of a route that cost nothing only where none was
 * charged. */
void tally_finish(struct tally *tally);

#endif
