/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sidecar's settings, read from an engine through wb_engine_setting.
 * Texts are the engine's and live as long as it does.
 */
#ifndef WB_SIDECAR_SETUP_H
#define WB_SIDECAR_SETUP_H

#include "sidecar/dialect.h"
#include "sidecar/sidecar.h"

#define LISTENERS_MAX 16
#define CLAIM_KEYS 12

enum log_client { LOG_CLIENT_FULL, LOG_CLIENT_TRUNCATED, LOG_CLIENT_OFF };
enum log_query { LOG_QUERY_NAMES, LOG_QUERY_FULL, LOG_QUERY_OFF };

struct setup {
    struct listener listen[LISTENERS_MAX];
    size_t listen_count;
    const char *admin;              /* address, or NULL: none */
    const char *outcomes;           /* the same, of one for outcomes only */
    unsigned generations;           /* former ones that are kept */
    const char *log_audit;          /* path, "stderr", "fd:N", or NULL: off */
    const char *log_decisions;      /* path, "stderr", or NULL: off */
    const char *claims[CLAIM_KEYS]; /* settings of the store, as text */
    enum log_client log_client;
    enum log_query log_query;
    unsigned connections, in_flight, threads;
    size_t head_bytes, record_bytes;
    unsigned idle_seconds;
    int64_t drain; /* microseconds */
    int64_t watch; /* the same; 0: never */
    const char *mode;
    bool demo;
};

/* False with a line for people in `problem`. `demo`: the built-in demo, whose
 * listeners are fixed but for the options. */
bool setup_read(struct setup *setup, const struct wb_engine *engine, bool demo,
                const struct sidecar_options *options, char *problem,
                size_t room);
/* Can `after` replace `before` in a running sidecar? What is bound and sized
 * at start must stay; false with a line for people. */
bool setup_fit(const struct setup *before, const struct setup *after,
               char *problem, size_t room);

#endif
