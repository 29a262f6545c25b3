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

#include "sidecar/page.h"

#define KEPT_MAX 50

struct reload {
    const char *path;
    const struct sidecar_options *options;
    pthread_mutex_t mutex; /* all of the following */
    struct snapshot *current;
    struct kept {
        struct wb_engine *engine; /* referenced */
        int64_t loaded;
    } kept[KEPT_MAX]; /* former generations, the latest first */
    unsigned kept_count;
    struct page problems; /* of the last load, as a JSON array */
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

static void put_problem(struct page *page, const char *text)
{
    page_put(page, page->size > 0 ? "," : "");
    page_quote(page, text, strlen(text));
}

static void print_problems(const struct wb_problems *problems,
                           struct page *page)
{
    for (size_t i = 0; i < wb_problems_count(problems); i++) {
        fputs(wb_problem_text(problems, i), stderr);
        put_problem(page, wb_problem_text(problems, i));
    }
    if (wb_problems_errors(problems) + wb_problems_warnings(problems) >
        wb_problems_count(problems)) {
        fprintf(stderr, "%zu errors, %zu warnings in all\n",
                wb_problems_errors(problems), wb_problems_warnings(problems));
    }
}

/* 0, or the exit code. */
static int load_engine(const char *path, struct wb_engine **engine,
                       struct page *page)
{
    struct wb_problems *problems = wb_problems_new();
    enum wb_status status;

    if (problems == NULL) {
        fputs("weighbridge: out of memory\n", stderr);
        return 2;
    }
    status = wb_engine_load(path, problems, engine);
    print_problems(problems, page);
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
static struct snapshot *load(const struct reload *reload, struct page *page,
                             int *code)
{
    struct snapshot *snapshot = calloc(1, sizeof *snapshot);
    char problem[256];

    *code = 2;
    if (snapshot == NULL) {
        return NULL;
    }
    atomic_init(&snapshot->references, 1);
    *code = load_engine(reload->path, &snapshot->engine, page);
    if (*code == 0 &&
        !setup_read(&snapshot->setup, snapshot->engine, reload->path == NULL,
                    reload->options, problem, sizeof problem)) {
        fprintf(stderr, "%s: error: %s\n", reload->path ? reload->path : "demo",
                problem);
        put_problem(page, problem);
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
    reload->current = load(reload, &reload->problems, code);
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
    for (unsigned i = 0; i < reload->kept_count; i++) {
        wb_engine_unref(reload->kept[i].engine);
    }
    page_free(&reload->problems);
    pthread_mutex_destroy(&reload->mutex);
    free(reload);
}

static bool fits(const struct reload *reload, const struct snapshot *next,
                 struct page *page)
{
    char problem[256];

    if (setup_fit(&reload->current->setup, &next->setup, problem,
                  sizeof problem)) {
        return true;
    }
    fprintf(stderr, "%s: error: %s\n", reload->path ? reload->path : "demo",
            problem);
    put_problem(page, problem);
    return false;
}

/* Drops former generations beyond the first `most`; under the mutex. */
static void keep_at_most(struct reload *reload, unsigned most)
{
    while (reload->kept_count > most) {
        wb_engine_unref(reload->kept[--reload->kept_count].engine);
    }
}

static bool is_generation(const struct wb_engine *engine,
                          const char *generation)
{
    return strcmp(wb_engine_generation(engine), generation) == 0;
}

/* The one in force becomes a former one, unless the next is the same. One
 * that comes back is no former one any more. Under the mutex. */
static void keep_current(struct reload *reload, const struct snapshot *next)
{
    struct wb_engine *old = reload->current->engine;
    const char *coming = wb_engine_generation(next->engine);
    unsigned most = next->setup.generations, kept = 0;

    for (unsigned i = 0; i < reload->kept_count; i++) {
        if (is_generation(reload->kept[i].engine, coming)) {
            wb_engine_unref(reload->kept[i].engine);
        } else {
            reload->kept[kept++] = reload->kept[i];
        }
    }
    reload->kept_count = kept;
    if (!is_generation(old, coming) && most > 0) {
        keep_at_most(reload, most - 1);
        memmove(reload->kept + 1, reload->kept,
                reload->kept_count * sizeof *reload->kept);
        reload->kept[0] = (struct kept){wb_engine_ref(old), reload->outcome.at};
        reload->kept_count++;
    }
    keep_at_most(reload, most);
}

bool reload_again(struct reload *reload, bool lists, int64_t now)
{
    int code;
    struct page problems = {0};
    struct snapshot *next = load(reload, &problems, &code), *old = NULL;

    if (lists && next != NULL &&
        !wb_engine_same_configuration(reload->current->engine, next->engine)) {
        page_free(&problems);
        snapshot_unref(next);
        return false;
    }

    if (next != NULL && !fits(reload, next, &problems)) {
        snapshot_unref(next);
        next = NULL;
    }
    pthread_mutex_lock(&reload->mutex);
    page_free(&reload->problems);
    reload->problems = problems;
    reload->outcome.last_failed = next == NULL;
    if (next != NULL) {
        keep_current(reload, next);
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

void reload_problems(struct reload *reload, struct page *page)
{
    page_put(page, "[");
    pthread_mutex_lock(&reload->mutex);
    page_add(page, reload->problems.data, reload->problems.size);
    pthread_mutex_unlock(&reload->mutex);
    page_put(page, "]");
}

void reload_generations(struct reload *reload, reload_visitor *visit,
                        void *context)
{
    pthread_mutex_lock(&reload->mutex);
    visit(context, wb_engine_generation(reload->current->engine),
          reload->outcome.at, true);
    for (unsigned i = 0; i < reload->kept_count; i++) {
        visit(context, wb_engine_generation(reload->kept[i].engine),
              reload->kept[i].loaded, false);
    }
    pthread_mutex_unlock(&reload->mutex);
}

struct wb_engine *reload_generation(struct reload *reload,
                                    const char *generation)
{
    struct wb_engine *found = NULL;

    pthread_mutex_lock(&reload->mutex);
    if (is_generation(reload->current->engine, generation)) {
        found = wb_engine_ref(reload->current->engine);
    }
    for (unsigned i = 0; found == NULL && i < reload->kept_count; i++) {
        if (is_generation(reload->kept[i].engine, generation)) {
            found = wb_engine_ref(reload->kept[i].engine);
        }
    }
    pthread_mutex_unlock(&reload->mutex);
    return found;
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
