/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public functions about one request: making it, giving it facts, and
 * reading its decision. Memory is made here, at begin, when the engine is
 * not the one that the request was last used with; never while deciding.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "memo.h"
#include "request/fill.h"
#include "request/record.h"

struct wb_request *wb_request_new(void)
{
    struct wb_request *r = calloc(1, sizeof *r);
    if (!r || !hash_start()) {
        free(r);
        return NULL;
    }
    r->workspace = arena_new_fixed(WORKSPACE_SIZE);
    if (!r->workspace) {
        free(r);
        return NULL;
    }
    return r;
}

static void drop_evaluations(struct wb_request *r)
{
    for (size_t i = 0; i < r->evaluation_count; i++) {
        evaluation_free(r->evaluations[i]);
    }
    free(r->evaluations);
    free(r->values);
    free(r->fill);
    free(r->rates);
    r->evaluations = NULL;
    r->values = NULL;
    r->fill = NULL;
    r->rates = NULL;
    r->evaluation_count = 0;
    r->prepared_for = 0;
}

/* While a store works on it, it is the store's too: better lost than freed. */
void wb_request_free(struct wb_request *r)
{
    if (r && !decision_is_held(r)) {
        wb_request_reset(r);
        wb_request_free(r->shadow);
        drop_evaluations(r);
        arena_free(r->workspace);
        free(r);
    }
}

/* Memory for every ruleset of the engine; values and rates are shared by
 * them, because a request runs one. */
static bool make_evaluations(struct wb_request *r, struct wb_engine *engine)
{
    size_t slots = 1;
    size_t rates = 1;
    drop_evaluations(r);
    r->evaluations = calloc(engine->ruleset_count, sizeof *r->evaluations);
    if (!r->evaluations) {
        return false;
    }
    for (size_t i = 0; i < engine->ruleset_count; i++) {
        const struct ruleset *set = &engine->rulesets[i];
        r->evaluations[i] = evaluation_new(set->program);
        if (!r->evaluations[i]) {
            return false;
        }
        r->evaluation_count = i + 1;
        slots = plan_slots(set->plan) > slots ? plan_slots(set->plan) : slots;
        rates = program_rates(set->program) > rates
                    ? program_rates(set->program)
                    : rates;
    }
    r->values = calloc(slots, sizeof *r->values);
    r->fill = calloc(1, sizeof *r->fill);
    r->rates = calloc(rates, sizeof *r->rates);
    r->prepared_for = engine->serial;
    return r->values && r->fill && r->rates && memos_add(engine);
}

/* All that a request before this one left behind. What is large is emptied
 * where it was filled. */
static void start_over(struct wb_request *r)
{
    arena_reset(r->workspace);
    request_clear(&r->facts);
    if (r->payment.protocol != PROTOCOL_NONE || r->payment.unknown) {
        memset(&r->payment, 0, sizeof r->payment);
    }
    r->wba.state = WBA_NONE;
    r->load = VIEW_NONE;
    r->held = false;
    r->quote = VIEW_NONE;
    memset(&r->judgement, 0, sizeof r->judgement);
    r->proof = PROOF_NONE;
    memset(&r->denial, 0, sizeof r->denial);
    r->call.answer = (struct claim_answer){0};
    r->label = VIEW_NONE;
    r->proxy_id = VIEW_NONE;
    r->again = false;
    memset(r->ask, 0, sizeof r->ask);
    r->site = NULL;
    r->ruleset = NULL;
    r->evaluation = NULL;
    r->finished = 0;
    r->sketch = NULL;
    r->state = NULL;
    r->unread = false;
    r->cannot_strip = false;
    r->cut = false;
    r->count = false;
    r->forward = false;
    r->would_claim = false;
    r->payment_state = PAYMENT_NONE;
    r->status = 0;
    r->header_count = 0;
    r->body = VIEW_NONE;
    r->answer = text_in(r->answer_room, sizeof r->answer_room);
}

enum wb_status wb_request_begin(struct wb_request *r, struct wb_engine *engine,
                                int64_t now)
{
    if (!r || !engine || decision_is_held(r)) {
        return WB_ERROR_ARGUMENT;
    }
    wb_request_reset(r);
    if (r->prepared_for != engine->serial && !make_evaluations(r, engine)) {
        drop_evaluations(r);
        return WB_ERROR_MEMORY;
    }
    if (engine->shadow && !r->shadow) {
        r->shadow = wb_request_new();
        if (!r->shadow) {
            return WB_ERROR_MEMORY;
        }
    }
    start_over(r);
    r->differs = 0;
    r->engine = wb_engine_ref(engine);
    r->facts.time = now;
    r->step = STEP_FILLING;
    return WB_OK;
}

