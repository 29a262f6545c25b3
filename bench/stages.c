/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two stages of a replay that decide, each alone: requests as a combined
 * log tells them are looked up, or filled and weighed (a: any thread), then
 * those that were not found are decided (b: one thread, in order: rates,
 * claims, demand, prices). The shipped rules, and the same with a rate by
 * address, demand, and one request in a hundred that pays (moving.yaml).
 * Blocks of requests as replay has them, in the order in which they lie in
 * memory, as lines do; user agents and addresses rotate.
 * Processor time, the least of 7 rounds over all requests.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "traffic.h"
#include "x402_header.h"

#define REQUESTS 200000
#define MADE 20000
#define BLOCK 32 /* a part of MADE */
#define ROUNDS 7
#define PAID 200 /* payments that rotate */

static struct traffic_request made[MADE];
static struct wb_sketch sketches[MADE];
static char payments[PAID][X402_HEADER_ROOM];

static double cpu_seconds(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static struct wb_text text_of(const char *text)
{
    return (struct wb_text){text, strlen(text)};
}

/* What a combined log tells of a request. */
static void sketch(struct wb_sketch *sketch, const struct traffic_request *t)
{
    *sketch = (struct wb_sketch){
        .method = text_of("GET"),
        .http_version = text_of("1.1"),
        .target = {t->target, t->target_size},
        .client_ip = {t->address, t->address_size},
        .captured = WB_USER_AGENT | WB_REFERER,
    };
    for (size_t i = 0; i < t->count; i++) {
        struct wb_text value = {t->text + t->value_at[i], t->value_size[i]};
        if (!strcmp(t->name[i], "User-Agent")) {
            sketch->user_agent = value;
        } else if (!strcmp(t->name[i], "Referer")) {
            sketch->referer = value;
        }
    }
}

/* The same of one that pays, with its payment. */
static void fill_paid(struct wb_request *request, const struct wb_sketch *from,
                      const char *payment)
{
    static const struct wb_text known[] = {
        {"user-agent", 10}, {"referer", 7}, {"payment-signature", 17}};

    wb_request_fact(request, WB_TRANSPORT, "log", 3);
    wb_request_fact(request, WB_METHOD, "GET", 3);
    wb_request_fact(request, WB_HTTP_VERSION, "1.1", 3);
    wb_request_fact(request, WB_TARGET, from->target.data, from->target.size);
    wb_request_fact(request, WB_CLIENT_IP, from->client_ip.data,
                    from->client_ip.size);
    wb_request_headers_known(request, known, 3);
    wb_request_header(request, "User-Agent", 10, from->user_agent.data,
                      from->user_agent.size);
    if (from->referer.data) {
        wb_request_header(request, "Referer", 7, from->referer.data,
                          from->referer.size);
    }
    wb_request_header(request, "PAYMENT-SIGNATURE", 17, payment,
                      strlen(payment));
}

struct stages {
    struct wb_engine *engine;
    struct wb_recall *recall;
    struct wb_request *requests[BLOCK];
    unsigned numbers[BLOCK]; /* 0: it has a request */
    bool pays;
};

static void stage_a(struct stages *s, size_t at)
{
    const struct wb_sketch *block = &sketches[at % MADE];

    wb_recall_find(s->recall, block, BLOCK, s->numbers);
    for (size_t i = 0; i < BLOCK; i++) {
        size_t n = at + i;
        bool pays = s->pays && n % 100 == 0;
        if (s->numbers[i] != 0 && !pays) {
            continue;
        }
        s->numbers[i] = 0;
        wb_request_begin(s->requests[i], s->engine,
                         x402_clock + (int64_t)n * 1000);
        if (pays) {
            fill_paid(s->requests[i], &block[i], payments[n / 100 % PAID]);
        } else {
            wb_request_sketch(s->requests[i], &block[i]);
        }
        wb_weigh(s->requests[i]);
    }
}

static void stage_b(struct stages *s, struct wb_state *state)
{
    for (size_t i = 0; i < BLOCK; i++) {
        if (s->numbers[i] == 0) {
            wb_decide_blocking(s->requests[i], state);
        }
    }
}

/* Not measured: it counts. */
static void stage_c(struct stages *s)
{
    for (size_t i = 0; i < BLOCK; i++) {
        if (s->numbers[i] == 0) {
            wb_recall_keep(s->recall, s->requests[i]);
        }
    }
}

/* Seconds of both stages. */
static void round_of(struct stages *s, struct wb_state *state,
                     double seconds[2])
{
    for (size_t at = 0; at < REQUESTS; at += BLOCK) {
        double start = cpu_seconds();
        stage_a(s, at);
        double middle = cpu_seconds();
        stage_b(s, state);
        seconds[0] += middle - start;
        seconds[1] += cpu_seconds() - middle;
        stage_c(s);
    }
}

static struct wb_engine *load(const char *path)
{
    struct wb_problems *problems = wb_problems_new();
    struct wb_engine *engine = NULL;

    if (wb_engine_load(path, problems, &engine) != WB_OK) {
        for (size_t i = 0; i < wb_problems_count(problems); i++) {
            fputs(wb_problem_text(problems, i), stderr);
        }
        exit(1);
    }
    wb_problems_free(problems);
    return engine;
}

static void measure(const char *name, const char *path, bool pays)
{
    struct stages s = {.engine = load(path), .pays = pays};
    double best[2] = {1e9, 1e9};

    s.recall = wb_recall_new(s.engine);
    for (size_t i = 0; i < BLOCK; i++) {
        s.requests[i] = wb_request_new();
        wb_request_answers_only(s.requests[i], 1);
        wb_request_recall(s.requests[i], s.recall);
    }
    for (int round = 0; round < ROUNDS; round++) {
        double seconds[2] = {0, 0};
        struct wb_state *state = NULL;
        wb_state_open_replay(s.engine, &state);
        round_of(&s, state, seconds);
        wb_state_close(state);
        for (int i = 0; i < 2; i++) {
            best[i] = seconds[i] < best[i] ? seconds[i] : best[i];
        }
    }
    for (int i = 0; i < 2; i++) {
        printf("  %-28s stage %c %7.3f us, %6.2f M lines/s\n", name, "ab"[i],
               best[i] / REQUESTS * 1e6, REQUESTS / best[i] / 1e6);
    }
    for (size_t i = 0; i < BLOCK; i++) {
        wb_request_free(s.requests[i]);
    }
    wb_recall_free(s.recall);
    wb_engine_unref(s.engine);
}

int main(void)
{
    uint64_t seed = 2463534242u;

    for (size_t i = 0; i < MADE; i++) {
        traffic_make(&made[i], &seed, TRAFFIC_NEW);
        sketch(&sketches[i], &made[i]);
    }
    for (unsigned i = 0; i < PAID; i++) {
        x402_header(i, payments[i]);
    }
    puts("a line of a log, one core, warm:");
    measure("shipped rules", NULL, false);
    measure("rates, claims and demand", "bench/moving.yaml", true);
    return 0;
}
