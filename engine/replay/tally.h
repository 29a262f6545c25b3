/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a replay counts. Each thread has a tally of its own; sums do not
 * depend on the order in which they are made, so that the threads' tallies
 * added up are the same for any number of threads, and those of any number
 * of machines (see partial.h).
 */
#ifndef WB_REPLAY_TALLY_H
#define WB_REPLAY_TALLY_H

#include "replay/format.h"
#include "replay/kind.h"
#include "replay/table.h"
#include "replay/timeline.h"

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

#define WEEK_DAYS 7 /* from Monday */
#define DAY_HOURS 24

/* Each table's rows are keyed by name, other and asset, as named here. */
enum tally_table {
    TALLY_AGENTS,   /* name, organisation */
    TALLY_ROUTES,   /* id, -, asset */
    TALLY_SITES,    /* id */
    TALLY_PAYMENTS, /* state */
    TALLY_RULES,    /* id: how often it fired */
    TALLY_REFUSALS, /* reason */
    TALLY_REVENUE,  /* agent (or "-"), route, asset: charged ones only */
    TALLY_CHARGES,  /* class, route, asset: charged ones only */
    TALLY_TABLES
};
extern const char *const tally_tables[TALLY_TABLES]; /* names of them */

/* What requests were charged in. */
struct tally_asset {
    struct view address, network, symbol;
    unsigned decimals;
    struct timeline line; /* charged and amount */
};

/* Requests that are decided alike, by the number that the library gives
 * them; see tally_alike.c. */
struct tally_alike {
    struct kind *kind;    /* owned; NULL: it was not learned */
    uint64_t requests;    /* since the tables were told */
    size_t asset;         /* where it is charged: the number */
    struct amount amount; /* of one */
    bool browser_charged;
};

struct tally {
    uint64_t read;                /* lines that gave a request */
    uint64_t left_out;            /* of these --only left out: not below */
    uint64_t faults[LINE_FAULTS]; /* lines that gave none */
    uint64_t classes[TALLY_CLASSES];
    uint64_t bytes[TALLY_CLASSES]; /* that the server answered with */
    uint64_t allowed, rejected;
    uint64_t browsers_charged; /* see WB_ANSWER_BROWSER_CHARGED */
    uint64_t confusion[TALLY_LABELS][TALLY_CLASSES];
    uint64_t labelled;
    bool timed;          /* a request had a time: */
    int64_t first, last; /* the least and the greatest */
    uint64_t hours[WEEK_DAYS][DAY_HOURS][TALLY_CLASSES]; /* UTC */
    struct timeline line;                                /* requests by class */
    /* Requests that are let through at a price are charged; amounts are what
     * they were asked for. */
    struct table tables[TALLY_TABLES];
    struct tally_asset *assets;
    size_t asset_count;
    struct kinds *kinds; /* counted, but the tables are not told yet; owned */
    struct tally_alike *alike; /* the same, by number */
    size_t alike_room;
    struct arena *names;
    bool failed; /* out of memory */
};

bool tally_start(struct tally *tally);
void tally_end(struct tally *tally);
/* Rules and routes that there are, so that those which are never met stand
 * in the tables too, with 0. */
void tally_seed(struct tally *tally, const struct wb_engine *engine);
void tally_fault(struct tally *tally, enum line_fault fault);
/* Counts a request that has been decided. */
void tally_request(struct tally *tally, const struct wb_request *request,
                   const struct line_extra *extra);
/* Requests of this number are decided as this one is. */
void tally_learn(struct tally *tally, unsigned number,
                 const struct wb_request *request);
bool tally_knows(const struct tally *tally, unsigned number);
/* Counts one of a number that was learned. */
void tally_known(struct tally *tally, unsigned number, int64_t time,
                 const struct line_extra *extra);
/* After all requests, before the tables are read. */
void tally_settle(struct tally *tally);
/* Adds `from`, which is settled, to `tally`. */
void tally_merge(struct tally *tally, const struct tally *from);
/* The asset of that address, a new one if there is none; NULL: out of
 * memory. Valid until the next call. */
struct tally_asset *tally_asset(struct tally *tally, struct view address);
const struct tally_asset *tally_asset_find(const struct tally *tally,
                                           struct view address);
/* All that was charged in an asset. */
void tally_asset_sum(const struct tally *tally, const struct tally_asset *asset,
                     struct row *sum);
/* Lines that gave no request. */
uint64_t tally_unreadable(const struct tally *tally);
/* There were requests from the one time to the other. */
void tally_span(struct tally *tally, int64_t first, int64_t last);
/* After all merging: the tables in the order in which they are printed, one
 * row for the requests of a route that cost nothing only where none was
 * charged. */
void tally_finish(struct tally *tally);

/* ---- between its files ---- */

static inline struct view tally_answer(const struct wb_request *request,
                                       enum wb_answer which)
{
    struct wb_text text = wb_decision_answer(request, which);

    return view_of(text.data, text.size);
}

/* tally_line.c: what is counted of every line, and of one that costs
 * something, at a time that is known. */
void tally_line(struct tally *tally, const struct kind *kind,
                bool browser_charged, int64_t time,
                const struct line_extra *extra);
struct bucket *tally_charge(struct tally *tally, struct tally_asset *asset,
                            int64_t time, const struct amount *amount);
/* The asset that the request is charged in. */
struct tally_asset *tally_asset_of(struct tally *tally,
                                   const struct wb_request *request);
/* tally_kinds.c: the request's kind, in the tally or, where more rules fired
 * than a kind has, in `room`: whoever counted one in `room` has the tables
 * told of it. */
struct kind *tally_kind(struct tally *tally, const struct wb_request *request,
                        struct kind *room);
void tally_tell(struct tally *tally, const struct wb_request *request,
                struct kind *kind);
/* The tables are told of all requests of a kind; it has none then. */
void tally_tell_kind(struct tally *tally, struct kind *kind);
/* Its class, and whether it is allowed and charged. */
void tally_start_kind(struct kind *kind);
void tally_settle_kinds(struct tally *tally);
/* tally_alike.c */
void tally_settle_alike(struct tally *tally);
void tally_end_alike(struct tally *tally);

#endif
