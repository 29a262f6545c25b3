/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ring and its writer. Lines are whole: one that does not fit is dropped
 * and counted. Times are those of the decisions.
 */
#include "sidecar/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RING_SIZE (1024 * 1024)

struct log {
    char *path; /* NULL: stderr */
    int fd;
    pthread_t writer;
    pthread_mutex_t mutex;
    pthread_cond_t filled;
    bool closing;
    size_t used; /* of `front` */
    char *front; /* lines come in here ... */
    char *back;  /* ... while the writer writes these */
    atomic_ulong lost;
};

static unsigned long count_lines(const char *data, size_t size)
{
    unsigned long lines = 0;

    for (size_t i = 0; i < size; i++) {
        lines += data[i] == '\n';
    }
    return lines;
}

static void write_all(struct log *log, int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t done = write(fd, data, size);

        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            atomic_fetch_add(&log->lost, count_lines(data, size));
            return;
        }
        data += done;
        size -= (size_t)done;
    }
}

/* Swaps the buffers and writes the full one without the lock. */
static void *write_lines(void *context)
{
    struct log *log = context;

    pthread_mutex_lock(&log->mutex);
    while (!log->closing || log->used > 0) {
        char *lines = log->front;
        size_t size = log->used;
        int fd = log->fd;

        if (size == 0) {
            pthread_cond_wait(&log->filled, &log->mutex);
            continue;
        }
        log->front = log->back;
        log->back = lines;
        log->used = 0;
        pthread_mutex_unlock(&log->mutex);
        write_all(log, fd, lines, size);
        pthread_mutex_lock(&log->mutex);
    }
    pthread_mutex_unlock(&log->mutex);
    return NULL;
}

static int open_path(const char *path)
{
    return path == NULL
               ? STDERR_FILENO
               : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

static void log_free(struct log *log)
{
    if (log->path != NULL && log->fd >= 0) {
        close(log->fd);
    }
    free(log->front);
    free(log->back);
    free(log->path);
    free(log);
}

struct log *log_open(const char *destination)
{
    struct log *log = calloc(1, sizeof *log);

    if (log == NULL) {
        return NULL;
    }
    log->path = strcmp(destination, "stderr") == 0 ? NULL : strdup(destination);
    log->fd = open_path(log->path);
    log->front = malloc(RING_SIZE);
    log->back = malloc(RING_SIZE);
    pthread_mutex_init(&log->mutex, NULL);
    pthread_cond_init(&log->filled, NULL);
    if (log->fd < 0 || log->front == NULL || log->back == NULL ||
        pthread_create(&log->writer, NULL, write_lines, log) != 0) {
        log_free(log);
        return NULL;
    }
    return log;
}

void log_close(struct log *log)
{
    if (log == NULL) {
        return;
    }
    pthread_mutex_lock(&log->mutex);
    log->closing = true;
    pthread_cond_signal(&log->filled);
    pthread_mutex_unlock(&log->mutex);
    pthread_join(log->writer, NULL);
    log_free(log);
}

/* The writer may be busy with the old file: the new one takes its number. */
bool log_reopen(struct log *log)
{
    int fd;

    if (log == NULL || log->path == NULL) {
        return true;
    }
    fd = open_path(log->path);
    if (fd < 0) {
        return false;
    }
    if (dup3(fd, log->fd, O_CLOEXEC) < 0) {
        close(fd);
        return false;
    }
    close(fd);
    return true;
}

unsigned long log_lost(struct log *log)
{
    return log != NULL ? atomic_load(&log->lost) : 0;
}

void log_line(struct log *log, const char *line, size_t size)
{
    pthread_mutex_lock(&log->mutex);
    if (RING_SIZE - log->used < size) {
        atomic_fetch_add(&log->lost, 1);
    } else {
        memcpy(log->front + log->used, line, size);
        log->used += size;
        if (log->used == size) {
            pthread_cond_signal(&log->filled);
        }
    }
    pthread_mutex_unlock(&log->mutex);
}
