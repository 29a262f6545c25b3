/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may ask what of the admin listener. Nothing is done before the token
 * was looked at; a body is read only for who may send it.
 */
#include "sidecar/admin.h"

#include <stdlib.h>
#include <string.h>

#include "sidecar/head.h"

struct row {
    const char *method, *path;
    unsigned scope; /* 0: none is needed */
    bool body, outcomes;
    void (*run)(struct admin_ask *ask);
};

static const struct row rows[] = {
    {"GET", "/healthz", 0, false, true, admin_health},
    {"GET", "/readyz", 0, false, true, admin_ready},
    {"GET", "/metrics", 0, false, false, admin_metrics},
    {"GET", "/v1/status", WB_SCOPE_READ, false, false, admin_status},
    {"GET", "/v1/generations", WB_SCOPE_READ, false, false, admin_generations},
    {"POST", "/v1/explain", WB_SCOPE_READ, true, false, admin_explain},
    {"GET", "/v1/lockouts", WB_SCOPE_READ, false, false, admin_lockouts},
    {"DELETE", "/v1/lockouts", WB_SCOPE_ADMIN, false, false, admin_lift},
    {"POST", "/v1/reload", WB_SCOPE_ADMIN, false, false, admin_reload},
    {"GET", "/v1/demand", WB_SCOPE_READ, false, false, admin_demand},
    {"POST", "/v1/demand", WB_SCOPE_DEMAND, true, false, admin_push},
    {"POST", "/v1/outcomes", WB_SCOPE_OUTCOMES, true, true, admin_outcomes},
};
#define ROWS (sizeof rows / sizeof *rows)

/* ---- answers ---- */

void admin_fail(struct admin_ask *ask, unsigned status, const char *error,
                const char *message)
{
    page_start(ask->page);
    ask->status = status;
    ask->type = "application/json";
    page_put(ask->page, "{");
    page_member(ask->page, "error", error);
    page_member(ask->page, "message", message);
    page_put(ask->page, "}\n");
}

static enum server_step answer(const struct admin_ask *ask, struct exchange *x)
{
    if (ask->page->failed) {
        refusal_answer(REFUSE_MEMORY, x);
        return SERVER_ANSWER;
    }
    x->status = ask->status;
    exchange_set(x, text_of("Content-Type"),
                 text_of(ask->type ? ask->type : "application/json"));
    exchange_set(x, text_of("Cache-Control"), text_of("no-store"));
    if (ask->status == 401) {
        exchange_set(x, text_of("WWW-Authenticate"), text_of("Bearer"));
    }
    x->answer_body = (struct wb_text){ask->page->data, ask->page->size};
    return SERVER_ANSWER;
}

static enum server_step refuse(enum refusal refusal, struct exchange *x,
                               const char *allow)
{
    refusal_answer(refusal, x);
    if (allow != NULL) {
        exchange_set(x, text_of("Allow"), text_of(allow));
    }
    return SERVER_ANSWER;
}

/* ---- who may ---- */

/* The token of "Authorization: Bearer TOKEN"; nothing unless it came once. */
static struct wb_text find_token(const struct exchange *x)
{
    struct wb_text token = {NULL, 0};
    unsigned times = 0;

    for (size_t i = 0; i < x->field_count; i++) {
        struct wb_text value = x->fields[i].value;

        if (text_is_fold(x->fields[i].name, text_of("authorization"))) {
            times++;
            if (value.size > 7 && text_is_fold((struct wb_text){value.data, 7},
                                               text_of("bearer "))) {
                token = (struct wb_text){value.data + 7, value.size - 7};
            }
        }
    }
    return times == 1 ? token : (struct wb_text){NULL, 0};
}

static bool may(struct admin_ask *ask, const struct row *row,
                const struct exchange *x)
{
    const struct wb_engine *engine = ask->snapshot->engine;
    struct wb_text token = find_token(x);
    unsigned scopes;

    if (row->scope == 0) {
        return true;
    }
    if (!wb_engine_has_tokens(engine)) {
        admin_fail(ask, 403, "no_tokens",
                   "admin.tokens is not set in the configuration");
        return false;
    }
    scopes = token.size ? wb_engine_scopes(engine, token.data, token.size) : 0;
    if (scopes == 0) {
        admin_fail(ask, 401, "unauthorized", "a token is needed");
        return false;
    }
    if ((scopes & row->scope) == 0) {
        admin_fail(ask, 403, "forbidden", "this token is for something else");
        return false;
    }
    return true;
}

/* ---- which row ---- */

static struct wb_text path_of(const struct exchange *x, struct wb_text *query)
{
    struct wb_text path = x->target;
    const char *mark = memchr(path.data, '?', path.size);

    *query = (struct wb_text){NULL, 0};
    if (mark != NULL) {
        query->data = mark + 1;
        query->size = path.size - (size_t)(mark + 1 - path.data);
        path.size = (size_t)(mark - path.data);
    }
    return path;
}

