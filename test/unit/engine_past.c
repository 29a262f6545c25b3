/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is recalled of requests past changes no answer: lines of a log with
 * all that rules, rates and prices read besides the user agent, answered by
 * who recalls and by who evaluates each anew. And it is recalled: most lines
 * of the shipped rules are.
 */
#include <stdlib.h>

#include "decision.h"
#include "engine.h"

#define START INT64_C(1767225600000000)
#define REQUESTS 30000

/* Three of four are as a log tells them, of few kinds; the others have what
 * takes no part, or more of it. */
static const char *agent_of(uint64_t *seed, char room[96])
{
    static const char *const agents[] = {"a bot",
                                         "curl/8.5.0",
                                         "wget/1.2",
                                         "spider/1",
                                         "",
                                         "Mozilla/5.0 (X11) Chrome/130.0.0.0",
                                         "GPTBot/1.2",
                                         "Googlebot/2",
                                         "Mozilla/5.0 (compatible; a bot)"};
    unsigned n = engine_draw(seed, 12);

    if (n < 9) {
        return agents[n];
    }
    snprintf(room, 96, "%s %u", agents[n - 9], engine_draw(seed, 400));
    return n == 11 && engine_draw(seed, 2) ? NULL : room;
}

static void fill(struct wb_request *request, uint64_t *seed)
{
    static const char *const methods[] = {"GET", "GET", "HEAD", "TRACE"};
    static const char *const paths[] = {
        "/",           "/premium/a",        "/closed/x?y=1",
        "/robots.txt", "/premium/%2e%2e/a", "/premium/../b",
        "/x?y=2",      "/premium/a?y=1"};
    static const char *const versions[] = {"1.1", "1.1", "1.1", "2"};
    static const struct wb_text known[] = {
        {"user-agent", 10}, {"referer", 7}, {"accept-language", 15}};
    static char address[32], room[96];
    const char *method = methods[engine_draw(seed, 4)];
    const char *path = paths[engine_draw(seed, 8)];
    const char *version = versions[engine_draw(seed, 4)];
    const char *agent = agent_of(seed, room);

    wb_request_fact(request, WB_TRANSPORT, "log", 3);
    wb_request_fact(request, WB_METHOD, method, strlen(method));
    wb_request_fact(request, WB_HTTP_VERSION, version, strlen(version));
    if (engine_draw(seed, 16) > 0) {
        wb_request_fact(request, WB_TARGET, path, strlen(path));
    }
    snprintf(address, sizeof address, "198.51.100.%u", engine_draw(seed, 9));
    if (engine_draw(seed, 16) > 0) {
        wb_request_fact(request, WB_CLIENT_IP, address, strlen(address));
    }
    if (engine_draw(seed, 2)) {
        wb_request_fact(request, WB_HOST, "shop.example", 12);
    }
    if (agent) {
        wb_request_header(request, "User-Agent", 10, agent, strlen(agent));
    }
    if (engine_draw(seed, 2)) {
        wb_request_header(request, "Referer", 7, "https://example.com/",
                          engine_draw(seed, 2) ? 20 : 3);
    }
    if (engine_draw(seed, 12) == 0) {
        wb_request_header(request, "Accept-Language", 15, "en", 2);
    }
    if (engine_draw(seed, 24) == 0) {
        wb_request_header(request, "User-Agent", 10, "another bot", 11);
    }
    if (engine_draw(seed, 24) > 0) {
        wb_request_headers_known(
            request, known,
            engine_draw(seed, 8) ? 2 : 1 + engine_draw(seed, 3));
    }
}

static void decide(struct wb_request *request, struct wb_engine *engine,
                   struct wb_state *state, uint64_t seed, int64_t now)
{
    wb_request_begin(request, engine, now);
    fill(request, &seed);
    wb_decide_blocking(request, state);
}

static bool same_text(struct wb_text a, struct wb_text b)
{
    return a.size == b.size && !memcmp(a.data, b.data, a.size);
}

static bool same_answers(const struct wb_request *a, const struct wb_request *b)
{
    struct wb_text rule;

    for (unsigned i = WB_ANSWER_ACTION; i <= WB_ANSWER_DEMAND; i++) {
        enum wb_answer which = (enum wb_answer)i;
        if (!same_text(wb_decision_answer(a, which),
                       wb_decision_answer(b, which))) {
            printf("# answer %u\n", i);
            return false;
        }
    }
    for (size_t i = 0; (rule = wb_decision_rule(a, i, NULL)).data; i++) {
        struct wb_text other = wb_decision_rule(b, i, NULL);
        if (!other.data || !same_text(rule, other)) {
            return false;
        }
    }
    return wb_decision_status(a) == wb_decision_status(b);
}

/* Ids of a replay hang on what is asked: records are the same bytes, with all
 * headers to the gate. */
static bool same_records(const struct wb_request *a, const struct wb_request *b)
{
    static char one[32768], other[32768];
    size_t size = wb_decision_write(a, WB_FORM_RECORD, one, sizeof one);
    size_t other_size =
        wb_decision_write(b, WB_FORM_RECORD, other, sizeof other);

    return size > 0 && size <= sizeof one && size == other_size &&
           !memcmp(one, other, size);
}

static bool is_recalled(const struct wb_request *request)
{
    return request->evaluation &&
           request->evaluation != request->evaluations[request->site->ruleset];
}

/* At least so many of a hundred are to be recalled. */
static void check(const char *path, const char *name, size_t least)
{
    struct wb_engine *engine = engine_at(path);

    if (!engine) {
        ok(false, "%s: loads", name);
        return;
    }
    struct wb_request *recalls = wb_request_new(), *anew = wb_request_new();
    struct wb_recall *recall = wb_recall_new(engine);
    struct wb_state *states[2] = {NULL, NULL};
    size_t wrong = 0, recalled = 0;

    wb_state_open_replay(engine, &states[0]);
    wb_state_open_replay(engine, &states[1]);
    wb_request_recall(recalls, recall);
    anew->anew = true;
    for (uint64_t n = 0; n < REQUESTS; n++) {
        int64_t now = START + (int64_t)n * 100000;
        decide(recalls, engine, states[0], n * 7919 + 3, now);
        decide(anew, engine, states[1], n * 7919 + 3, now);
        wrong += !same_answers(recalls, anew) || !same_records(recalls, anew);
        recalled += is_recalled(recalls);
    }
    is_number((long long)wrong, 0, "%s: the same answers", name);
    printf("# %zu of %d recalled\n", recalled, REQUESTS);
    ok(recalled * 100 >= least * REQUESTS, "%s: recalled", name);
    wb_request_free(recalls);
    wb_request_free(anew);
    wb_recall_free(recall);
    wb_state_close(states[0]);
    wb_state_close(states[1]);
    wb_engine_unref(engine);
}

int main(void)
{
    check(NULL, "shipped", 50);
    check("test/unit/engine_past.yaml", "rules that always read more", 0);
    check("test/unit/engine_past_few.yaml", "rules that may read more", 15);
    check("test/replay/small.yaml", "a rate that counts", 0);
    check("test/replay/surge.yaml", "prices that move", 0);
    check("test/replay/other.yaml", "another's", 0);
    return tap_end();
}
