/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No two decisions that are served have one id: of one request, of several,
 * and of processes that were forked from one that had made the request. In
 * replay the same input has the same one.
 */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine.h"

#define CONFIG "test/unit/engine_memory.yaml"
#define START INT64_C(1767225600000000)
#define ID_SIZE 32
#define PROCESSES 3
#define EACH 100 /* some batches of them, the last not whole */

static void decide(struct wb_engine *engine, struct wb_state *state,
                   struct wb_request *request, char id[ID_SIZE])
{
    memset(id, '-', ID_SIZE);
    wb_request_begin(request, engine, START);
    wb_request_fact(request, WB_METHOD, "GET", 3);
    wb_request_fact(request, WB_TARGET, "/", 1);
    wb_decide_blocking(request, state);
    struct wb_text told = wb_decision_answer(request, WB_ANSWER_ID);
    if (told.size == ID_SIZE) {
        memcpy(id, told.data, ID_SIZE);
    }
}

static size_t count_equal(char ids[][ID_SIZE], size_t count)
{
    size_t equal = 0;

    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < i; k++) {
            equal += !memcmp(ids[i], ids[k], ID_SIZE);
        }
    }
    return equal;
}

static void requests(struct wb_engine *engine)
{
    static char ids[2 * EACH][ID_SIZE];
    struct wb_request *both[] = {wb_request_new(), wb_request_new()};
    struct wb_state *state = NULL;

    ok(wb_state_open(engine, NULL, &state) == WB_OK, "a state opens");
    for (size_t i = 0; i < 2 * EACH; i++) {
        decide(engine, state, both[i % 2], ids[i]);
    }
    is_number((long long)count_equal(ids, 2 * EACH), 0,
              "ids of two requests differ");
    wb_request_free(both[0]);
    wb_request_free(both[1]);
    wb_state_close(state);
}

/* A state is opened behind the fork, as weighbridge(3) has it. */
static void serve(struct wb_engine *engine, struct wb_request *request, int out)
{
    struct wb_state *state = NULL;
    char id[ID_SIZE];

    if (wb_state_open(engine, NULL, &state) != WB_OK) {
        _exit(1);
    }
    for (size_t i = 0; i < EACH; i++) {
        decide(engine, state, request, id);
        if (write(out, id, sizeof id) != (ssize_t)sizeof id) {
            _exit(1);
        }
    }
    _exit(0);
}

static void processes(struct wb_engine *engine)
{
    static char ids[PROCESSES * EACH][ID_SIZE];
    struct wb_request *request = wb_request_new();
    size_t read_all = 0;
    int ends[2], good = 0, status;

    if (pipe(ends) != 0) {
        abort();
    }
    fflush(stdout);
    for (int i = 0; i < PROCESSES; i++) {
        pid_t child = fork();
        if (child == 0) {
            serve(engine, request, ends[1]);
        }
        good += waitpid(child, &status, 0) == child && status == 0;
    }
    close(ends[1]);
    while (read_all < sizeof ids) {
        ssize_t size =
            read(ends[0], (char *)ids + read_all, sizeof ids - read_all);
        if (size <= 0) {
            break;
        }
        read_all += (size_t)size;
    }
    close(ends[0]);
    ok(good == PROCESSES && read_all == sizeof ids, "each process decides");
    is_number((long long)count_equal(ids, PROCESSES * EACH), 0,
              "ids of processes with one request differ");
    wb_request_free(request);
}

static void replay(struct wb_engine *engine)
{
    char ids[2][ID_SIZE];
    struct wb_request *request = wb_request_new();
    struct wb_state *state = NULL;

    ok(wb_state_open_replay(engine, &state) == WB_OK, "a state for replay");
    decide(engine, state, request, ids[0]);
    decide(engine, state, request, ids[1]);
    is_number((long long)count_equal(ids, 2), 1, "equal input, equal id");
    wb_request_free(request);
    wb_state_close(state);
}

int main(void)
{
    struct wb_engine *engine = engine_at(CONFIG);

    requests(engine);
    processes(engine);
    replay(engine);
    wb_engine_unref(engine);
    return tap_end();
}
