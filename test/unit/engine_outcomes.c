/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outcomes through the library: payments that the official clients signed
 * pass, fail by their payer's fault and lock him out; what others send in his
 * name does not; lines of logs say the same as records.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "decision.h"
#include "payment/recover.h"
#include "tap.h"
#include "x402_header.h"

#define MINTED "test/payment/minted.jsonl"
#define LINE_ROOM 16384
#define SECOND INT64_C(1000000)

static char folder[] = "/tmp/wb-outcomes-XXXXXX";
static char config[64];
static struct wb_engine *engine;
static struct wb_state *state;
static struct wb_request *request;
static struct wb_outcome *outcome;
static int64_t now;

/* ---- asking and telling ---- */

/* The header's value of a payment by name, in a room of its own. */
static const char *minted(const char *wanted)
{
    static char line[LINE_ROOM];
    FILE *file = fopen(MINTED, "r");
    char start[64];
    char *found = NULL;

    snprintf(start, sizeof start, "{\"name\":\"%s\",", wanted);
    while (file && !found && fgets(line, sizeof line, file)) {
        if (!strncmp(line, start, strlen(start))) {
            found = strstr(line, "\"value\":\"") + 9;
            *strchr(found, '"') = '\0';
        }
    }
    if (file) {
        fclose(file);
    }
    return found ? found : "";
}

static unsigned ask(const char *payment)
{
    wb_request_begin(request, engine, now);
    wb_request_fact(request, WB_METHOD, "GET", 3);
    wb_request_fact(request, WB_HOST, "example.com", 11);
    wb_request_fact(request, WB_TARGET, "/article", 8);
    wb_request_fact(request, WB_CLIENT_IP, "192.0.2.1", 9);
    wb_request_header(request, "User-Agent", 10, "bot", 3);
    wb_request_header(request, "PAYMENT-SIGNATURE", 17, payment,
                      strlen(payment));
    wb_decide_blocking(request, state);
    return wb_decision_status(request);
}

static bool body_has(const char *text)
{
    struct wb_text body = wb_decision_body(request);

    return view_search(view_of(body.data, body.size), view_text(text)) !=
           SIZE_MAX;
}

/* Of the decision that was made last. */
static const char *tell(const char *fate, const char *reason)
{
    struct wb_text id = wb_decision_answer(request, WB_ANSWER_ID);
    static char record[512], result[32];
    struct wb_text text;

    snprintf(record, sizeof record,
             "{\"decision\":\"%.*s\",\"outcome\":\"%s\",\"reason\":\"%s\","
             "\"transaction\":\"0x12\"}",
             (int)id.size, id.data, fate, reason);
    if (wb_outcome_read(outcome, record, strlen(record), NULL) != WB_OK) {
        return "unread";
    }
    wb_outcome_report(outcome, state, now);
    text = wb_outcome_answer(outcome, WB_OUTCOME_RESULT);
    snprintf(result, sizeof result, "%.*s", (int)text.size, text.data);
    return result;
}

struct page {
    char text[4096];
    size_t size;
};

static void add(void *context, const char *data, size_t size)
{
    struct page *page = context;

    if (page->size + size < sizeof page->text) {
        memcpy(page->text + page->size, data, size);
        page->size += size;
        page->text[page->size] = '\0';
    }
}

static const char *lockouts(void)
{
    static struct page page;

    page.size = 0;
    wb_state_lockouts(state, now, add, &page);
    return page.text;
}

/* ---- the configuration ---- */

static void write_config(void)
{
    FILE *file = fopen(config, "w");
    char here[512];

    if (!file || !getcwd(here, sizeof here)) {
        exit(2);
    }
    fprintf(file,
            "version: 1\n"
            "rules: %s/test/unit/engine_memory.rules.yaml\n"
            "policy: %s/test/unit/engine_memory.policy.yaml\n"
            "claims: { store: %s, capacity: 1000, capacity-unproven: 1000 }\n"
            "limits: { rates: 64 }\n",
            here, here, store_lmdb_available() ? "lmdb" : "memory");
    fclose(file);
}

