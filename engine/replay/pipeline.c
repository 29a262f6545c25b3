/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each thread owns one block and carries it through all stages. Stages that
 * must see the blocks in input order are turns: a thread waits until the
 * block before has passed.
 *
 *   thread 1   take 0 | weigh 0    | decide 0 | count 0 | write 0 | take 3
 *   thread 2   take 1   | weigh 1             | decide 1 | count 1 | write 1
 *   thread 3     take 2   | weigh 2                      | decide 2 | ...
 *
 * So blocks in flight are as many as threads, and no queue is needed. After
 * a failure blocks still pass their turns, doing nothing, until all threads
 * have seen it.
 */
#include "replay/pipeline.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct turn {
    pthread_mutex_t mutex;
    pthread_cond_t passed;
    uint64_t next; /* number of the block whose turn it is */
};

struct pipeline {
    const struct pipeline_options *options;
    struct merge *merge;
    pthread_mutex_t reading; /* guards the six below */
    uint64_t blocks, lines;
    bool ended;
    enum pipeline_result result; /* the first that is not DONE stays */
    int error;                   /* errno of PIPELINE_WRITE */
    atomic_bool stop;
    struct turn decide, write;
};

struct worker {
    struct pipeline *pipeline;
    struct block *block;
    pthread_t thread;
};

/* ---- turns ---- */

static void turn_start(struct turn *turn)
{
    pthread_mutex_init(&turn->mutex, NULL);
    pthread_cond_init(&turn->passed, NULL);
    turn->next = 0;
}

static void turn_end(struct turn *turn)
{
    pthread_mutex_destroy(&turn->mutex);
    pthread_cond_destroy(&turn->passed);
}

static void turn_wait(struct turn *turn, uint64_t number)
{
    pthread_mutex_lock(&turn->mutex);
    while (turn->next != number) {
        pthread_cond_wait(&turn->passed, &turn->mutex);
    }
    pthread_mutex_unlock(&turn->mutex);
}

static void turn_pass(struct turn *turn)
{
    pthread_mutex_lock(&turn->mutex);
    turn->next++;
    pthread_cond_broadcast(&turn->passed);
    pthread_mutex_unlock(&turn->mutex);
}

/* ---- one thread ---- */

static void fail(struct pipeline *p, enum pipeline_result result)
{
    int error = errno;

    pthread_mutex_lock(&p->reading);
    if (p->result == PIPELINE_DONE) {
        p->result = result;
        p->error = error;
    }
    p->ended = true;
    pthread_mutex_unlock(&p->reading);
    atomic_store(&p->stop, true);
}

/* False: there are no more lines. Holds p->reading. */
static bool take_lines(struct pipeline *p, struct block *block)
{
    switch (block_take(block, p->merge)) {
    case READING_END:
        p->ended = true;
        return block->count > 0;
    case READING_FAILED:
        fprintf(p->options->job->err, "weighbridge: %s\n",
                merge_error(p->merge));
        p->ended = true;
        p->result = PIPELINE_READ;
        return false;
    default:
        return true;
    }
}

static bool take(struct pipeline *p, struct block *block)
{
    pthread_mutex_lock(&p->reading);
    bool some = !p->ended && take_lines(p, block);
    if (some) {
        block->number = p->blocks++;
        p->lines += block->count;
        if (p->options->progress) {
            progress_show(p->options->progress, p->merge, p->lines);
        }
    }
    pthread_mutex_unlock(&p->reading);
    return some;
}

static void *work(void *arg)
{
    const struct worker *worker = arg;
    struct pipeline *p = worker->pipeline;
    struct block *block = worker->block;

    while (take(p, block)) {
        block_weigh(block);
        turn_wait(&p->decide, block->number);
        if (!atomic_load(&p->stop)) {
            block_decide(block);
        }
        turn_pass(&p->decide);
        if (!atomic_load(&p->stop)) {
            block_count(block);
        }
        if (block->failed) {
            fail(p, PIPELINE_MEMORY);
        }
        turn_wait(&p->write, block->number);
        if (!atomic_load(&p->stop) && !block_write(block)) {
            fail(p, PIPELINE_WRITE);
        }
        turn_pass(&p->write);
    }
    return NULL;
}

/* ---- all threads ---- */

/* This thread works too. Threads that cannot be had are done without. */
static bool run_workers(struct pipeline *p, struct worker *workers,
                        unsigned count)
{
    unsigned started = 1;

    for (unsigned i = 0; i < count; i++) {
        workers[i].pipeline = p;
        workers[i].block = block_new(p->options->job, workers[0].block);
        if (!workers[i].block) {
            return false;
        }
    }
    while (started < count && pthread_create(&workers[started].thread, NULL,
                                             work, &workers[started]) == 0) {
        started++;
    }
    work(&workers[0]);
    while (--started > 0) {
        pthread_join(workers[started].thread, NULL);
    }
    return true;
}

static void add_up(const struct pipeline_sums *sums, struct block *block)
{
    for (unsigned i = 0; i < block->job->sides; i++) {
        tally_settle(&block->tallies[i]);
        tally_merge(&sums->tallies[i], &block->tallies[i]);
    }
    sums->tallies[0].failed |= !table_merge(sums->moves, &block->moves);
    for (unsigned i = 0; i < MOVE_KINDS; i++) {
        sums->moved[i] += block->moved[i];
    }
}

static void run(struct pipeline *p, const struct pipeline_sums *sums)
{
    unsigned count = p->options->threads ? p->options->threads : 1;
    struct worker *workers = calloc(count, sizeof *workers);

    if (!workers || !run_workers(p, workers, count)) {
        fail(p, PIPELINE_MEMORY);
    }
    for (unsigned i = 0; workers && i < count; i++) {
        if (workers[i].block) {
            add_up(sums, workers[i].block);
        }
        block_free(workers[i].block);
    }
    free(workers);
}

enum pipeline_result pipeline_run(const struct pipeline_options *options,
                                  const struct pipeline_sums *sums, int *error)
{
    struct pipeline p = {.options = options};

    p.merge = merge_new(options->paths, options->path_count, options->format);
    if (!p.merge) {
        return PIPELINE_MEMORY;
    }
    pthread_mutex_init(&p.reading, NULL);
    turn_start(&p.decide);
    turn_start(&p.write);
    run(&p, sums);
    turn_end(&p.decide);
    turn_end(&p.write);
    pthread_mutex_destroy(&p.reading);
    merge_free(p.merge);
    *error = p.error;
    if (p.result == PIPELINE_DONE && sums->tallies[0].failed) {
        return PIPELINE_MEMORY;
    }
    return p.result;
}
