/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The admin listener: /healthz (the process runs), /readyz (it should get
 * traffic, and what the operator should know), /metrics.
 */
#ifndef WB_SIDECAR_ADMIN_H
#define WB_SIDECAR_ADMIN_H

#include <stdatomic.h>

#include "sidecar/log.h"
#include "sidecar/reload.h"
#include "sidecar/server.h"
#include "sidecar/slots.h"

struct admin {
    struct reload *reload;
    struct wb_state *state;
    struct slots *slots;
    struct log *log;
    struct server *servers[LISTENERS_MAX]; /* by listener */
    int64_t started;                       /* microseconds since the epoch */
    atomic_bool draining;
};

struct server_handler admin_handler(struct admin *admin);

#endif
