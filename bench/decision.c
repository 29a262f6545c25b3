/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One whole decision under the shipped rules and policy: facts given as
 * views, all headers written. Warm repeats one request; the others rotate
 * through 20,000 made requests (traffic.h), nine in ten from browsers.
 *
 *   decision            times, the minimum of 7 rounds
 *   decision --count N  decides N rotating requests, all builds new, and
 *                       prints nothing: for counting instructions
 *     --devices N       phones new as well; --frozen N: as browsers send them;
 *     --warm N          one request; --logged N: what a combined log keeps of
 *                       those with new builds
 */
#include <stdlib.h>
#include <time.h>

#include "traffic.h"

#define REQUESTS 20000 /* whole batches */
#define ROUNDS 7
#define START INT64_C(1767225600000000)

static struct traffic_request requests[REQUESTS], devices[REQUESTS],
    frozen[REQUESTS];

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
    wb_request_fact(request, WB_TARGET, t->target, t->target_size);
    wb_request_fact(request, WB_CLIENT_IP, t->address, t->address_size);
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

static const struct mode {
    const char *option, *name;
    struct traffic_request *from;
    bool one; /* its first request, again and again */
    enum input input;
} modes[] = {
    {"--warm", "decision, warm", frozen, true, WHOLE},
    {"--frozen", "decision, rotating, as sent", frozen, false, WHOLE},
    {"--count", "decision, rotating, new builds", requests, false, WHOLE},
    {"--devices", "decision, rotating, new phones", devices, false, WHOLE},
    {"--logged", "of a log's line, new builds", requests, false, LOGGED},
};
#define MODES (sizeof modes / sizeof *modes)

static double time_round(struct wb_request *request, struct wb_engine *engine,
                         struct wb_state *state, const struct mode *mode)
{
    double spent = 0;
    for (size_t i = 0; i < REQUESTS; i += TRAFFIC_BATCH) {
        const struct traffic_request *batch = traffic_batch(&mode->from[i]);
        double start = cpu_seconds();
        for (size_t k = 0; k < TRAFFIC_BATCH; k++) {
            decide(request, engine, state, mode->one ? mode->from : &batch[k],
                   i + k, mode->input);
        }
        spent += cpu_seconds() - start;
    }
    return spent / REQUESTS * 1e9;
}

static void print_best(struct wb_request *request, struct wb_engine *engine,
                       struct wb_state *state, const struct mode *mode)
{
    double best = 1e18;
    for (int round = 0; round < ROUNDS; round++) {
        double ns = time_round(request, engine, state, mode);
        best = ns < best ? ns : best;
    }
    printf("%-30s %8.0f ns\n", mode->name, best);
}

static void make_traffic(void)
{
    static const struct {
        struct traffic_request *to;
        enum traffic_kind kind;
    } kinds[] = {{requests, TRAFFIC_NEW},
                 {frozen, TRAFFIC_FROZEN},
                 {devices, TRAFFIC_DEVICES}};
    uint64_t seed = 42;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        for (size_t i = 0; i < REQUESTS; i++) {
            traffic_make(&kinds[k].to[i], &seed, kinds[k].kind);
        }
    }
}

int main(int argc, char **argv)
{
    struct wb_problems *problems = wb_problems_new();
    struct wb_engine *engine = NULL;
    struct wb_state *state = NULL;
    struct wb_request *request = wb_request_new();
    if (!request || wb_engine_load(NULL, problems, &engine) != WB_OK ||
        wb_state_open(engine, problems, &state) != WB_OK) {
        fprintf(stderr, "cannot load the demo\n");
        return 2;
    }
    make_traffic();
    for (size_t m = 0; m < MODES; m++) {
        const struct mode *mode = &modes[m];
        if (argc != 3) {
            print_best(request, engine, state, mode);
        } else if (!strcmp(argv[1], mode->option)) {
            size_t n = strtoul(argv[2], NULL, 10);
            for (size_t i = 0; i < n; i++) {
                decide(request, engine, state,
                       &mode->from[mode->one ? 0 : i % REQUESTS], i,
                       mode->input);
            }
        }
    }
    wb_request_free(request);
    wb_state_close(state);
    wb_engine_unref(engine);
    wb_problems_free(problems);
    return 0;
}
