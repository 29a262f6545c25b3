/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public functions about snapshots, problems and state. A snapshot is
 * made by load.c and ends in snapshot.c; requests are in wb_request.c;
 * deciding is in decide.c.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/problems.h"
#include "counters.h"
#include "headers.h"
#include "load.h"
#include "outcomes.h"
#include "payment/recover.h"
#include "pricing/publish.h"
#include "request/field.h"

const char *wb_version(void)
{
    return WB_VERSION;
}

const char *wb_features(void)
{
    static const char *const names[2][2][2] = {
        {{"x402 memory", "x402 memory secp256k1"},
         {"x402 memory valkey", "x402 memory valkey secp256k1"}},
        {{"x402 memory lmdb", "x402 memory lmdb secp256k1"},
         {"x402 memory lmdb valkey", "x402 memory lmdb valkey secp256k1"}}};
    return names[store_lmdb_available()][store_valkey_available()]
                [recover_available()];
}

/* ---- problems ---- */

struct wb_problems *wb_problems_new(void)
{
    return (struct wb_problems *)problems_new();
}

static struct problems *list_of(const struct wb_problems *problems)
{
    return (struct problems *)problems;
}

void wb_problems_free(struct wb_problems *problems)
{
    problems_free(list_of(problems));
}

size_t wb_problems_count(const struct wb_problems *problems)
{
    return problems_count(list_of(problems));
}

size_t wb_problems_errors(const struct wb_problems *problems)
{
    return problems_errors(list_of(problems));
}

size_t wb_problems_warnings(const struct wb_problems *problems)
{
    return problems_warnings(list_of(problems));
}

const char *wb_problem_text(const struct wb_problems *problems, size_t i)
{
    return problems_text(list_of(problems), i);
}

int wb_problem_is_error(const struct wb_problems *problems, size_t i)
{
    return problems_level(list_of(problems), i) == PROBLEM_ERROR;
}

const char *wb_problem_code(const struct wb_problems *problems, size_t i)
{
    return problems_code(list_of(problems), i);
}

const char *wb_problem_message(const struct wb_problems *problems, size_t i)
{
    return problems_message(list_of(problems), i);
}

struct wb_problem_place wb_problem_place(const struct wb_problems *problems,
                                         size_t i)
{
    const struct problems *list = list_of(problems);
    return (struct wb_problem_place){problems_file(list, i),
                                     problems_line(list, i),
                                     problems_column(list, i)};
}

/* ---- engines ---- */

enum wb_status wb_engine_load(const char *path, struct wb_problems *problems,
                              struct wb_engine **engine)
{
    if (!engine) {
        return WB_ERROR_ARGUMENT;
    }
    if (!hash_start()) {
        return WB_ERROR_IO;
    }
    struct wb_problems *own = problems ? NULL : wb_problems_new();
    if (!problems && !own) {
        return WB_ERROR_MEMORY;
    }
    enum wb_status status =
        engine_load(path, list_of(problems ? problems : own), engine);
    wb_problems_free(own);
    return status;
}

const char *wb_engine_generation(const struct wb_engine *engine)
{
    return engine->generation;
}

const char *wb_engine_notice(const struct wb_engine *engine)
{
    return engine->notice;
}

size_t wb_engine_rules(const struct wb_engine *engine)
{
    return engine->rule_count;
}

size_t wb_engine_examples(const struct wb_engine *engine)
{
    return engine->example_count;
}

static int compare_setting(const void *path, const void *setting)
{
    return strcmp(path, ((const struct setting *)setting)->path);
}

const char *wb_engine_setting(const struct wb_engine *engine, const char *path)
{
    const struct setting *found =
        bsearch(path, engine->settings, engine->setting_count,
                sizeof *engine->settings, compare_setting);
    return found ? found->text : NULL;
}