void wb_request_reset(struct wb_request *r)
{
    if (r && r->step != STEP_EMPTY && !decision_is_held(r)) {
        wb_request_reset(r->shadow);
        wb_engine_unref(r->engine);
        r->engine = NULL;
        r->step = STEP_EMPTY;
    }
}

/* ---- facts ---- */

enum wb_status wb_request_fact(struct wb_request *r, enum wb_fact fact,
                               const char *data, size_t size)
{
#define AT(member) offsetof(struct wb_request, member)
    static const size_t places[] = {
        [WB_METHOD] = AT(facts.method),
        [WB_SCHEME] = AT(facts.scheme),
        [WB_HTTP_VERSION] = AT(facts.http_version),
        [WB_HOST] = AT(facts.host),
        [WB_TARGET] = AT(facts.target),
        [WB_CLIENT_IP] = AT(facts.client_ip),
        [WB_JA3] = AT(facts.ja3),
        [WB_JA4] = AT(facts.ja4),
        [WB_TRANSPORT] = AT(facts.transport),
        [WB_REQUEST_ID] = AT(facts.id),
        [WB_LOAD] = AT(load),
    };
#undef AT
    struct view given = view_of(data, data ? size : 0);
    if (r->step != STEP_FILLING ||
        (size_t)fact >= sizeof places / sizeof *places) {
        return WB_ERROR_ARGUMENT;
    }
    memcpy((char *)r + places[fact], &given, sizeof given);
    if (fact == WB_REQUEST_ID) {
        r->proxy_id = given;
    }
    return WB_OK;
}

enum wb_status wb_request_header(struct wb_request *r, const char *name,
                                 size_t name_size, const char *value,
                                 size_t value_size)
{
    if (r->step != STEP_FILLING) {
        return WB_ERROR_ARGUMENT;
    }
    return request_add_header(&r->facts, view_of(name, name_size),
                              view_of(value, value_size))
               ? WB_OK
               : WB_ERROR_LIMIT;
}

void wb_request_answers_only(struct wb_request *r, int only)
{
    r->answers_only = only != 0;
}

void wb_request_recall(struct wb_request *r, struct wb_recall *recall)
{
    r->recall = recall;
}

void wb_request_transport_flags(struct wb_request *r, unsigned flags)
{
    if (r->step == STEP_FILLING) {
        r->facts.order_kept = flags & WB_ORDER_KEPT;
        r->cannot_strip = flags & WB_CANNOT_STRIP;
    }
}

enum wb_status wb_request_headers_known(struct wb_request *r,
                                        const struct wb_text *names,
                                        size_t count)
{
    if (r->step != STEP_FILLING) {
        return WB_ERROR_ARGUMENT;
    }
    struct view *known =
        arena_array(r->workspace, count ? count : 1, sizeof *known);
    if (!known) {
        r->facts.overflow = true; /* what is absent cannot be told */
        return WB_ERROR_LIMIT;
    }
    for (size_t i = 0; i < count; i++) {
        known[i] = view_of(names[i].data, names[i].size);
    }
    r->facts.headers_limited = true;
    r->facts.headers_known = known;
    r->facts.headers_known_count = count;
    return WB_OK;
}

enum wb_status wb_request_record(struct wb_request *r, const char *json,
                                 size_t size, const char **error)
{
    if (r->step != STEP_FILLING) {
        return WB_ERROR_ARGUMENT;
    }
    struct record record = {.request = &r->facts};
    int64_t now = r->facts.time;
    r->unread = false;
    if (!record_read(&record, view_of(json, size), r->workspace)) {
        if (error) {
            *error = record.error;
        }
        r->facts.time = now;
        r->unread = true;
        return WB_ERROR_ARGUMENT;
    }
    if (!record.has_time) {
        r->facts.time = now;
    }
    r->label = record.label;
    return WB_OK;
}

/* ---- the decision ---- */

static struct wb_text text_of(struct view v)
{
    return (struct wb_text){v.at, v.size};
}

struct wb_text wb_request_label(const struct wb_request *r)
{
    return text_of(r->label);
}

int64_t wb_request_time(const struct wb_request *r)
{
    return r->facts.time;
}

/* A decision is read when it is made and until it is reset; not that of the
 * request before. */
unsigned wb_decision_status(const struct wb_request *r)
{
    return r->step == STEP_DONE ? r->status : 0;
}

int wb_decision_header(const struct wb_request *r, size_t i,
                       struct wb_text *name, struct wb_text *value)
{
    if (r->step != STEP_DONE || i >= r->header_count) {
        return 0;
    }
    *name = text_of(view_text(r->headers[i].name));
    *value = text_of(r->headers[i].value);
    return 1;
}

struct wb_text wb_decision_body(const struct wb_request *r)
{
    return text_of(r->step == STEP_DONE ? r->body : VIEW_NONE);
}
