/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the admin listener does: reloads, lifts lockouts, takes outcomes
 * and what moves prices, explains a request under a configuration of now or
 * before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sidecar/admin.h"
#include "sidecar/clock.h"

void admin_reload(struct admin_ask *ask)
{
    struct admin *admin = ask->door->admin;
    bool done = !atomic_load(&admin->draining) &&
                admin->reload_now(admin->reload_context);
    struct snapshot *snapshot = reload_current(admin->reload);

    ask->status = done ? 200 : 409;
    page_put(ask->page, "{");
    page_member(ask->page, "outcome", done ? "done" : "failed");
    page_member(ask->page, "generation",
                snapshot ? wb_engine_generation(snapshot->engine) : "-");
    page_raw(ask->page, "problems", "");
    reload_problems(admin->reload, ask->page);
    page_put(ask->page, "}\n");
}

void admin_lift(struct admin_ask *ask)
{
    char network[64], payer[128];

    if (!admin_parameter(ask, "network", network, sizeof network) ||
        !admin_parameter(ask, "payer", payer, sizeof payer)) {
        admin_fail(ask, 400, "bad_parameters", "network and payer are needed");
        return;
    }
    switch (wb_state_lift_lockout(ask->door->admin->state, network, payer,
                                  wall_clock())) {
    case WB_OK:
        page_put(ask->page, "{\"lifted\":true}\n");
        break;
    case WB_ERROR_ARGUMENT:
        admin_fail(ask, 404, "not_locked_out",
                   "nothing is known of this payer");
        break;
    default:
        admin_fail(ask, 503, "unavailable", "the store does not answer");
    }
}

/* ---- bodies of lines ---- */

struct tally {
    unsigned done, wrong, lost;
};

static void put_error(struct admin_ask *ask, unsigned number, const char *error)
{
    page_put(ask->page, "{\"line\":");
    page_number(ask->page, number);
    page_member(ask->page, "error", error ? error : "unreadable");
    page_put(ask->page, "}\n");
}

static void put_wrong(struct admin_ask *ask, unsigned number, const char *error,
                      struct tally *tally)
{
    tally->wrong++;
    put_error(ask, number, error);
}

static bool is_blank(struct wb_text line)
{
    for (size_t i = 0; i < line.size; i++) {
        if (line.data[i] != ' ' && line.data[i] != '\t' &&
            line.data[i] != '\r') {
            return false;
        }
    }
    return true;
}

/* 200 when any line was taken; each line of the answer tells of its own. */
static void take_lines(struct admin_ask *ask,
                       void (*take)(struct admin_ask *ask, struct wb_text line,
                                    unsigned number, struct tally *tally))
{
    struct wb_text rest = ask->body;
    struct tally tally = {0, 0, 0};

    ask->type = "application/x-ndjson";
    for (unsigned number = 1; rest.size > 0; number++) {
        const char *end = memchr(rest.data, '\n', rest.size);
        struct wb_text line = rest;

        line.size = end ? (size_t)(end - rest.data) : rest.size;
        rest.data += line.size + (end != NULL);
        rest.size -= line.size + (end != NULL);
        if (!is_blank(line)) {
            take(ask, line, number, &tally);
        }
    }
    if (tally.lost > 0) {
        ask->status = 503;
    } else if (tally.done == 0) {
        ask->status = 400;
    }
}

/* ---- outcomes ---- */

static void put_outcome(struct page *page, const struct wb_outcome *outcome)
{
    char room[2048];
    size_t size = wb_outcome_write(outcome, room, sizeof room);

    if (size <= sizeof room) {
        page_add(page, room, size);
    } else {
        page->failed = true;
    }
    page_put(page, "\n");
}

static void take_outcome(struct admin_ask *ask, struct wb_text line,
                         unsigned number, struct tally *tally)
{
    struct wb_outcome *outcome = ask->door->outcome;
    const char *error = NULL;

    if (wb_outcome_read(outcome, line.data, line.size, &error) != WB_OK) {
        put_wrong(ask, number, error, tally);
        return;
    }
    if (wb_outcome_report(outcome, ask->door->admin->state, wall_clock()) ==
        WB_OK) {
        tally->done++;
    } else {
        tally->lost++;
    }
    wb_audit_outcome(ask->door->admin->audit, outcome);
    put_outcome(ask->page, outcome);
}

void admin_outcomes(struct admin_ask *ask)
{
    take_lines(ask, take_outcome);
}

/* ---- demand ---- */

static void take_push(struct admin_ask *ask, struct wb_text line,
                      unsigned number, struct tally *tally)
{
    const char *error = NULL;

    switch (wb_state_push(ask->door->admin->state, ask->snapshot->engine,
                          line.data, line.size, wall_clock(), &error)) {
    case WB_OK:
        tally->done++;
        page_put(ask->page, "{\"result\":\"done\"}\n");
        break;
    case WB_ERROR_IO:
        tally->lost++;
        put_error(ask, number, error);
        break;
    default:
        put_wrong(ask, number, error, tally);
        break;
    }
}

void admin_push(struct admin_ask *ask)
{
    take_lines(ask, take_push);
}

/* ---- explaining ---- */

static void put_decision(struct admin_ask *ask,
                         const struct wb_request *request)
{
    size_t room = 64 * 1024, needed = 0;
    char *text = malloc(room);

    while (text != NULL) {
        char *larger;

        needed = wb_decision_write(request, WB_FORM_EXPLAIN, text, room);
        if (needed <= room) {
            break;
        }
        room = needed;
        larger = realloc(text, room);
        if (larger == NULL) {
            free(text);
        }
        text = larger;
    }
    ask->page->failed = text == NULL;
    if (text != NULL) {
        page_add(ask->page, text, needed);
        free(text);
    }
}

/* A record is decided anew under the generation that is asked for, without a
 * state: nothing is counted or claimed. */
void admin_explain(struct admin_ask *ask)
{
    struct wb_request *request = ask->door->request;
    struct wb_engine *engine = wb_engine_ref(ask->snapshot->engine);
    char generation[32];
    const char *error = NULL;

    if (admin_parameter(ask, "generation", generation, sizeof generation)) {
        wb_engine_unref(engine);
        engine = reload_generation(ask->door->admin->reload, generation);
    }
    if (engine == NULL) {
        admin_fail(ask, 404, "unknown_generation", "it is not kept");
        return;
    }
    if (wb_request_begin(request, engine, wall_clock()) != WB_OK) {
        ask->page->failed = true;
    } else if (wb_request_record(request, ask->body.data, ask->body.size,
                                 &error) == WB_ERROR_ARGUMENT) {
        admin_fail(ask, 400, "bad_record", error ? error : "unreadable");
    } else {
        wb_decide_blocking(request, NULL);
        ask->type = "text/plain; charset=utf-8";
        put_decision(ask, request);
    }
    wb_request_reset(request);
    wb_engine_unref(engine);
}
