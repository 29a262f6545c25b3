/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sidecar's own counters, in Prometheus text format. Each thread counts
 * in a block of its own; printing adds them up. The engine's counters are
 * printed by wb_state_metrics.
 */
#ifndef WB_SIDECAR_METRICS_H
#define WB_SIDECAR_METRICS_H

#include "sidecar/refusal.h"
#include "sidecar/setup.h"

enum counter {
    COUNTER_WAITS,        /* decisions that waited for a store */
    COUNTER_DENIED_FOUND, /* second asks that found their denial */
    COUNTER_DENIED_UNKNOWN,
    COUNTER_COUNT
};

void metrics_ask(unsigned listener);
void metrics_refusal(enum refusal refusal);
void metrics_count(enum counter counter);
/* Time from a whole ask to its answer, waiting included. */
void metrics_decision(int64_t nanoseconds);

/* Asks of one listener so far. */
uint64_t metrics_asks(unsigned listener);

/* Gauges that their owners know. */
struct metrics_now {
    const struct wb_engine *engine;
    int64_t now; /* microseconds since the epoch */
    const struct setup *setup;
    const char *generation;
    bool reload_failed, draining;
    unsigned long reloads, reloads_failed, log_lost;
    int64_t started, reloaded; /* microseconds since the epoch */
    uint64_t audit_written, audit_lost;
    unsigned in_flight;
    unsigned connections[LISTENERS_MAX];
};
void metrics_write(const struct metrics_now *now, wb_sink *sink, void *context);
/* Frees the blocks; no thread may count any more. */
void metrics_free(void);

#endif
