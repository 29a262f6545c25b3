/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading and swapping. A load that fails in any way, or that would need
 * other sockets than are open, changes nothing: it is told on stderr, in the
 * log and in the metrics.
 */
#include "sidecar/reload.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reload {
    const char *path;
    const struct sidecar_options *options;
    pthread_mutex_t mutex; /* current and outcome */
    struct snapshot *current;
    struct reload_outcome outcome;
    atomic_uint generation; /* changes with `current` */
    pthread_key_t key;      /* of struct hold */
};

/* What a thread keeps between its requests. */
struct hold {
    struct snapshot *snapshot;
    unsigned generation;
};

struct snapshot *snapshot_ref(struct snapshot *snapshot)
{
    atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
    return snapshot;
}

void snapshot_unref(struct snapshot *snapshot)
{
    if (snapshot != NULL &&
        atomic_fetch_sub_explicit(&snapshot->references, 1,
                                  memory_order_acq_rel) == 1) {
        wb_engine_unref(snapshot->engine);
        free(snapshot);
    }
}

static void hold_free(void *context)
{
    struct hold *hold = context;

    snapshot_unref(hold->snapshot);
    free(hold);
}

static void print_problems(const struct wb_problems *problems)
{
    for (size_t i = 0; i < wb_problems_count(problems); i++) {
        fputs(wb_problem_text(problems, i), stderr);
    }
    if (wb_problems_errors(problems) + wb_problems_warnings(problems) >
        wb_problems_count(problems)) {
        fprintf(stderr, "%zu errors, %zu warnings in all\n",
                wb_problems_errors(problems), wb_problems_warnings(problems));
    }
}

/* 0, or the exit code. */
static int load_engine(const char *path, struct wb_engine **engine)
{
    struct wb_problems *problems = wb_problems_new();
    enum wb_status status;

    if (problems == NULL) {
        fputs("weighbridge: out of memory\n", stderr);
        return 2;
    }
    status = wb_engine_load(path, problems, engine);
    print_problems(problems);
    if (status != WB_OK && wb_problems_errors(problems) == 0) {
        fprintf(stderr, "weighbridge: %s cannot be loaded\n",
                path ? path : "the demo");
    }
    wb_problems_free(problems);
    if (status == WB_OK) {
        return 0;
    }
    return status == WB_ERROR_CONFIG ? 1 : 2;
}

/* A snapshot with one reference, or NULL and the exit code. */
static struct snapshot *load(const struct reload *reload, int *code)
{
    struct snapshot *snapshot = calloc(1, sizeof *snapshot);
    char problem[256];

    *code = 2;
    if (snapshot == NULL) {
        return NULL;
    }
    atomic_init(&snapshot->references, 1);
    *code = load_engine(reload->path, &snapshot->engine);
    if (*code == 0 &&
        !setup_read(&snapshot->setup, snapshot->engine, reload->path == NULL,
                    reload->options, problem, sizeof problem)) {
        fprintf(stderr, "%s: error: %s\n", reload->path ? reload->path : "demo",
                problem);
        *code = 1;
    }
    if (*code != 0) {
        snapshot_unref(snapshot);
        return NULL;
    }
    return snapshot;
}

struct reload *reload_open(const char *path,
                           const struct sidecar_options *options, int64_t now,
                           int *code)
{
    struct reload *reload = calloc(1, sizeof *reload);

    *code = 2;
    if (reload == NULL || pthread_key_create(&reload->key, hold_free) != 0) {
        free(reload);
        return NULL;
    }
    reload->path = path;
    reload->options = options;
    reload->outcome.at = now;
    pthread_mutex_init(&reload->mutex, NULL);
    reload->current = load(reload, code);
    if (reload->current == NULL) {
        reload_close(reload);
        return NULL;
    }
    return reload;
}

void reload_close(struct reload *reload)
{
    struct hold *hold;

    if (reload == NULL) {
        return;
    }
    hold = pthread_getspecific(reload->key); /* of this thread */
    if (hold != NULL) {
        hold_free(hold);
        pthread_setspecific(reload->key, NULL);
    }
    pthread_key_delete(reload->key);
    snapshot_unref(reload->current);
    pthread_mutex_destroy(&reload->mutex);
    free(reload);
}

static bool fits(const struct reload *reload, const struct snapshot *next)
{
    char problem[256];

    if (setup_fit(&reload->current->setup, &next->setup, problem,
                  sizeof problem)) {
        return true;
    }
    fprintf(stderr, "%s: error: %s\n", reload->path ? reload->path : "demo",
            problem);
    return false;
}

bool reload_again(struct reload *reload, bool lists, int64_t now)
{
    int code;
    struct snapshot *next = load(reload, &code), *old = NULL;

    if (lists && next != NULL &&
        !wb_engine_same_configuration(reload->current->engine, next->engine)) {
        snapshot_unref(next);
        return false;
    }

    if (next != NULL && !fits(reload, next)) {
        snapshot_unref(next);
        next = NULL;
    }
    pthread_mutex_lock(&reload->mutex);
    reload->outcome.last_failed = next == NULL;
    if (next != NULL) {
        old = reload->current;
        reload->current = next;
        reload->outcome.done++;
        reload->outcome.at = now;
        atomic_fetch_add_explicit(&reload->generation, 1, memory_order_release);
    } else {
        reload->outcome.failed++;
    }
    pthread_mutex_unlock(&reload->mutex);
    snapshot_unref(old);
    return next != NULL;
}

struct reload_outcome reload_outcome(struct reload *reload)
{
    struct reload_outcome outcome;

    pthread_mutex_lock(&reload->mutex);
    outcome = reload->outcome;
    pthread_mutex_unlock(&reload->mutex);
    return outcome;
}

static void hold_renew(struct reload *reload, struct hold *hold)
{
    struct snapshot *old = hold->snapshot;

    pthread_mutex_lock(&reload->mutex);
    hold->snapshot = snapshot_ref(reload->current);
    hold->generation =
        atomic_load_explicit(&reload->generation, memory_order_relaxed);
    pthread_mutex_unlock(&reload->mutex);
    snapshot_unref(old);
}

struct snapshot *reload_current(struct reload *reload)
{
    struct hold *hold = pthread_getspecific(reload->key);

    if (hold == NULL) {
        hold = calloc(1, sizeof *hold);
        if (hold == NULL || pthread_setspecific(reload->key, hold) != 0) {
            free(hold);
            return NULL;
        }
        hold_renew(reload, hold);
    } else if (hold->generation != atomic_load_explicit(&reload->generation,
                                                        memory_order_acquire)) {
        hold_renew(reload, hold);
    }
    return hold->snapshot;
}
