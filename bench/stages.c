/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two stages of a replay that decide, each alone: requests as a combined
 * log tells them are filled and weighed (a: any thread), then decided (b: one
 * thread, in order: rates, claims, demand, prices). The shipped rules, and
 * the same with a rate by address, demand, and one request in a hundred that
 * pays (moving.yaml). Blocks of requests as replay has them; user agents and
 * addresses rotate. Processor time, the least of 7 rounds over all requests.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "traffic.h"
#include "x402_header.h"

#define REQUESTS 200000
#define MADE 20000
#define BLOCK 32
#define ROUNDS 7
#define PAID 200 /* payments that rotate */

static struct traffic_request made[MADE];
static char payments[PAID][X402_HEADER_ROOM];

static double cpu_seconds(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static void fill(struct wb_request *request, const struct traffic_request *t,
                 const char *payment)
{
    static const struct wb_text known[] = {
        {"user-agent", 10}, {"referer", 7}, {"payment-signature", 17}};

    wb_request_fact(request, WB_TRANSPORT, "log", 3);
    wb_request_fact(request, WB_METHOD, "GET", 3);
    wb_request_fact(request, WB_HTTP_VERSION, "1.1", 3);
    wb_request_fact(request, WB_TARGET, t->target, strlen(t->target));
    wb_request_fact(request, WB_CLIENT_IP, t->address, strlen(t->address));
    wb_request_headers_known(request, known, payment ? 3 : 2);
    for (size_t i = 0; i < t->count; i++) {
        if (!strcmp(t->name[i], "User-Agent") ||
            !strcmp(t->name[i], "Referer")) {
            wb_request_header(request, t->name[i], t->name_size[i],
                              t->text + t->value_at[i], t->value_size[i]);
        }
    }
    if (payment) {
        wb_request_header(request, "PAYMENT-SIGNATURE", 17, payment,
                          strlen(payment));
    }
}

/* Seconds of both stages. */
static void round_of(struct wb_engine *engine, struct wb_request **requests,
                     struct wb_state *state, bool pays, double seconds[2])
{
    for (size_t at = 0; at < REQUESTS; at += BLOCK) {
        double start = cpu_seconds();
        for (size_t i = 0; i < BLOCK; i++) {
            size_t n = at + i;
            wb_request_begin(requests[i], engine,
                             x402_clock + (int64_t)n * 1000);
            fill(requests[i], &made[n * 7919 % MADE],
                 pays && n % 100 == 0 ? payments[n / 100 % PAID] : NULL);
            wb_weigh(requests[i]);
        }
        double middle = cpu_seconds();
        for (size_t i = 0; i < BLOCK; i++) {
            wb_decide_blocking(requests[i], state);
        }
        seconds[0] += middle - start;
        seconds[1] += cpu_seconds() - middle;
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
    struct wb_engine *engine = load(path);
    struct wb_request *requests[BLOCK];
    double best[2] = {1e9, 1e9};

    for (size_t i = 0; i < BLOCK; i++) {
        requests[i] = wb_request_new();
        wb_request_answers_only(requests[i], 1);
    }
    for (int round = 0; round < ROUNDS; round++) {
        double seconds[2] = {0, 0};
        struct wb_state *state = NULL;
        wb_state_open_replay(engine, &state);
        round_of(engine, requests, state, pays, seconds);
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
        wb_request_free(requests[i]);
    }
    wb_engine_unref(engine);
}

int main(void)
{
    uint64_t seed = 2463534242u;

    for (size_t i = 0; i < MADE; i++) {
        traffic_make(&made[i], &seed, TRAFFIC_NEW);
    }
    for (unsigned i = 0; i < PAID; i++) {
        x402_header(i, payments[i]);
    }
    puts("a line of a log, one core, warm:");
    measure("shipped rules", NULL, false);
    measure("rates, claims and demand", "bench/moving.yaml", true);
    return 0;
}
