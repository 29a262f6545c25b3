/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stand-in for the engine, linked with the sidecar alone: it shows what
 * the door understood, and does what it is told, waiting included.
 *
 *   sidecar-alone [FILE]      FILE: settings as lines KEY=VALUE
 *
 * Allow: each fact comes back as X-Fact-NAME, the names of the headers in
 * order as X-Fact-Headers. Headers of the request that it obeys:
 *   X-Deny: 409               the decision's status
 *   X-Wait: 20                wait so many milliseconds; -1: woken at once
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "sidecar/sidecar.h"
#include "weighbridge.h"

#define SETTINGS_MAX 64
#define FIELDS_MAX 128
#define FACTS 10

struct wb_engine {
    atomic_uint references;
    char generation[17];
    struct {
        char key[512], value[512];
    } settings[SETTINGS_MAX];
    size_t count;
};

struct wb_problems {
    size_t errors;
    char text[256];
};

struct wb_state {
    atomic_ulong decisions;
};

struct wb_request {
    struct wb_engine *engine;
    int64_t now;
    struct wb_text facts[FACTS];
    struct wb_text names[FIELDS_MAX], values[FIELDS_MAX];
    size_t count;
    int over;
    unsigned flags, known;
    char record[256];
    /* the decision */
    unsigned status;
    char id[33], body[256];
    struct {
        const char *name;
        char value[12000];
    } headers[24];
    size_t header_count;
    atomic_bool held; /* between WB_WAIT and its wake; not emptied by reset */
};

/* Requests that were reset, begun or resumed while they were held. */
static atomic_ulong touched_while_held;

static struct wb_text text(const char *string)
{
    return (struct wb_text){string, strlen(string)};
}

/* ---- problems ---- */

struct wb_problems *wb_problems_new(void)
{
    return calloc(1, sizeof(struct wb_problems));
}

void wb_problems_free(struct wb_problems *problems)
{
    free(problems);
}

size_t wb_problems_count(const struct wb_problems *problems)
{
    return problems->errors;
}

size_t wb_problems_errors(const struct wb_problems *problems)
{
    return problems->errors;
}

size_t wb_problems_warnings(const struct wb_problems *problems)
{
    (void)problems;
    return 0;
}

const char *wb_problem_text(const struct wb_problems *problems, size_t i)
{
    (void)i;
    return problems->text;
}

static enum wb_status problem(struct wb_problems *problems, const char *path,
                              const char *what, enum wb_status status)
{
    problems->errors = 1;
    snprintf(problems->text, sizeof problems->text, "%s:1:1: error: %s\n", path,
             what);
    return status;
}

/* ---- engines ---- */

static int read_line(struct wb_engine *engine, char *line)
{
    char *equals = strchr(line, '=');

    line[strcspn(line, "\n")] = '\0';
    if (line[0] == '\0') {
        return 1;
    }
    if (equals == NULL || engine->count == SETTINGS_MAX) {
        return 0;
    }
    *equals = '\0';
    snprintf(engine->settings[engine->count].key, 512, "%s", line);
    snprintf(engine->settings[engine->count].value, 512, "%s", equals + 1);
    engine->count++;
    return 1;
}

static enum wb_status read_file(struct wb_engine *engine, const char *path,
                                struct wb_problems *problems)
{
    FILE *file = fopen(path, "r");
    char line[512];

    if (file == NULL) {
        return problem(problems, path, "cannot be read", WB_ERROR_IO);
    }
    while (fgets(line, sizeof line, file) != NULL) {
        if (!read_line(engine, line)) {
            fclose(file);
            return problem(problems, path, "not KEY=VALUE", WB_ERROR_CONFIG);
        }
    }
    fclose(file);
    return WB_OK;
}

enum wb_status wb_engine_load(const char *path, struct wb_problems *problems,
                              struct wb_engine **engine)
{
    static unsigned serial;
    struct wb_engine *loaded = calloc(1, sizeof *loaded);
    enum wb_status status = WB_OK;