const char *wb_engine_list(const struct wb_engine *engine, size_t i,
                           const char **kind, int64_t *date, size_t *entries)
{
    if (i >= engine->lists.count) {
        return NULL;
    }
    const struct dated_list *list = &engine->lists.items[i];
    if (kind) {
        *kind = list->kind;
    }
    if (date) {
        *date = list->date;
    }
    if (entries) {
        *entries = list->entries;
    }
    return list->name;
}

const char *wb_engine_data_file(const struct wb_engine *engine, size_t i)
{
    return i < engine->lists.file_count ? engine->lists.files[i] : NULL;
}

int wb_engine_same_configuration(const struct wb_engine *one,
                                 const struct wb_engine *other)
{
    return memcmp(one->configuration, other->configuration,
                  sizeof one->configuration) == 0;
}

/* Of a list that NULL ends. */
static const char *nth(const char *const *names, size_t i)
{
    for (; *names; names++, i--) {
        if (i == 0) {
            return *names;
        }
    }
    return NULL;
}

const char *wb_engine_header_name(const struct wb_engine *engine, size_t i)
{
    (void)engine;
    return nth(
        engine->profile == PROFILE_AWS_WAF ? aws_headers : injected_headers, i);
}

const char *wb_engine_payment_name(const struct wb_engine *engine, size_t i)
{
    const struct payment_settings *payments = &engine->payments;
    for (size_t k = 0; k < payments->header_count; k++) {
        const struct payment_header *header = &payments->headers[k];
        if (header->protocol != PROTOCOL_NONE && i-- == 0) {
            return header->name.at;
        }
    }
    return NULL;
}

int wb_engine_pays(const struct wb_engine *engine, struct wb_text name,
                   struct wb_text value)
{
    struct header header = {.name = view_of(name.data, name.size),
                            .value = view_of(value.data, value.size)};
    return payment_line_pays(&engine->payments, &header);
}

/* A sink for texts as views, over the caller's. */
struct outlet {
    wb_sink *sink;
    void *context;
};

static void outlet_write(void *context, struct view text)
{
    const struct outlet *outlet = context;
    outlet->sink(outlet->context, text.at, text.size);
}

enum wb_status wb_engine_dump(const struct wb_engine *engine, enum wb_dump what,
                              wb_sink *sink, void *context)
{
    struct outlet outlet = {sink, context};
    for (size_t i = 0; i < engine->site_count; i++) {
        const struct site *site = &engine->sites[i];
        const struct program *program = engine->rulesets[site->ruleset].program;
        if (engine->site_count > 1) {
            outlet_write(&outlet, VIEW("# site "));
            outlet_write(&outlet, site->id);
            outlet_write(&outlet, VIEW("\n"));
        }
        switch (what) {
        case WB_DUMP_PROGRAM:
            program_dump(program, outlet_write, &outlet);
            break;
        case WB_DUMP_PRICES:
            policy_dump(site->policy, program, outlet_write, &outlet);
            break;
        default:
            return WB_ERROR_ARGUMENT;
        }
    }
    return WB_OK;
}

enum wb_status wb_engine_publish(const struct wb_engine *engine,
                                 enum wb_publication what, const char *site,
                                 const char *base, wb_sink *sink, void *context)
{
    static const enum publication forms[] = {
        [WB_PUBLISH_PRICES] = PUBLISH_PRICES,
        [WB_PUBLISH_RSL] = PUBLISH_RSL,
        [WB_PUBLISH_ROBOTS] = PUBLISH_ROBOTS,
        [WB_PUBLISH_LLMS] = PUBLISH_LLMS,
        [WB_PUBLISH_BAZAAR] = PUBLISH_BAZAAR};
    struct outlet outlet = {sink, context};
    if (!base || (size_t)what >= sizeof forms / sizeof *forms) {
        return WB_ERROR_ARGUMENT;
    }
    for (size_t i = 0; i < engine->site_count; i++) {
        const struct site *one = &engine->sites[i];
        if (site ? view_equal(one->id, view_text(site)) : i == 0) {
            return policy_publish(
                       one->policy, engine->rulesets[one->ruleset].program,
                       forms[what], view_text(base), outlet_write, &outlet)
                       ? WB_OK
                       : WB_ERROR_MEMORY;
        }
    }
    return WB_ERROR_ARGUMENT;
}

