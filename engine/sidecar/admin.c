/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of the admin listener. Text grows in a buffer of this thread's
 * that is kept for the next time; the admin server has one thread.
 */
#include "sidecar/admin.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sidecar/clock.h"
#include "sidecar/head.h"
#include "sidecar/metrics.h"
#include "sidecar/watch.h"

#define TEXT_MAX (16 * 1024 * 1024)

struct text {
    char *data;
    size_t size, room;
    bool failed;
};

static void text_add(void *context, const char *data, size_t size)
{
    struct text *text = context;

    if (text->failed || size > TEXT_MAX - text->size) {
        text->failed = true;
        return;
    }
    if (text->room - text->size < size) {
        size_t room = (text->size + size) * 2;
        char *grown = realloc(text->data, room);

        if (grown == NULL) {
            text->failed = true;
            return;
        }
        text->data = grown;
        text->room = room;
    }
    memcpy(text->data + text->size, data, size);
    text->size += size;
}

static void text_put(struct text *text, const char *string)
{
    text_add(text, string, strlen(string));
}

static void text_quote(struct text *text, const char *string)
{
    char quoted[1024];
    size_t size = wb_json_quote(string, strlen(string), quoted, sizeof quoted);

    if (size > sizeof quoted) {
        text_put(text, "\"...\"");
    } else {
        text_add(text, quoted, size);
    }
}

/* ---- /readyz ---- */

static void put_notices(struct text *text, const struct snapshot *snapshot,
                        const char *trouble)
{
    const char *notice = wb_engine_notice(snapshot->engine);
    char warning[512];
    bool first = true;

    text_put(text, ",\"notices\":[");
    if (notice != NULL) {
        text_quote(text, notice);
        first = false;
    }
    if (trouble[0] != '\0') {
        text_put(text, first ? "" : ",");
        text_quote(text, trouble);
        first = false;
    }
    for (unsigned i = 0; i < snapshot->setup.listen_count; i++) {
        for (unsigned k = 0;
             watch_warning(i, k, &snapshot->setup, warning, sizeof warning);
             k++) {
            text_put(text, first ? "" : ",");
            text_quote(text, warning);
            first = false;
        }
    }
    text_put(text, "]");
}

/* Returns the status of the answer. A store that is lost does not make the
 * sidecar unready: whoever pays nothing does not need it. */
static unsigned write_ready(struct admin *admin,
                            const struct snapshot *snapshot, struct text *text,
                            bool draining)
{
    char trouble[512];
    enum wb_health health =
        wb_state_health(admin->state, trouble, sizeof trouble);
    bool ready = !draining && health != WB_HEALTH_UNFIT;

    text_put(text, ready ? "{\"ready\":true" : "{\"ready\":false");
    text_put(text, snapshot->setup.demo ? ",\"demo\":true" : ",\"demo\":false");
    text_put(text, ",\"draining\":");
    text_put(text, draining ? "true" : "false");
    text_put(text, ",\"mode\":");
    text_quote(text, snapshot->setup.mode);
    text_put(text, ",\"generation\":");
    text_quote(text, wb_engine_generation(snapshot->engine));
    text_put(text, ",\"last_reload_successful\":");
    text_put(text,
             reload_outcome(admin->reload).last_failed ? "false" : "true");
    text_put(text, ",\"store\":");
    text_quote(text, health == WB_HEALTH_GOOD       ? "good"
                     : health == WB_HEALTH_TROUBLED ? "troubled"
                                                    : "unfit");
    put_notices(text, snapshot, trouble);
    text_put(text, "}\n");
    return ready ? 200 : 503;
}

/* ---- /metrics ---- */

static void write_metrics(struct admin *admin, const struct snapshot *snapshot,
                          struct text *text)
{
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
    metrics_write(&now, text_add, text);
    wb_state_metrics(admin->state, snapshot->engine, text_add, text);
}

/* ---- the server's calls ---- */

static enum server_step answer_text(struct exchange *x, unsigned status,
                                    const char *type, const struct text *text)
{
    if (text->failed) {
        refusal_answer(REFUSE_MEMORY, x);
        return SERVER_ANSWER;
    }
    x->status = status;
    exchange_set(x, text_of("Content-Type"), text_of(type));
    exchange_set(x, text_of("Cache-Control"), text_of("no-store"));
    x->answer_body = (struct wb_text){text->data, text->size};
    return SERVER_ANSWER;
}

static enum server_step answer_path(struct admin *admin, struct exchange *x)
{
    static struct text text; /* of the one thread */
    struct snapshot *snapshot = reload_current(admin->reload);
    bool draining = atomic_load(&admin->draining);

    text.size = 0;
    text.failed = snapshot == NULL;
    if (text_is(x->target, "/healthz")) {
        text_put(&text, "ok\n");
        return answer_text(x, 200, "text/plain", &text);
    }
    if (text_is(x->target, "/readyz") && snapshot != NULL) {
        unsigned status = write_ready(admin, snapshot, &text, draining);

        return answer_text(x, status, "application/json", &text);
    }
    if (text_is(x->target, "/metrics") && snapshot != NULL) {
        write_metrics(admin, snapshot, &text);
        return answer_text(x, 200, "text/plain; version=0.0.4", &text);
    }
    refusal_answer(REFUSE_PATH, x);
    return SERVER_ANSWER;
}

static enum server_step on_head(void *context, struct exchange *x)
{
    enum refusal refusal = head_check(x);

    if (refusal == REFUSE_NOT && !text_is(x->method, "GET") &&
        !text_is(x->method, "HEAD")) {
        refusal = REFUSE_METHOD;
    }
    if (refusal != REFUSE_NOT) {
        refusal_answer(refusal, x);
        if (refusal == REFUSE_METHOD) {
            exchange_set(x, text_of("Allow"), text_of("GET, HEAD"));
        }
        return SERVER_ANSWER;
    }
    return answer_path(context, x);
}

/* Neither happens: on_head asks for no body and never waits. */
static enum server_step on_nothing(void *context, struct exchange *x)
{
    (void)context;
    refusal_answer(REFUSE_PATH, x);
    return SERVER_ANSWER;
}

static void on_release(void *context, struct exchange *x)
{
    (void)context, (void)x;
}

struct server_handler admin_handler(struct admin *admin)
{
    return (struct server_handler){admin, on_head, on_nothing, on_nothing,
                                   on_release};
}
