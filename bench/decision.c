/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One whole decision under the shipped rules and policy: facts given as
 * views, all headers written. Warm repeats one request; cold rotates through
 * 20,000 made requests, nine in ten from browsers.
 *
 *   decision            times, the minimum of 7 rounds
 *   decision --count N  decides N rotating requests and prints nothing: for
 *                       counting instructions
 */
#include <stdlib.h>
#include <time.h>

#include "traffic.h"

#define REQUESTS 20000
#define ROUNDS 7
#define START INT64_C(1767225600000000)

static struct traffic_request requests[REQUESTS];

static double cpu_seconds(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static void decide(struct wb_request *request, struct wb_engine *engine,
                   struct wb_state *state, const struct traffic_request *t,
                   size_t i)
{
    wb_request_begin(request, engine, START + (int64_t)i * 1000);
    traffic_fill(t, request);
    wb_decide(request, state, NULL, NULL);
    wb_request_reset(request);
}

static double time_round(struct wb_request *request, struct wb_engine *engine,
                         struct wb_state *state, int warm)
{
    double start = cpu_seconds();
    for (size_t i = 0; i < REQUESTS; i++) {
        decide(request, engine, state, &requests[warm ? 0 : i], i);
    }
    return (cpu_seconds() - start) / REQUESTS * 1e9;
}

static void print_best(const char *name, struct wb_request *request,
                       struct wb_engine *engine, struct wb_state *state,
                       int warm)
{
    double best = 1e18;
    for (int round = 0; round < ROUNDS; round++) {
        double ns = time_round(request, engine, state, warm);
        best = ns < best ? ns : best;
    }
    printf("%-28s %8.0f ns\n", name, best);
}

int main(int argc, char **argv)
{
    struct wb_problems *problems = wb_problems_new();
    struct wb_engine *engine = NULL;
    struct wb_state *state = NULL;
    struct wb_request *request = wb_request_new();
    uint64_t seed = 42;
    if (!request || wb_engine_load(NULL, problems, &engine) != WB_OK ||
        wb_state_open(engine, problems, &state) != WB_OK) {
        fprintf(stderr, "cannot load the demo\n");
        return 2;
    }
    for (size_t i = 0; i < REQUESTS; i++) {
        traffic_make(&requests[i], &seed);
    }
    if (argc == 3 && !strcmp(argv[1], "--count")) {
        size_t n = strtoul(argv[2], NULL, 10);
        for (size_t i = 0; i < n; i++) {
            decide(request, engine, state, &requests[i % REQUESTS], i);
        }
    } else {
        print_best("decision, warm", request, engine, state, 1);
        print_best("decision, rotating requests", request, engine, state, 0);
    }
    wb_request_free(request);
    wb_state_close(state);
    wb_engine_unref(engine);
    wb_problems_free(problems);
    return 0;
}