void wb_fields_write(wb_sink *sink, void *context)
{
    static const char *const types[] = {
        [FIELD_TYPE_TEXT] = "text",       [FIELD_TYPE_NUMBER] = "number",
        [FIELD_TYPE_AMOUNT] = "amount",   [FIELD_TYPE_BOOL] = "bool",
        [FIELD_TYPE_ADDRESS] = "address", [FIELD_TYPE_LABEL] = "label",
    };
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const struct field_row *row = &field_rows[i];
        char name[64];
        char line[256];
        snprintf(name, sizeof name, "%s%s", row->name,
                 row->takes_parameter ? "NAME" : "");
        int n = snprintf(line, sizeof line, "%-18s %-8s %s\n", name,
                         types[row->type], row->doc);
        sink(context, line, (size_t)n);
    }
}

size_t wb_json_quote(const char *data, size_t size, char *out, size_t room)
{
    /* A byte takes at most six ("\u001b"). */
    struct text text = text_in(out, room);
    struct json_writer w = {&text, false};
    json_string(&w, view_of(data, size));
    return text.cut ? size * 6 + 2 : text.size;
}

/* ---- state ---- */

/* Asks remembered, of ten seconds; what finds no room counts as new. */
#define ASKS 65536

static enum wb_status state_new(const struct wb_engine *engine, bool replay,
                                const char *folder, struct problems *problems,
                                struct wb_state **out)
{
    static const unsigned char fixed[16] = "weighbridge";
    if (!hash_start()) {
        return WB_ERROR_IO;
    }
    struct wb_state *state = calloc(1, sizeof *state);
    if (!state) {
        return WB_ERROR_MEMORY;
    }
    state->replay = replay;
    if (replay) {
        memcpy(state->key, fixed, sizeof fixed);
    } else {
        hash_random(state->key, sizeof state->key);
    }
    state->rates = rates_new(engine->rate_entries, state->key);
    state->nonces = nonces_new(engine->nonce_entries, state->key);
    state->asks = nonces_new(ASKS, state->key);
    state->counters = counters_new();
    state->outcomes = outcomes_new();
    enum wb_status status =
        !state->rates || !state->nonces || !state->asks || !state->counters ||
                !state->outcomes
            ? WB_ERROR_MEMORY
            : state_open_store(engine, folder, problems, state);
    if (status == WB_OK) {
        state->market.store = state->store;
        state->market.meters = meters_open(state->store);
        status = state->market.meters ? WB_OK : WB_ERROR_MEMORY;
    }
    if (status != WB_OK) {
        wb_state_close(state);
        return status;
    }
    *out = state;
    return WB_OK;
}

enum wb_status wb_state_open(const struct wb_engine *engine,
                             struct wb_problems *problems,
                             struct wb_state **state)
{
    return state_new(engine, false, NULL, list_of(problems), state);
}

enum wb_status wb_state_open_in(const struct wb_engine *engine,
                                const char *folder,
                                struct wb_problems *problems,
                                struct wb_state **state)
{
    return state_new(engine, false, folder, list_of(problems), state);
}

enum wb_status wb_state_open_replay(const struct wb_engine *engine,
                                    struct wb_state **state)
{
    return state_new(engine, true, NULL, NULL, state);
}

void wb_state_close(struct wb_state *state)
{
    if (!state) {
        return;
    }
    if (state->store) {
        state->store->ops->close(state->store);
    }
    meters_close(state->market.meters);
    rates_free(state->rates);
    nonces_free(state->nonces);
    nonces_free(state->asks);
    counters_free(state->counters);
    outcomes_free(state->outcomes);
    free(state);
}
