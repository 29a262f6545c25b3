/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What moves prices, from and to JSON: a reading of the load or a rate of
 * exchange comes in as one object,
 *
 *   {"site":"default","demand":"feed","load":75.5}
 *   {"site":"default","asset":"usdc","rate":"0.9998"}
 *
 * and what is in force goes out. A site that is not named is the default one.
 * A member that is not known is an error: it may be a misspelt one.
 */
#include "base/json.h"
#include "decision.h"
#include "pricing/market.h"

#define PUSH_MAX 1024 /* bytes of an object, and of an item that goes out */

struct push_text {
    char site[PUSH_MAX], demand[PUSH_MAX], load[PUSH_MAX], asset[PUSH_MAX],
        rate[PUSH_MAX];
};

/* ---- in ---- */

static char *member_of(struct push_text *push, struct view name)
{
    const struct {
        struct view name;
        char *room;
    } members[] = {{VIEW("site"), push->site},
                   {VIEW("demand"), push->demand},
                   {VIEW("load"), push->load},
                   {VIEW("asset"), push->asset},
                   {VIEW("rate"), push->rate}};

    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (view_equal(members[i].name, name)) {
            return members[i].room;
        }
    }
    return NULL;
}

/* A string or a number as it is written; no NUL hides what follows it. */
static bool keep(struct json *json, char *room)
{
    enum json_kind kind = json_next(json);

    if ((kind != JSON_STRING && kind != JSON_NUMBER) || json->text.size == 0 ||
        json->text.size >= PUSH_MAX ||
        memchr(json->text.at, '\0', json->text.size)) {
        return false;
    }
    memcpy(room, json->text.at, json->text.size);
    room[json->text.size] = '\0';
    return true;
}

/* NULL, or what is wrong. */
static const char *read_push(struct push_text *push, struct view text)
{
    char scratch[PUSH_MAX];
    struct json json;

    memset(push, 0, sizeof *push);
    if (text.size > sizeof scratch) {
        return "too long";
    }
    json_start(&json, text, 1, scratch, sizeof scratch);
    if (json_next(&json) != JSON_OBJECT) {
        return "expected an object";
    }
    while (json_next(&json) == JSON_KEY) {
        char *room = member_of(push, json.text);

        if (!room) {
            return "expected site, demand and load, or site, asset and rate";
        }
        if (!keep(&json, room)) {
            return "expected a text or a number";
        }
    }
    if (json.kind != JSON_END || json_next(&json) != JSON_DONE) {
        return json.error ? json.error : "expected one object";
    }
    return NULL;
}

static const char load_wrong[] =
    "no demand of that name follows the load, or the load is not per cent";
static const char load_lost[] =
    "the store that all nodes share is lost: the load was not taken";
static const char rate_wrong[] =
    "the policy gives no such asset a rate, or the rate is no decimal above 0";
static const char rate_lost[] =
    "the store that all nodes share is lost: the rate holds on this node, and "
    "the others are told when it is there again";

static enum wb_status push_one(struct wb_state *state,
                               const struct wb_engine *engine,
                               struct push_text *push, int64_t now,
                               const char **wrong)
{
    bool loads = push->demand[0] && push->load[0];
    bool rates = push->asset[0] && push->rate[0];
    struct view id = engine->sites[0].id;
    enum wb_status status;

    if (loads == rates || (loads && (push->asset[0] || push->rate[0])) ||
        (rates && (push->demand[0] || push->load[0]))) {
        *wrong = "expected demand and load, or asset and rate";
        return WB_ERROR_ARGUMENT;
    }
    if (!push->site[0] && id.size < sizeof push->site) {
        memcpy(push->site, id.at, id.size);
    }
    status = loads ? wb_state_push_load(state, engine, push->site, push->demand,
                                        push->load, now)
                   : wb_state_push_rate(state, engine, push->site, push->asset,
                                        push->rate, now);
    *wrong = status == WB_OK         ? NULL
             : status == WB_ERROR_IO ? (loads ? load_lost : rate_lost)
                                     : (loads ? load_wrong : rate_wrong);
    return status;
}

enum wb_status wb_state_push(struct wb_state *state,
                             const struct wb_engine *engine, const char *json,
                             size_t size, int64_t now, const char **error)
{
    struct push_text push;
    const char *wrong = state && engine && json
                            ? read_push(&push, view_of(json, size))
                            : "no state";
    enum wb_status status = WB_ERROR_ARGUMENT;

    if (!wrong) {
        status = push_one(state, engine, &push, now, &wrong);
    }
    if (error) {
        *error = wrong;
    }
    return status;
}

/* ---- out ---- */

struct list {
    wb_sink *sink;
    void *context;
    bool comma;
};

static void put(struct list *list, const struct text *item)
{
    if (item->cut) {
        return; /* names that long are not told */
    }
    if (list->comma) {
        list->sink(list->context, ",", 1);
    }
    list->comma = true;
    list->sink(list->context, item->at, item->size);
}

static void put_decimal(struct json_writer *w, const char *key, uint64_t n,
                        unsigned decimals)
{
    char room[96];
    struct text text = text_in(room, sizeof room);
    struct amount amount = amount_from_u64(n);

    amount_write_decimal(&text, &amount, decimals);
    json_member(w, key, text_view(&text));
}

static void put_demand(struct list *list, const struct wb_state *state,
                       const struct site *site, const struct demand *demand,
                       int64_t now)
{
    char room[PUSH_MAX];
    struct text text = text_in(room, sizeof room);
    struct json_writer w = {&text, false};

    json_open_object(&w);
    json_member(&w, "site", site->id);
    json_member(&w, "demand", demand->name);
    json_member(&w, "signal", view_text(demand_signals[demand->signal]));
    put_decimal(&w, "multiplier",
                market_multiplier(&state->market, demand, now), 6);
    json_close_object(&w);
    put(list, &text);
}

static void put_rate(struct list *list, const struct wb_state *state,
                     const struct site *site, const struct asset *asset,
                     int64_t now)
{
    char room[PUSH_MAX];
    struct text text = text_in(room, sizeof room);
    struct json_writer w = {&text, false};
    struct rate rate = market_rate(&state->market, site->policy, asset, now);

    json_open_object(&w);
    json_member(&w, "site", site->id);
    json_member(&w, "asset", asset->name);
    json_member(&w, "currency", asset->currency);
    put_decimal(&w, "rate", rate.mantissa, rate.decimals);
    json_close_object(&w);
    put(list, &text);
}

void wb_state_demand(const struct wb_state *state,
                     const struct wb_engine *engine, int64_t now, wb_sink *sink,
                     void *context)
{
    struct list list = {sink, context, false};

    sink(context, "{\"demand\":[", 11);
    for (size_t i = 0; i < engine->site_count; i++) {
        const struct policy *policy = engine->sites[i].policy;

        for (size_t k = 0; k < policy->demand_count; k++) {
            put_demand(&list, state, &engine->sites[i], policy->demands[k],
                       now);
        }
    }
    sink(context, "],\"rates\":[", 11);
    list.comma = false;
    for (size_t i = 0; i < engine->site_count; i++) {
        const struct policy *policy = engine->sites[i].policy;

        for (size_t k = 0; k < policy->asset_count; k++) {
            if (policy->assets[k].currency.at) {
                put_rate(&list, state, &engine->sites[i], &policy->assets[k],
                         now);
            }
        }
    }
    sink(context, "]}", 2);
}