static void open_all(void)
{
    struct wb_problems *problems = wb_problems_new();

    now = x402_clock;
    request = wb_request_new();
    outcome = wb_outcome_new();
    if (wb_engine_load(config, problems, &engine) != WB_OK ||
        wb_state_open(engine, problems, &state) != WB_OK) {
        for (size_t i = 0; i < wb_problems_count(problems); i++) {
            tap_note("%s", wb_problem_text(problems, i));
        }
        printf("Bail out! the state cannot be opened\n");
        exit(2);
    }
    wb_problems_free(problems);
}

static void close_all(void)
{
    wb_outcome_free(outcome);
    wb_request_free(request);
    wb_state_close(state);
    wb_engine_unref(engine);
}

/* ---- tests ---- */

static void fails_twice(void)
{
    is_number((int)ask(minted("v2")), 200, "a proven payment passes");
    is_text(tell("failed", "insufficient_funds"), "done", "and fails");
    is_text(tell("failed", "insufficient_funds"), "repeated", "once");
    is_number((int)ask(minted("v2-quote")), 200, "the next passes");
    is_text(tell("failed", "invalid_transaction_state"), "done", "and fails");
}

/* The same in a process that dies by SIGKILL with the second answer. */
static void killed(void)
{
    pid_t child;
    int status = 0;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        open_all();
        if (ask(minted("v2")) == 200 &&
            !strcmp(tell("failed", "insufficient_funds"), "done") &&
            ask(minted("v2-quote")) == 200 &&
            !strcmp(tell("failed", "reverted"), "done")) {
            kill(getpid(), SIGKILL);
        }
        _exit(1);
    }
    waitpid(child, &status, 0);
    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
       "a process told two failures and was killed");
}

static void locked_out(void)
{
    char junk[X402_HEADER_ROOM];

    is_number((int)ask(minted("v2-identifier")), 403,
              "its payer is locked out in the next");
    ok(body_has("payer_locked_out") && body_has("\"wait\""), "and is told so");
    ok(strstr(lockouts(), "\"payer\":"
                          "\"0x1a642f0e3c3af545e7acbd38b07251b3990914f1\"") &&
           strstr(lockouts(), "\"eip155:84532\""),
       "he is listed");
    x402_header(1, junk);
    is_number((int)ask(junk), 200,
              "what others send in his name goes on, unproven");
    is_text(tell("failed", "insufficient_funds"), "done", "fails");
    x402_header(2, junk);
    ask(junk);
    is_text(tell("failed", "insufficient_funds"), "done", "and fails");
    ok(!strstr(lockouts(), "\"failures\":3"), "and is not counted for him");
    is_number((int)wb_state_lift_lockout(
                  state, "eip155:84532",
                  "0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1", now),
              WB_OK, "it is lifted");
    is_text(lockouts(), "[]", "nobody is left");
    is_number((int)wb_state_lift_lockout(
                  state, "eip155:84532",
                  "0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1", now),
              WB_ERROR_ARGUMENT, "there is nothing to lift");
    is_number((int)ask(minted("v2-identifier")), 200, "he pays again");
    is_text(tell("failed", "facilitator_down"), "done", "fails");
    is_text(lockouts(), "[]", "by another's fault");
}

static void told_once(void)
{
    const char *payment = minted("v2-other");

    is_number((int)ask(payment), 200, "a payment passes");
    is_text(tell("released", ""), "done", "it is released");
    is_number((int)ask(payment), 200, "it passes again");
    is_text(tell("released", "settlement_pending"), "done",
            "what settles still is not released");
    is_number((int)ask(payment), 409, "it is held");
    is_text(tell("settled", ""), "unknown", "a denial holds nothing");
}

