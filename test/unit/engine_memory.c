/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory: deciding allocates nothing after warm-up; loading survives each of
 * its allocations failing once; nothing leaks. malloc is taken over by this
 * program (glibc's own stands behind), so sanitizer builds skip it.
 */
#include <stdlib.h>

#include "../../bench/traffic.h"
#include "tap.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define INTERPOSED 0
#else
#define INTERPOSED 1
#endif

#if INTERPOSED
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *p);

static _Thread_local long allocations;
static _Thread_local long frees;
static _Thread_local long fail_at = -1; /* allocations until one fails */

static int fails(void)
{
    allocations++;
    return fail_at >= 0 && fail_at-- == 0;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}

void free(void *p)
{
    frees += p != NULL;
    __libc_free(p);
}

#define START INT64_C(1767225600000000)
#define ASKED 2000

static void decide(struct wb_request *request, struct wb_engine *engine,
                   struct wb_state *state, uint64_t *seed, int64_t now)
{
    static struct traffic_request t;
    traffic_make(&t, seed, TRAFFIC_NEW);
    wb_request_begin(request, engine, now);
    traffic_fill(&t, request);
    if (t.address[11] == '7') {
        wb_request_header(request, "X-PAYMENT", 9, "e30=", 4);
    }
    wb_decide_blocking(request, state);
    wb_request_reset(request);
}

static void deciding(void)
{
    struct wb_problems *problems = wb_problems_new();
    struct wb_engine *engine = NULL;
    struct wb_state *state = NULL;
    struct wb_request *request = wb_request_new();
    uint64_t seed = 7;
    ok(wb_engine_load(NULL, problems, &engine) == WB_OK &&
           wb_state_open(engine, problems, &state) == WB_OK,
       "the demo loads");
    decide(request, engine, state, &seed, START);
    long before = allocations;
    for (int64_t i = 0; i < ASKED; i++) {
        decide(request, engine, state, &seed, START + i * 1000);
    }
    is_number(allocations - before, 0, "%d decisions allocate nothing", ASKED);
    wb_request_free(request);
    wb_state_close(state);
    wb_engine_unref(engine);
    wb_problems_free(problems);
}

static const char *path;

/* One load and one decision; true if it came through. */
static bool whole_way(void)
{
    struct wb_problems *problems = wb_problems_new();
    struct wb_engine *engine = NULL;
    struct wb_state *state = NULL;
    struct wb_request *request = wb_request_new();
    uint64_t seed = 7;
    bool good = problems && request &&
                wb_engine_load(path, problems, &engine) == WB_OK &&
                wb_state_open(engine, problems, &state) == WB_OK &&
                wb_request_begin(request, engine, START) == WB_OK;
    if (good) {
        fail_at = -1;
        decide(request, engine, state, &seed, START);
    }
    wb_request_free(request);
    wb_state_close(state);
    wb_engine_unref(engine);
    wb_problems_free(problems);
    return good;
}

static void failing(void)
{
    long n = 0;
    long leaked = 0;
    for (;; n++) {
        long a = allocations;
        long f = frees;
        fail_at = n;
        bool good = whole_way();
        bool done = fail_at >= 0;
        fail_at = -1;
        if (good || done) {
            break;
        }
        leaked += allocations - a - 1 > frees - f;
    }
    ok(n > 10, "each of %ld allocations of a load failed once", n);
    is_number(leaked, 0, "no failed load leaked");
}

int main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    path = "test/unit/engine_memory.yaml";
    deciding();
    failing();
    return tap_end();
}

#else
int main(void)
{
    printf("1..0 # SKIP malloc belongs to the sanitizer\n");
    return 0;
}
#endif