    if (loaded == NULL) {
        return WB_ERROR_MEMORY;
    }
    atomic_init(&loaded->references, 1);
    snprintf(loaded->generation, 17, "%016x", ++serial);
    if (path != NULL) {
        status = read_file(loaded, path, problems);
    }
    if (status != WB_OK) {
        free(loaded);
        return status;
    }
    *engine = loaded;
    return WB_OK;
}

struct wb_engine *wb_engine_ref(struct wb_engine *engine)
{
    atomic_fetch_add(&engine->references, 1);
    return engine;
}

void wb_engine_unref(struct wb_engine *engine)
{
    if (engine != NULL && atomic_fetch_sub(&engine->references, 1) == 1) {
        free(engine);
    }
}

const char *wb_engine_generation(const struct wb_engine *engine)
{
    return engine->generation;
}

const char *wb_engine_list(const struct wb_engine *engine, size_t i,
                           const char **kind, int64_t *date, size_t *entries)
{
    (void)engine, (void)i, (void)kind, (void)date, (void)entries;
    return NULL;
}

const char *wb_engine_data_file(const struct wb_engine *engine, size_t i)
{
    (void)engine, (void)i;
    return NULL;
}

int wb_engine_same_configuration(const struct wb_engine *one,
                                 const struct wb_engine *other)
{
    return one == other;
}

const char *wb_engine_setting(const struct wb_engine *engine, const char *path)
{
    for (size_t i = 0; i < engine->count; i++) {
        if (strcmp(engine->settings[i].key, path) == 0) {
            return engine->settings[i].value;
        }
    }
    return NULL;
}

const char *wb_engine_notice(const struct wb_engine *engine)
{
    return wb_engine_setting(engine, "notice");
}

const char *wb_version(void)
{
    return "0.0.0";
}

/* "token.NAME=SCOPES": NAME is the token. */
unsigned wb_engine_scopes(const struct wb_engine *engine, const char *token,
                          size_t size)
{
    char key[64];

    snprintf(key, sizeof key, "token.%.*s", (int)size, token);
    return wb_engine_setting(engine, key)
               ? (unsigned)atoi(wb_engine_setting(engine, key))
               : 0;
}

int wb_engine_has_tokens(const struct wb_engine *engine)
{
    for (size_t i = 0; i < engine->count; i++) {
        if (strncmp(engine->settings[i].key, "token.", 6) == 0) {
            return 1;
        }
    }
    return 0;
}

/* ---- outcomes: each is said to be done ---- */

struct wb_outcome {
    char text[256];
};

struct wb_outcome *wb_outcome_new(void)
{
    return calloc(1, sizeof(struct wb_outcome));
}

void wb_outcome_free(struct wb_outcome *outcome)
{
    free(outcome);
}

enum wb_status wb_outcome_read(struct wb_outcome *outcome, const char *json,
                               size_t size, const char **error)
{
    if (size == 0 || json[0] != '{') {
        *error = "not an object";
        return WB_ERROR_ARGUMENT;
    }
    snprintf(outcome->text, sizeof outcome->text, "%.*s", (int)size, json);
    return WB_OK;
}

enum wb_status wb_outcome_report(struct wb_outcome *outcome,
                                 struct wb_state *state, int64_t now)
{
    (void)state, (void)now;
    return strstr(outcome->text, "lost") ? WB_ERROR_IO : WB_OK;
}

size_t wb_outcome_write(const struct wb_outcome *outcome, char *out,
                        size_t room)
{
    return (size_t)snprintf(out, room, "%s", outcome->text);
}

/* ---- the audit log: none ---- */

enum wb_status wb_audit_open(const char *destination, int64_t now,
                             struct wb_audit **audit)
{
    (void)destination, (void)now, (void)audit;
    return WB_ERROR_IO;
}

void wb_audit_close(struct wb_audit *audit)
{
    (void)audit;
}

enum wb_status wb_audit_reopen(struct wb_audit *audit, int64_t now)
{
    (void)audit, (void)now;
    return WB_OK;
}

void wb_audit_decision(struct wb_audit *audit, const struct wb_request *request)
{
    (void)audit, (void)request;
}

void wb_audit_outcome(struct wb_audit *audit, const struct wb_outcome *outcome)
{
    (void)audit, (void)outcome;
}

