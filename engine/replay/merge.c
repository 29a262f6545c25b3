/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens logs in the order of their first times and takes the earliest line of
 * those that are open; see merge.h.
 */
#include "replay/merge.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "replay/folder.h"

/* Logs that are open at once; more than that at one time are not merged but
 * follow each other. */
#define OPEN_MAX 256

struct log {
    struct origin origin;
    const char *path;      /* as given */
    size_t place;          /* among those given */
    struct reader *reader; /* NULL: not open */
    int64_t first;         /* the time of its first line */
    int64_t time;          /* of its next line; never goes back */
    enum reading reading;  /* its next line */
    struct view text;
    uint64_t size; /* of the file; 0: not known */
    struct log_clock clock;
};

struct merge {
    struct folder folder;
    struct log *logs; /* by first time */
    size_t count;
    size_t opened;              /* logs that are or were open */
    struct log *open[OPEN_MAX]; /* in no order */
    size_t open_count;
    struct log *told; /* whose line was told last: it is to go on */
    uint64_t done;    /* bytes of logs that ended */
    const struct format *format;
    bool failed;
    char error[512];
    char room[LINE_SIZE_MAX];
};

static bool fail(struct merge *m, const char *text)
{
    if (!m->failed) {
        snprintf(m->error, sizeof m->error, "%s", text);
    }
    m->failed = true;
    return false;
}

/* Opens a log and finds out what it is. */
static bool open_log(struct merge *m, struct log *log)
{
    struct view none;

    log->reader = reader_new(&log->path, 1);
    if (!log->reader) {
        return fail(m, "out of memory");
    }
    if (reader_next(log->reader, &none) != READING_FILE) {
        return fail(m, reader_error(log->reader));
    }
    log->origin.path = reader_path(log->reader);
    struct view window = reader_window(log->reader);
    log->origin.format = m->format ? m->format : format_guess(window);
    if (log->origin.format->is_har) {
        reader_is_har(log->reader);
    }
    return true;
}

static bool is_file(const char *path, uint64_t *size)
{
    struct stat status;
    bool regular = strcmp(path, "-") != 0 && stat(path, &status) == 0 &&
                   S_ISREG(status.st_mode);

    *size = regular ? (uint64_t)status.st_size : 0;
    return regular;
}

/* When does it begin? What cannot be read twice stays open. */
static bool probe(struct merge *m, struct log *log, int64_t before)
{
    if (!open_log(m, log)) {
        return false;
    }
    if (!format_first_time(log->origin.format, reader_window(log->reader),
                           &log->first)) {
        log->first = before;
    }
    if (log->size > 0) {
        reader_free(log->reader);
        log->reader = NULL;
    }
    return true;
}

static int by_first(const void *a, const void *b)
{
    const struct log *x = a;
    const struct log *y = b;

    if (x->first != y->first) {
        return x->first < y->first ? -1 : 1;
    }
    return x->place < y->place ? -1 : x->place > y->place;
}

static void probe_all(struct merge *m)
{
    int64_t before = INT64_MIN;

    for (size_t i = 0; i < m->count; i++) {
        if (!probe(m, &m->logs[i], before)) {
            return;
        }
        before = m->logs[i].first;
    }
    qsort(m->logs, m->count, sizeof *m->logs, by_first);
}

struct merge *merge_new(const char *const *paths, size_t count,
                        const struct format *format)
{
    struct merge *m = malloc(sizeof *m);

    if (!m) {
        return NULL;
    }
    memset(m, 0, offsetof(struct merge, room));
    m->format = format;
    bool found = folder_expand(&m->folder, paths, count);
    m->count = m->folder.count;
    m->logs = calloc(m->count ? m->count : 1, sizeof *m->logs);
    if (!m->logs || (!found && errno == ENOMEM)) {
        merge_free(m);
        return NULL;
    }
    if (!found) {
        fail(m, m->folder.error);
        return m;
    }
    for (size_t i = 0; i < m->count; i++) {
        m->logs[i].path = m->folder.paths[i];
        m->logs[i].place = i;
        is_file(m->logs[i].path, &m->logs[i].size);
    }
    if (m->count > 1) {
        probe_all(m);
    }
    return m;
}

void merge_free(struct merge *m)
{
    if (!m) {
        return;
    }
    for (size_t i = 0; m->logs && i < m->count; i++) {
        reader_free(m->logs[i].reader);
    }
    free(m->logs);
    folder_free(&m->folder);
    free(m);
}

const char *merge_error(const struct merge *m)
{
    return m->error;
}

/* ---- taking lines ---- */

/* A single log, or the last one, needs no times. */
static bool needs_time(const struct merge *m)
{
    return m->open_count > 1 || m->opened < m->count;
}

/* The next line of a log; one that has ended is open no more. */
static bool advance(struct merge *m, struct log *log)
{
    int64_t time;

    log->reading = reader_next(log->reader, &log->text);
    if (log->reading == READING_FAILED) {
        return fail(m, reader_error(log->reader));
    }
    if (log->reading == READING_BROKEN) {
        log->text = view_text(reader_error(log->reader));
    } else if (log->reading == READING_LINE && needs_time(m) &&
               format_time(log->origin.format, log->text, &log->clock, m->room,
                           &time)) {
        log->time = time > log->time ? time : log->time;
    }
    if (log->reading != READING_END) {
        return true;
    }
    m->done += log->size;
    reader_free(log->reader);
    log->reader = NULL;
    for (size_t i = 0; i < m->open_count; i++) {
        if (m->open[i] == log) {
            m->open[i] = m->open[--m->open_count];
            break;
        }
    }
    return true;
}

static bool open_next(struct merge *m)
{
    struct log *log = &m->logs[m->opened++];

    log->time = log->first;
    if (!log->reader && !open_log(m, log)) {
        return false;
    }
    m->open[m->open_count++] = log;
    return advance(m, log);
}

/* The log whose next line is earliest; NULL: none is open. */
static struct log *earliest(const struct merge *m)
{
    struct log *best = NULL;

    for (size_t i = 0; i < m->open_count; i++) {
        struct log *log = m->open[i];
        if (!best || log->time < best->time ||
            (log->time == best->time && log->place < best->place)) {
            best = log;
        }
    }
    return best;
}

enum reading merge_next(struct merge *m, struct merged *out)
{
    if (m->told) {
        struct log *told = m->told;
        m->told = NULL;
        if (!advance(m, told)) {
            return READING_FAILED;
        }
    }
    struct log *best = m->failed ? NULL : earliest(m);
    while (!m->failed && m->opened < m->count && m->open_count < OPEN_MAX &&
           (!best || m->logs[m->opened].first <= best->time)) {
        open_next(m);
        best = earliest(m);
    }
    if (m->failed) {
        return READING_FAILED;
    }
    if (!best) {
        return READING_END;
    }
    m->told = best;
    out->text = best->text;
    out->origin = &best->origin;
    out->number = reader_line(best->reader);
    return best->reading;
}

void merge_progress(const struct merge *m, uint64_t *done, uint64_t *all)
{
    *done = m->done;
    *all = 0;
    for (size_t i = 0; i < m->count; i++) {
        if (m->logs[i].size == 0) {
            *all = 0;
            break;
        }
        *all += m->logs[i].size;
    }
    for (size_t i = 0; i < m->open_count; i++) {
        uint64_t read, size;
        reader_progress(m->open[i]->reader, &read, &size);
        *done += read;
    }
}
