/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The admin listener, and one that takes outcomes only. One thread each.
 *
 *   GET    /healthz /readyz /metrics    anybody who can connect
 *   GET    /v1/status                   read
 *   GET    /v1/generations              read
 *   POST   /v1/explain?generation=G     read; a request record
 *   GET    /v1/lockouts                 read
 *   DELETE /v1/lockouts?network=&payer= admin
 *   GET    /v1/demand                   read
 *   POST   /v1/demand                   demand; one reading or rate a line
 *   POST   /v1/reload                   admin
 *   POST   /v1/outcomes                 outcomes; one record a line
 *
 * admin.c finds the row of the table and whether the token may; admin_tell.c
 * answers what is asked, admin_act.c what is to be done.
 */
#ifndef WB_SIDECAR_ADMIN_H
#define WB_SIDECAR_ADMIN_H

#include <stdatomic.h>

#include "sidecar/file_limit.h"
#include "sidecar/log.h"
#include "sidecar/page.h"
#include "sidecar/reload.h"
#include "sidecar/server.h"
#include "sidecar/slots.h"

#define ADMIN_BODY_MAX ((size_t)1024 * 1024)

/* What all admin listeners share. */
struct admin {
    struct reload *reload;
    struct wb_state *state;
    struct slots *slots;
    struct log *log;
    struct wb_audit *audit;                /* NULL: off */
    struct server *servers[LISTENERS_MAX]; /* by listener */
    int64_t started;                       /* microseconds since the epoch */
    atomic_bool draining;
    char file_notice[FILE_NOTICE_MAX]; /* or empty */
    /* Reloads as SIGHUP does; false: it failed, or is not possible now. */
    bool (*reload_now)(void *context);
    void *reload_context;
};

/* One listener. */
struct admin_door {
    struct admin *admin;
    bool outcomes_only;
    struct page page;
    struct wb_outcome *outcome; /* owned; reused */
    struct wb_request *request; /* owned; for explaining */
};

/* What one ask is answered with: status, and the page. */
struct admin_ask {
    struct admin_door *door;
    struct snapshot *snapshot;
    struct wb_text query; /* behind '?', or nothing */
    struct wb_text body;
    struct page *page; /* empty at first */
    const char *type;  /* of the page; application/json if not set */
    unsigned status;
};

bool admin_door_open(struct admin_door *door, struct admin *admin,
                     bool outcomes_only);
void admin_door_close(struct admin_door *door);
struct server_handler admin_handler(struct admin_door *door);

/* {"error":error,"message":message} */
void admin_fail(struct admin_ask *ask, unsigned status, const char *error,
                const char *message);
/* The value of a query's parameter, decoded into `out`; false: there is
 * none, or it has no room. */
bool admin_parameter(const struct admin_ask *ask, const char *name, char *out,
                     size_t room);

/* admin_tell.c */
void admin_health(struct admin_ask *ask);
void admin_ready(struct admin_ask *ask);
void admin_metrics(struct admin_ask *ask);
void admin_status(struct admin_ask *ask);
void admin_generations(struct admin_ask *ask);
void admin_lockouts(struct admin_ask *ask);
void admin_demand(struct admin_ask *ask);
/* admin_act.c */
void admin_reload(struct admin_ask *ask);
void admin_lift(struct admin_ask *ask);
void admin_outcomes(struct admin_ask *ask);
void admin_push(struct admin_ask *ask);
void admin_explain(struct admin_ask *ask);

#endif
