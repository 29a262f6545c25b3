/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A memo changes no decision: requests that repeat each other in all but one
 * thing, with and without one, to the same records; two engines, so that what
 * one kept is not the other's; and what a record has no room for is not asked
 * of who wants answers only.
 */
#include <stdlib.h>
#include <unistd.h>

#include "decision.h"
#include "engine.h"

#define START INT64_C(1767225600000000)
#define REQUESTS 6000

struct side {
    struct wb_request *request;
    struct wb_state *state;
    char record[65536];
    size_t size;
};

/* Of few kinds, so that most were there before; each with what rules read
 * besides the user agent. */
static void fill(struct wb_request *request, uint64_t *seed)
{
    static const char *const methods[] = {"GET", "HEAD", "OPTIONS", "TRACE"};
    static const char *const paths[] = {"/", "/premium/a", "/closed/x?y=1",
                                        "/robots.txt", "/premium/../a"};
    static const char *const agents[] = {
        "GPTBot/1.2",
        "curl/8.5.0",
        "a bot",
        "",
        "Mozilla/5.0 (compatible; Googlebot/2.1; "
        "+http://www.google.com/bot.html)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like "
        "Gecko) Chrome/130.0.0.0 Safari/537.36"};
    static const char *const others[] = {"Accept", "Referer", "Cookie",
                                         "Sec-Fetch-Mode", "X-Payment"};
    static const struct wb_text known[] = {{"user-agent", 10}, {"referer", 7}};
    static char address[32], build[120];
    const char *method = methods[engine_draw(seed, 4)];
    const char *path = paths[engine_draw(seed, 5)];
    unsigned agent = engine_draw(seed, 8);

    wb_request_fact(request, WB_METHOD, method, strlen(method));
    wb_request_fact(request, WB_TARGET, path, strlen(path));
    snprintf(address, sizeof address, "198.51.100.%u", engine_draw(seed, 9));
    wb_request_fact(request, WB_CLIENT_IP, address, strlen(address));
    if (engine_draw(seed, 2)) {
        wb_request_fact(request, WB_HOST, "shop.example", 12);
    }
    if (agent < 6) {
        wb_request_header(request, "User-Agent", 10, agents[agent],
                          strlen(agents[agent]));
    } else if (agent == 6) {
        snprintf(
            build, sizeof build,
            "Mozilla/5.0 (Linux; Android 13; K) AppleWebKit/537.36 (KHTML, "
            "like Gecko) Chrome/%u.0.%u.%u Mobile Safari/537.36",
            120 + engine_draw(seed, 2), engine_draw(seed, 900),
            engine_draw(seed, 90));
        wb_request_header(request, "User-Agent", 10, build, strlen(build));
    }
    for (unsigned i = 0; i < 5; i++) {
        if (engine_draw(seed, 4) == 0) {
            wb_request_header(request, others[i], strlen(others[i]),
                              i % 2 ? "navigate" : "*/*", i % 2 ? 8 : 3);
        }
    }
    if (engine_draw(seed, 3) == 0) {
        wb_request_headers_known(request, known, 2);
    }
}

static void decide(struct side *side, struct wb_engine *engine, uint64_t seed,
                   int64_t now)
{
    wb_request_begin(side->request, engine, now);
    fill(side->request, &seed);
    wb_decide_blocking(side->request, side->state);
    side->size = wb_decision_write(side->request, WB_FORM_RECORD, side->record,
                                   sizeof side->record);
}

static struct side side_new(struct wb_engine *engine, bool anew)
{
    struct side side = {.request = wb_request_new()};

    wb_state_open_replay(engine, &side.state);
    side.request->anew = anew;
    return side;
}

/* The same requests through both engines in turn. */
static void check(struct wb_engine *const engines[2], const char *name)
{
    static struct side with[2], without[2];
    size_t wrong = 0;

    for (int i = 0; i < 2; i++) {
        with[i] = side_new(engines[i], false);
        without[i] = side_new(engines[i], true);
    }
    for (uint64_t n = 0; n < REQUESTS; n++) {
        struct side *one = &with[n % 2], *other = &without[n % 2];
        uint64_t seed = n / 2 * 7919 + 11;
        int64_t now = START + (int64_t)n * 10000;
        decide(one, engines[n % 2], seed, now);
        decide(other, engines[n % 2], seed, now);
        if (one->size != other->size || one->size == 0 ||
            memcmp(one->record, other->record, one->size) != 0) {
            if (wrong++ == 0) {
                printf("# %.*s\n# %.*s\n", (int)one->size, one->record,
                       (int)other->size, other->record);
            }
        }
    }
    is_number((long long)wrong, 0, "%s: records are the same", name);
    for (int i = 0; i < 2; i++) {
        wb_request_free(with[i].request);
        wb_request_free(without[i].request);
        wb_state_close(with[i].state);
        wb_state_close(without[i].state);
    }
}

static void check_answers(struct wb_engine *engine)
{
    struct side full = side_new(engine, false), brief = side_new(engine, false);
    size_t wrong = 0;

    wb_request_answers_only(brief.request, 1);
    for (uint64_t n = 0; n < 500; n++) {
        decide(&full, engine, n + 1, START + (int64_t)n * 10000);
        decide(&brief, engine, n + 1, START + (int64_t)n * 10000);
        for (unsigned which = WB_ANSWER_ACTION;
             which <= WB_ANSWER_PRICE_DECIMALS; which++) {
            struct wb_text a =
                wb_decision_answer(full.request, (enum wb_answer)which);
            struct wb_text b =
                wb_decision_answer(brief.request, (enum wb_answer)which);
            wrong += a.size != b.size || memcmp(a.data, b.data, a.size) != 0;
        }
        wrong += wb_decision_status(full.request) !=
                 wb_decision_status(brief.request);
        wrong += brief.size != 0;
    }
    is_number((long long)wrong, 0, "answers are those of who wants all");
    wb_request_free(full.request);
    wb_request_free(brief.request);
    wb_state_close(full.state);
    wb_state_close(brief.state);
}

int main(void)
{
    struct wb_engine *demo = engine_at(NULL);
    struct wb_engine *rated = engine_at("test/replay/small.yaml");
    struct wb_engine *other = engine_at("test/replay/other.yaml");

    ok(demo && rated && other, "engines");
    check((struct wb_engine *const[2]){demo, rated}, "shipped, and rates");
    check((struct wb_engine *const[2]){other, rated}, "no rates, and rates");
    check_answers(rated);
    wb_engine_unref(demo);
    wb_engine_unref(rated);
    wb_engine_unref(other);
    return tap_end();
}