static bool is_method(struct wb_text method, const char *wanted)
{
    return text_is(method, wanted) ||
           (strcmp(wanted, "GET") == 0 && text_is(method, "HEAD"));
}

/* The row; else NULL, and the methods of the path that were meant, if any. */
static const struct row *find_row(const struct admin_door *door,
                                  struct wb_text method, struct wb_text path,
                                  const char **allow)
{
    *allow = NULL;
    for (size_t i = 0; i < ROWS; i++) {
        if (!text_is(path, rows[i].path) ||
            (door->outcomes_only && !rows[i].outcomes)) {
            continue;
        }
        if (is_method(method, rows[i].method)) {
            return &rows[i];
        }
        if (strcmp(rows[i].method, "GET") == 0) {
            *allow = "GET, HEAD";
        } else if (*allow == NULL) {
            *allow = rows[i].method;
        } else {
            *allow = strcmp(rows[i].method, "DELETE") == 0 ? "GET, HEAD, DELETE"
                                                           : "GET, HEAD, POST";
        }
    }
    return NULL;
}

bool admin_parameter(const struct admin_ask *ask, const char *name, char *out,
                     size_t room)
{
    const char *at = ask->query.data, *end = at + ask->query.size;
    size_t name_size = strlen(name), size = 0;

    while (at < end) {
        const char *stop = memchr(at, '&', (size_t)(end - at));

        stop = stop ? stop : end;
        if ((size_t)(stop - at) > name_size && at[name_size] == '=' &&
            memcmp(at, name, name_size) == 0) {
            at += name_size + 1;
            break;
        }
        at = stop + 1;
    }
    for (; at < end && *at != '&'; at++) {
        if (size + 1 >= room) {
            return false;
        }
        if (*at == '%' && end - at > 2) {
            char digits[3] = {at[1], at[2], '\0'}, *last;

            out[size++] = (char)strtoul(digits, &last, 16);
            if (*last != '\0' || out[size - 1] == '\0') {
                return false;
            }
            at += 2;
        } else {
            out[size++] = *at;
        }
    }
    out[size < room ? size : room - 1] = '\0';
    return size > 0;
}

/* ---- the server's calls ---- */

static struct admin_ask ask_of(struct admin_door *door,
                               struct snapshot *snapshot)
{
    page_start(&door->page);
    return (struct admin_ask){
        .door = door, .snapshot = snapshot, .page = &door->page, .status = 200};
}

static enum server_step run(struct admin_door *door, struct exchange *x,
                            bool body_is_read)
{
    struct snapshot *snapshot = reload_current(door->admin->reload);
    const char *allow;
    struct wb_text query, path = path_of(x, &query);
    const struct row *row = find_row(door, x->method, path, &allow);
    struct admin_ask ask = ask_of(door, snapshot);

    if (row == NULL) {
        return refuse(allow ? REFUSE_METHOD : REFUSE_PATH, x, allow);
    }
    if (snapshot == NULL) {
        return refuse(REFUSE_MEMORY, x, NULL);
    }
    if (!may(&ask, row, x)) {
        return answer(&ask, x);
    }
    if (row->body && !body_is_read) {
        char *room = malloc(ADMIN_BODY_MAX);

        if (room == NULL) {
            return refuse(REFUSE_MEMORY, x, NULL);
        }
        x->body = (struct wb_text){room, ADMIN_BODY_MAX};
        return SERVER_BODY;
    }
    ask.query = query;
    ask.body = row->body ? x->body : ask.body;
    row->run(&ask);
    return answer(&ask, x);
}

static enum server_step on_head(void *context, struct exchange *x)
{
    enum refusal refusal = head_check(x);

    return refusal != REFUSE_NOT ? refuse(refusal, x, NULL)
                                 : run(context, x, false);
}

static enum server_step on_body(void *context, struct exchange *x)
{
    return x->body_over ? refuse(REFUSE_RECORD_LENGTH, x, NULL)
                        : run(context, x, true);
}

/* Does not happen: nothing waits here. */
static enum server_step on_nothing(void *context, struct exchange *x)
{
    (void)context;
    return refuse(REFUSE_PATH, x, NULL);
}

static void on_release(void *context, struct exchange *x)
{
    (void)context;
    free((void *)(uintptr_t)x->body.data);
    x->body = (struct wb_text){NULL, 0};
}

struct server_handler admin_handler(struct admin_door *door)
{
    return (struct server_handler){door, on_head, on_body, on_nothing,
                                   on_release};
}

bool admin_door_open(struct admin_door *door, struct admin *admin,
                     bool outcomes_only)
{
    *door = (struct admin_door){.admin = admin,
                                .outcomes_only = outcomes_only,
                                .outcome = wb_outcome_new(),
                                .request = wb_request_new()};
    return door->outcome != NULL && door->request != NULL;
}

void admin_door_close(struct admin_door *door)
{
    page_free(&door->page);
    wb_outcome_free(door->outcome);
    wb_request_free(door->request);
}