static void log_line(const char *line, const char *fate, const char *name)
{
    const char *error = NULL;
    enum wb_status status =
        wb_outcome_read_log(outcome, line, strlen(line), &error);
    struct wb_text text = wb_outcome_answer(outcome, WB_OUTCOME_FATE);
    char got[32];

    snprintf(got, sizeof got, "%.*s", (int)text.size, text.data);
    is_text(status == WB_OK ? got : "unread", fate, "%s", name);
}

#define ID "\"decision\":\"00112233445566778899aabbccddeeff\""
/* {"success":true,"transaction":"0xab"}, {"success":false,"errorReason":
 * "insufficient_funds"}, the same with settlement_pending */
#define SETTLED "eyJzdWNjZXNzIjp0cnVlLCJ0cmFuc2FjdGlvbiI6IjB4YWIifQ=="
#define FAILED                                                                 \
    "eyJzdWNjZXNzIjpmYWxzZSwiZXJyb3JSZWFzb24iOiJpbnN1ZmZpY2llbnRfZnVuZHMifQ=="
#define PENDING                                                                \
    "eyJzdWNjZXNzIjpmYWxzZSwiZXJyb3JSZWFzb24iOiJzZXR0bGVtZW50X3BlbmRpbmcifQ=="

static void lines(void)
{
    struct wb_text text;

    log_line("{" ID ",\"status\":200,\"payment_response\":\"" SETTLED "\"}",
             "settled", "a settlement");
    text = wb_outcome_answer(outcome, WB_OUTCOME_TRANSACTION);
    ok(text.size == 4 && !memcmp(text.data, "0xab", 4), "its transaction");
    log_line("{" ID ",\"status\":402,\"payment_response\":\"" FAILED "\"}",
             "failed", "one that failed");
    text = wb_outcome_answer(outcome, WB_OUTCOME_REASON);
    ok(text.size == 18 && !memcmp(text.data, "insufficient_funds", 18),
       "its reason");
    log_line("{" ID ",\"status\":402,\"payment_response\":\"" PENDING "\"}",
             "pending", "one that is under way");
    log_line("{" ID ",\"status\":\"404\",\"payment_response\":\"-\"}",
             "released", "a page that is not there");
    log_line("{" ID ",\"status\":402}", "-", "402 without a word");
    log_line("{" ID ",\"status\":502}", "-", "a gate that is down");
    log_line("{" ID ",\"status\":499}", "-", "a client that went");
    log_line("{" ID ",\"status\":200}", "-", "200 without a word");
    log_line("{" ID ",\"status\":404,\"payment_state\":\"none\"}", "-",
             "nothing was paid");
    log_line("{\"status\":404,\"decision\":\"-\"}", "-", "nothing was asked");
    log_line("{\"status\":200,\"resp_headers\":{\"X-Weighbridge-Decision\":"
             "[\"00112233445566778899aabbccddeeff\",\"x\"],"
             "\"Payment-Response\":[\"" SETTLED "\"]},\"request\":{\"a\":{}}}",
             "settled", "Caddy's form");
    log_line("{" ID ",\"status\":200,\"payment_response\":\"!\"}", "unread",
             "no base64");
    log_line("{\"decision\":\"xyz\",\"status\":404}", "unread", "no id");
    log_line("not json", "unread", "no JSON");
}

int main(void)
{
    char data[96];

    if (!mkdtemp(folder)) {
        return 2;
    }
    snprintf(config, sizeof config, "%s/weighbridge.yaml", folder);
    write_config();
    if (recover_available() && store_lmdb_available()) {
        killed();
    }
    open_all();
    if (recover_available() && !store_lmdb_available()) {
        fails_twice();
    }
    if (recover_available()) {
        locked_out();
        told_once();
    }
    lines();
    close_all();
    snprintf(data, sizeof data, "%s/claims/data.mdb", folder);
    unlink(data);
    snprintf(data, sizeof data, "%s/claims", folder);
    rmdir(data);
    unlink(config);
    rmdir(folder);
    return tap_end();
}