int wb_audit_health(struct wb_audit *audit, int64_t now, uint64_t *written,
                    uint64_t *lost)
{
    (void)audit, (void)now;
    *written = *lost = 0;
    return 1;
}

void wb_state_lockouts(const struct wb_state *state, int64_t now, wb_sink *sink,
                       void *context)
{
    (void)state, (void)now;
    sink(context, "[]", 2);
}

enum wb_status wb_state_lift_lockout(struct wb_state *state,
                                     const char *network, const char *payer,
                                     int64_t now)
{
    (void)state, (void)now;
    return strcmp(network, "eip155:1") == 0 && strcmp(payer, "0x1") == 0
               ? WB_OK
               : WB_ERROR_ARGUMENT;
}

/* ---- state ---- */

enum wb_status wb_state_open_in(const struct wb_engine *engine,
                                const char *folder,
                                struct wb_problems *problems,
                                struct wb_state **state)
{
    (void)engine, (void)folder, (void)problems;
    *state = calloc(1, sizeof **state);
    return *state ? WB_OK : WB_ERROR_MEMORY;
}

void wb_state_close(struct wb_state *state)
{
    free(state);
}

enum wb_health wb_state_health(const struct wb_state *state, char *line,
                               size_t room)
{
    (void)state;
    snprintf(line, room, "%s", "");
    return WB_HEALTH_GOOD;
}

void wb_state_metrics(const struct wb_state *state,
                      const struct wb_engine *engine, wb_sink *sink,
                      void *context)
{
    char line[120];
    int size = snprintf(line, sizeof line,
                        "alone_decisions_total %lu\n"
                        "alone_touched_while_held %lu\n",
                        atomic_load(&state->decisions),
                        atomic_load(&touched_while_held));

    (void)engine;
    sink(context, line, (size_t)size);
}

enum wb_status wb_state_push(struct wb_state *state,
                             const struct wb_engine *engine, const char *json,
                             size_t size, int64_t now, const char **error)
{
    (void)state, (void)engine, (void)json, (void)size, (void)now;
    *error = "nothing here has a demand";
    return WB_ERROR_ARGUMENT;
}

void wb_state_demand(const struct wb_state *state,
                     const struct wb_engine *engine, int64_t now, wb_sink *sink,
                     void *context)
{
    (void)state, (void)engine, (void)now;
    sink(context, "{}", 2);
}

/* ---- requests ---- */

struct wb_request *wb_request_new(void)
{
    return calloc(1, sizeof(struct wb_request));
}

static void touch(struct wb_request *request)
{
    if (atomic_load(&request->held)) {
        atomic_fetch_add(&touched_while_held, 1);
    }
}

void wb_request_reset(struct wb_request *request)
{
    touch(request);
    wb_engine_unref(request->engine);
    memset(request, 0, offsetof(struct wb_request, headers));
    request->header_count = 0;
}

void wb_request_free(struct wb_request *request)
{
    if (request != NULL) {
        wb_request_reset(request);
        free(request);
    }
}

enum wb_status wb_request_begin(struct wb_request *request,
                                struct wb_engine *engine, int64_t now)
{
    wb_request_reset(request);
    request->engine = wb_engine_ref(engine);
    request->now = now;
    return WB_OK;
}

enum wb_status wb_request_fact(struct wb_request *request, enum wb_fact fact,
                               const char *data, size_t size)
{
    request->facts[fact] = (struct wb_text){data, size};
    return WB_OK;
}

enum wb_status wb_request_header(struct wb_request *request, const char *name,
                                 size_t name_size, const char *value,
                                 size_t value_size)
{
    if (request->count == FIELDS_MAX) {
        request->over = 1;
        return WB_ERROR_LIMIT;
    }
    request->names[request->count] = (struct wb_text){name, name_size};
    request->values[request->count++] = (struct wb_text){value, value_size};
    return WB_OK;
}

void wb_request_transport_flags(struct wb_request *request, unsigned flags)
{
    request->flags = flags;
}

