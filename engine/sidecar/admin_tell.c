/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the admin listener tells: health, readiness and why not, metrics, the
 * state of things.
 */
#include <stdio.h>
#include <string.h>

#include "sidecar/admin.h"
#include "sidecar/clock.h"
#include "sidecar/metrics.h"
#include "sidecar/watch.h"

static const char *yes(bool truth)
{
    return truth ? "true" : "false";
}

static void put_item(struct page *page, const char *text)
{
    page_item(page);
    page_quote(page, text, strlen(text));
}

void admin_health(struct admin_ask *ask)
{
    ask->type = "text/plain";
    page_put(ask->page, "ok\n");
}

/* ---- readiness ---- */

/* Why not; empty when it is ready. A store that is lost does not make the
 * sidecar unready: whoever pays nothing does not need it. */
static bool put_reasons(struct admin_ask *ask, enum wb_health health,
                        const char *trouble)
{
    struct admin *admin = ask->door->admin;
    uint64_t written, lost;
    bool ready = true;

    page_raw(ask->page, "reasons", "[");
    if (health == WB_HEALTH_UNFIT) {
        put_item(ask->page, trouble);
        ready = false;
    }
    if (!wb_audit_health(admin->audit, wall_clock(), &written, &lost)) {
        put_item(ask->page, "log.audit: lines are lost");
        ready = false;
    }
    if (atomic_load(&admin->draining)) {
        put_item(ask->page, "draining: the process is about to end");
        ready = false;
    }
    page_put(ask->page, "]");
    return ready;
}

static void put_notices(struct admin_ask *ask, const char *trouble)
{
    const struct snapshot *snapshot = ask->snapshot;
    const char *notice = wb_engine_notice(snapshot->engine);
    char warning[512];

    page_raw(ask->page, "notices", "[");
    if (notice != NULL) {
        put_item(ask->page, notice);
    }
    if (trouble[0] != '\0') {
        put_item(ask->page, trouble);
    }
    if (ask->door->admin->file_notice[0] != '\0') {
        put_item(ask->page, ask->door->admin->file_notice);
    }
    for (unsigned i = 0; i < snapshot->setup.listen_count; i++) {
        for (unsigned k = 0;
             watch_warning(i, k, &snapshot->setup, warning, sizeof warning);
             k++) {
            put_item(ask->page, warning);
        }
    }
    page_put(ask->page, "]");
}

static bool put_state(struct admin_ask *ask)
{
    struct admin *admin = ask->door->admin;
    char trouble[512] = "";
    enum wb_health health =
        wb_state_health(admin->state, trouble, sizeof trouble);
    bool ready = put_reasons(ask, health, trouble);

    ask->status = ready ? 200 : 503;
    page_raw(ask->page, "ready", yes(ready));
    page_raw(ask->page, "demo", yes(ask->snapshot->setup.demo));
    page_raw(ask->page, "draining", yes(atomic_load(&admin->draining)));
    page_member(ask->page, "mode", ask->snapshot->setup.mode);
    page_member(ask->page, "generation",
                wb_engine_generation(ask->snapshot->engine));
    page_raw(ask->page, "last_reload_successful",
             yes(!reload_outcome(admin->reload).last_failed));
    page_member(ask->page, "store",
                health == WB_HEALTH_GOOD       ? "good"
                : health == WB_HEALTH_TROUBLED ? "troubled"
                                               : "unfit");
    put_notices(ask, trouble);
    return ready;
}

void admin_ready(struct admin_ask *ask)
{
    page_put(ask->page, "{");
    put_state(ask);
    page_put(ask->page, "}\n");
}

/* ---- status ---- */

static void put_listeners(struct admin_ask *ask)
{
    const struct setup *setup = &ask->snapshot->setup;

    page_raw(ask->page, "listeners", "[");
    for (unsigned i = 0; i < setup->listen_count; i++) {
        page_put(ask->page, i ? ",{" : "{");
        page_member(ask->page, "address", setup->listen[i].address);
        page_member(ask->page, "dialect", setup->listen[i].dialect->name);
        page_raw(ask->page, "asks", "");
        page_number(ask->page, metrics_asks(i));
        page_raw(ask->page, "connections", "");
        page_number(ask->page,
                    server_connections(ask->door->admin->servers[i]));
        page_put(ask->page, "}");
    }
    page_put(ask->page, "]");
}

void admin_status(struct admin_ask *ask)
{
    struct admin *admin = ask->door->admin;
    struct reload_outcome reload = reload_outcome(admin->reload);

    page_put(ask->page, "{");
    page_member(ask->page, "version", wb_version());
    put_state(ask);
    ask->status = 200;
    page_time(ask->page, "started", admin->started);
    page_time(ask->page, "loaded", reload.at);
    page_raw(ask->page, "reloads", "");
    page_number(ask->page, reload.done);
    page_raw(ask->page, "reloads_failed", "");
    page_number(ask->page, reload.failed);
    page_raw(ask->page, "in_flight", "");
    page_number(ask->page, slots_taken(admin->slots));
    page_raw(ask->page, "log_lines_lost", "");
    page_number(ask->page, log_lost(admin->log));
    put_listeners(ask);
    page_put(ask->page, "}\n");
}

static void put_generation(void *context, const char *generation,
                           int64_t loaded, bool in_force)
{
    struct page *page = context;

    page_item(page);
    page_put(page, "{");
    page_member(page, "generation", generation);
    page_time(page, "loaded", loaded);
    page_raw(page, "in_force", yes(in_force));
    page_put(page, "}");
}

void admin_generations(struct admin_ask *ask)
{
    page_put(ask->page, "{\"generations\":[");
    reload_generations(ask->door->admin->reload, put_generation, ask->page);
    page_put(ask->page, "]}\n");
}

void admin_lockouts(struct admin_ask *ask)
{
    page_put(ask->page, "{\"lockouts\":");
    wb_state_lockouts(ask->door->admin->state, wall_clock(), page_add,
                      ask->page);
    page_put(ask->page, "}\n");
}

void admin_demand(struct admin_ask *ask)
{
    wb_state_demand(ask->door->admin->state, ask->snapshot->engine,
                    wall_clock(), page_add, ask->page);
    page_put(ask->page, "\n");
}

/* ---- metrics ---- */

void admin_metrics(struct admin_ask *ask)
{
    struct admin *admin = ask->door->admin;
    const struct snapshot *snapshot = ask->snapshot;
    struct reload_outcome outcome = reload_outcome(admin->reload);
    struct metrics_now now = {
        .engine = snapshot->engine,
        .now = wall_clock(),
        .setup = &snapshot->setup,
        .generation = wb_engine_generation(snapshot->engine),
        .reload_failed = outcome.last_failed,
        .draining = atomic_load(&admin->draining),
        .reloads = outcome.done,
        .reloads_failed = outcome.failed,
        .reloaded = outcome.at,
        .log_lost = log_lost(admin->log),
        .started = admin->started,
        .in_flight = slots_taken(admin->slots),
    };

    for (unsigned i = 0; i < snapshot->setup.listen_count; i++) {
        now.connections[i] = server_connections(admin->servers[i]);
    }
    ask->type = "text/plain; version=0.0.4";
    wb_audit_health(admin->audit, now.now, &now.audit_written, &now.audit_lost);
    metrics_write(&now, page_add, ask->page);
    wb_state_metrics(admin->state, snapshot->engine, page_add, ask->page);
}
