/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One whole decision under the shipped rules and policy: facts given as
 * views, all headers written. Warm repeats one request; cold rotates through
 * 20,000 made requests, nine in ten from browsers.
 *
 *   decision            times, the minimum of 7 rounds
 *   decision --count N  decides N rotating requests and prints nothing: for
 *                       counting instructions; --logged N: of a combined log
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

/* What a combined log keeps of it. */
static void fill_logged(const struct traffic_request *t,
                        struct wb_request *request)
{
    static const struct wb_text known[] = {{"user-agent", 10}, {"referer", 7}};
    wb_request_fact(request, WB_METHOD, "GET", 3);
    wb_request_fact(request, WB_HTTP_VERSION, "1.1", 3);
    wb_request_fact(request, WB_TARGET, t->target, strlen(t->target));
    wb_request_fact(request, WB_CLIENT_IP, t->address, strlen(t->address));
    wb_request_headers_known(request, known, 2);
    for (size_t i = 0; i < t->count; i++) {
        if (!strcmp(t->name[i], "User-Agent") ||
            !strcmp(t->name[i], "Referer")) {
            wb_request_header(request, t->name[i], t->name_size[i],
                              t->text + t->value_at[i], t->value_size[i]);
        }
    }
}

enum input { WHOLE, LOGGED };

static void decide(struct wb_request *request, struct wb_engine *engine,
                   struct wb_state *state, const struct traffic_request *t,
                   size_t i, enum input input)
{
    wb_request_begin(request, engine, START + (int64_t)i * 1000);
    if (input == LOGGED) {
        fill_logged(t, request);
    } else {
        traffic_fill(t, request);
    }
    wb_decide(request, state, NULL, NULL);
    wb_request_reset(request);
}

static double time_round(struct wb_request *request, struct wb_engine *engine,
                         struct wb_state *state, int warm, enum input input)
{
    double start = cpu_seconds();
    for (size_t i = 0; i < REQUESTS; i++) {
        decide(request, engine, state, &requests[warm ? 0 : i], i, input);
    }
    return (cpu_seconds() - start) / REQUESTS * 1e9;
}

static void print_best(const char *name, struct wb_request *request,
                       struct wb_engine *engine, struct wb_state *state,
                       int warm, enum input input)
{
    double best = 1e18;
    for (int round = 0; round < ROUNDS; round++) {
        double ns = time_round(request, engine, state, warm, input);
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
    if (argc == 3) {
        enum input input = strcmp(argv[1], "--logged") ? WHOLE : LOGGED;
        size_t n = strtoul(argv[2], NULL, 10);
        for (size_t i = 0; i < n; i++) {
            decide(request, engine, state, &requests[i % REQUESTS], i, input);
        }
    } else {
        print_best("decision, warm", request, engine, state, 1, WHOLE);
        print_best("decision, rotating requests", request, engine, state, 0,
                   WHOLE);
        print_best("of a log's line, rotating", request, engine, state, 0,
                   LOGGED);
    }
    wb_request_free(request);
    wb_state_close(state);
    wb_engine_unref(engine);
    wb_problems_free(problems);
    return 0;
}