enum wb_status wb_request_headers_known(struct wb_request *request,
                                        const struct wb_text *names,
                                        size_t count)
{
    (void)names;
    request->known = (unsigned)count;
    return WB_OK;
}

/* {"wait":"20"} and {"deny":"409"} are obeyed like the headers. */
enum wb_status wb_request_record(struct wb_request *request, const char *json,
                                 size_t size, const char **error)
{
    const char *order;

    if (size < 2 || size >= sizeof request->record || json[0] != '{' ||
        json[size - 1] != '}') {
        *error = "a \"record\" is an object";
        return WB_ERROR_ARGUMENT;
    }
    memcpy(request->record, json, size);
    request->record[size] = '\0';
    order = strstr(request->record, "\"deny\":\"");
    if (order != NULL) {
        wb_request_header(request, "X-Deny", 6, order + 8, 3);
    }
    return WB_OK;
}

int64_t wb_request_time(const struct wb_request *request)
{
    return request->now;
}

/* ---- deciding ---- */

static struct wb_text find(const struct wb_request *request, const char *name)
{
    for (size_t i = 0; i < request->count; i++) {
        if (request->names[i].size == strlen(name) &&
            strncasecmp(request->names[i].data, name, strlen(name)) == 0) {
            return request->values[i];
        }
    }
    return (struct wb_text){NULL, 0};
}

static int number(struct wb_text digits)
{
    char copy[16] = "";

    if (digits.size > 0 && digits.size < sizeof copy) {
        memcpy(copy, digits.data, digits.size);
    }
    return atoi(copy);
}

static void set(struct wb_request *request, const char *name,
                struct wb_text value)
{
    size_t i = request->header_count++;

    request->headers[i].name = name;
    snprintf(request->headers[i].value, sizeof request->headers[i].value,
             "%.*s", (int)value.size, value.data);
}

static void show_facts(struct wb_request *request)
{
    static const char *const names[FACTS] = {
        "X-Fact-Method",    "X-Fact-Scheme", "X-Fact-HTTP-Version",
        "X-Fact-Host",      "X-Fact-Target", "X-Fact-Client-IP",
        "X-Fact-JA3",       "X-Fact-JA4",    "X-Fact-Transport",
        "X-Fact-Request-ID"};
    char all[4096] = "-";
    size_t size = 0;

    for (size_t i = 0; i < FACTS; i++) {
        if (request->facts[i].data != NULL) {
            set(request, names[i], request->facts[i]);
        }
    }
    for (size_t i = 0; i < request->count && size < sizeof all; i++) {
        size += (size_t)snprintf(all + size, sizeof all - size, "%s%.*s",
                                 i ? "," : "", (int)request->names[i].size,
                                 request->names[i].data);
    }
    set(request, "X-Fact-Headers", text(all));
    if (request->flags & WB_ORDER_KEPT) {
        set(request, "X-Fact-Order", text("kept"));
    }
    if (request->known != 0) {
        snprintf(all, sizeof all, "%u", request->known);
        set(request, "X-Fact-Known", text(all));
    }
}

static void make_id(struct wb_request *request)
{
    static atomic_uint serial;
    unsigned n = atomic_fetch_add(&serial, 1);

    snprintf(request->id, sizeof request->id, "%08x%08x%08x%08x",
             n * 2654435761u, n, 0xabcdefu, 0x12345678u);
}

static void finish(struct wb_request *request)
{
    struct wb_text deny = find(request, "X-Deny");

    make_id(request);
    request->status = request->over ? 431
                      : deny.size   ? (unsigned)number(deny)
                                    : 200;
    if (request->status == 200) {
        set(request, "X-Price", text("0.03"));
        show_facts(request);
        return;
    }
    set(request, "Content-Type", text("application/json"));
    set(request, "Cache-Control", text("no-store"));
    snprintf(request->body, sizeof request->body,
             "{\"error\":\"denied\",\"status\":%u,\"decision\":\"%s\"}\n",
             request->status, request->id);
}

struct waiting {
    struct wb_request *request;
    void (*wake)(void *arg);
    void *arg;
    int milliseconds;
};

static void *wake_later(void *context)
{
    struct waiting waiting = *(struct waiting *)context;
    struct timespec time = {waiting.milliseconds / 1000,
                            waiting.milliseconds % 1000 * 1000000};

    free(context);
    nanosleep(&time, NULL);
    atomic_store(&waiting.request->held, false);
    waiting.wake(waiting.arg);
    return NULL;
}

static void start_waiting(struct wb_request *request, int milliseconds,
                          void (*wake)(void *arg), void *arg)
{
    struct waiting *waiting = malloc(sizeof *waiting);
    pthread_t thread;

    *waiting = (struct waiting){request, wake, arg, milliseconds};
    atomic_store(&request->held, milliseconds >= 0);
    if (milliseconds < 0) {
        free(waiting);
        wake(arg);
    } else if (pthread_create(&thread, NULL, wake_later, waiting) == 0) {
        pthread_detach(thread);
    } else {
        abort();
    }
}

enum wb_result wb_decide(struct wb_request *request, struct wb_state *state,
                         void (*wake)(void *arg), void *arg)
{
    struct wb_text wait = find(request, "X-Wait");

    atomic_fetch_add(&state->decisions, 1);
    if (wait.size != 0) {
        start_waiting(request, number(wait), wake, arg);
        return WB_WAIT;
    }
    finish(request);
    return WB_DONE;
}

void wb_decide_resume(struct wb_request *request)
{
    touch(request);
    finish(request);
}

void wb_decide_blocking(struct wb_request *request, struct wb_state *state)
{
    (void)state;
    finish(request);
}

unsigned wb_decision_status(const struct wb_request *request)
{
    return request->status;
}

int wb_decision_header(const struct wb_request *request, size_t i,
                       struct wb_text *name, struct wb_text *value)
{
    if (i >= request->header_count) {
        return 0;
    }
    *name = text(request->headers[i].name);
    *value = text(request->headers[i].value);
    return 1;
}

struct wb_text wb_decision_body(const struct wb_request *request)
{
    return text(request->body);
}

struct wb_text wb_decision_answer(const struct wb_request *request,
                                  enum wb_answer which)
{
    return which == WB_ANSWER_ID              ? text(request->id)
           : which == WB_ANSWER_PAYMENT_STATE ? text("none")
                                              : text("-");
}

const char *wb_engine_payment_name(const struct wb_engine *engine, size_t i)
{
    (void)engine;
    (void)i;
    return NULL;
}

int wb_engine_pays(const struct wb_engine *engine, struct wb_text name,
                   struct wb_text value)
{
    (void)engine;
    (void)name;
    (void)value;
    return 0;
}

size_t wb_decision_write(const struct wb_request *request, enum wb_form form,
                         char *out, size_t room)
{
    char record[512];
    int size = snprintf(record, sizeof record,
                        "{\"id\":\"%s\",\"time\":%lld,\"generation\":\"%s\","
                        "\"record\":%s}",
                        request->id, (long long)request->now,
                        request->engine->generation, request->record);

    (void)form;
    if ((size_t)size <= room) {
        memcpy(out, record, (size_t)size);
    }
    return (size_t)size;
}

static size_t put(char *out, size_t room, size_t at, const char *data)
{
    for (; *data != '\0'; data++, at++) {
        if (at < room) {
            out[at] = *data;
        }
    }
    return at;
}

size_t wb_json_quote(const char *data, size_t size, char *out, size_t room)
{
    size_t at = put(out, room, 0, "\"");

    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)data[i];
        char one[8] = {data[i]};

        if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') {
            snprintf(one, sizeof one, "\\u%04x", c);
        }
        at = put(out, room, at, one);
    }
    return put(out, room, at, "\"");
}

int main(int count, char **arguments)
{
    struct sidecar_options options = {"127.0.0.1:0", "127.0.0.1:0", -1};

    return sidecar_serve(count > 1 ? arguments[1] : NULL, &options);
}

int wb_shadow_decide(struct wb_request *request)
{
    (void)request;
    return 0;
}

size_t wb_shadow_write(const struct wb_request *request, char *out, size_t room)
{
    (void)request;
    (void)out;
    (void)room;
    return 0;
}
