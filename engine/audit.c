/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit log: lines come into one of two buffers of 1 MiB while the
 * writer's thread writes the other, so that a slow disk never holds up a
 * decision. The writer alone knows the chain: it numbers the lines and puts
 * the hash of the one before into each, so that they are in order however
 * many threads decide.
 *
 *   members of a line ──► front │ back ──► number, chain ──► file
 *
 * A line that is not written whole is not part of the chain: the next one
 * says so, and how many were lost.
 */
#include "audit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/json.h"
#include "wb_outcome.h"

#define MINUTE INT64_C(60000000)
#define HEX 64

struct wb_audit {
    char *path; /* NULL: a descriptor that is not ours */
    pthread_t writer;
    bool running;
    pthread_mutex_t lock;
    pthread_cond_t filled;
    /* under the lock: */
    struct text front; /* lines, each ended by a newline */
    bool closing;
    int next_fd; /* to go on with; -1: none */
    int64_t next_time;
    uint64_t lost_here; /* for want of room, and not told in the log */
    int64_t latest;     /* time of a line */
    /* the writer's: */
    struct text back;
    int fd;
    uint64_t seq;
    char prev[HEX + 1];
    size_t torn;     /* bytes of a line that was not written whole */
    uint64_t untold; /* lines that were lost, and not told in the log */
    char line[AUDIT_LINE_MAX + 256];
    /* anybody's: */
    atomic_uint_least64_t written, lost;
    atomic_int_least64_t lost_at;
    atomic_bool failing;
};

/* ---- one line, by the writer ---- */

static bool write_bytes(struct wb_audit *a, const char *data, size_t size,
                        size_t *done)
{
    for (*done = 0; *done < size;) {
        ssize_t n = write(a->fd, data + *done, size - *done);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        *done += (size_t)n;
    }
    return true;
}

/* `members`: from the event on. False: it is lost. */
static bool write_line(struct wb_audit *a, struct view members)
{
    struct text line = text_in(a->line, sizeof a->line);
    struct text hex = text_in(a->prev, HEX);
    unsigned char hash[32];
    size_t done;

    text_add(&line, VIEW("{\"v\":1,\"seq\":"));
    text_add_u64(&line, a->seq + 1);
    text_add(&line, VIEW(",\"prev\":\""));
    text_add(&line, view_of(a->prev, HEX));
    text_add(&line, VIEW("\","));
    text_add(&line, members);
    text_add_char(&line, '\n');
    if (line.cut || !write_bytes(a, line.at, line.size, &done)) {
        a->torn += line.cut ? 0 : done;
        return false;
    }
    hash_sha256(hash, view_of(line.at, line.size - 1));
    text_add_hex(&hex, hash, sizeof hash);
    a->seq++;
    return true;
}

/* An event of the log itself. */
static bool write_event(struct wb_audit *a, const char *event, int64_t time)
{
    char room[256], times[40];
    struct text out = text_in(room, sizeof room);
    struct text text = text_in(times, sizeof times);
    struct json_writer w = {&out, false};
    size_t torn = a->torn, done;

    text_add_time(&text, time);
    json_member(&w, "event", view_text(event));
    json_member(&w, "time", text_view(&text));
    json_member(&w, "version", VIEW(WB_VERSION));
    if (torn) {
        json_key(&w, "torn");
        json_u64(&w, torn);
        if (!write_bytes(a, "\n", 1, &done)) {
            return false;
        }
    }
    if (a->untold) {
        json_key(&w, "lost");
        json_u64(&w, a->untold);
    }
    json_close_object(&w);
    a->torn = 0;
    if (!write_line(a, text_view(&out))) {
        return false;
    }
    a->untold = 0;
    return true;
}

static void lose(struct wb_audit *a, uint64_t lines, int64_t now)
{
    atomic_fetch_add(&a->lost, lines);
    atomic_store(&a->lost_at, now);
}

/* What was lost before is told first, or nothing more is written. */
static void write_next(struct wb_audit *a, struct view members, int64_t now)
{
    bool told =
        (a->untold == 0 && a->torn == 0) || write_event(a, "resumed", now);

    if (told && write_line(a, members)) {
        atomic_fetch_add(&a->written, 1);
        atomic_store(&a->failing, false);
        return;
    }
    a->untold++;
    lose(a, 1, now);
    atomic_store(&a->failing, true);
}

/* ---- the writer ---- */

struct work {
    bool over;
    int fd;
    int64_t fd_time, now;
};

/* Waits for lines or for something else to do; swaps the buffers. */
static struct work take_work(struct wb_audit *a)
{
    struct work work;
    struct text empty = a->back;

    empty.size = 0;
    empty.cut = false;
    pthread_mutex_lock(&a->lock);
    while (a->front.size == 0 && a->next_fd < 0 && !a->closing) {
        pthread_cond_wait(&a->filled, &a->lock);
    }
    work = (struct work){a->closing && a->front.size == 0 && a->next_fd < 0,
                         a->next_fd, a->next_time, a->latest};
    a->back = a->front;
    a->front = empty;
    a->next_fd = -1;
    a->untold += a->lost_here;
    a->lost_here = 0;
    pthread_mutex_unlock(&a->lock);
    return work;
}

/* Under the lock, for wb_audit_reopen looks at the file that is open. */
static void go_on_in(struct wb_audit *a, int fd)
{
    int old = a->fd;

    pthread_mutex_lock(&a->lock);
    a->fd = fd;
    pthread_mutex_unlock(&a->lock);
    close(old);
    a->torn = 0;
}

static void *write_all(void *context)
{
    struct wb_audit *a = context;
    struct work work = take_work(a);

    while (!work.over) {
        struct view rest = text_view(&a->back);

        while (rest.size > 0) {
            write_next(a, view_cut(&rest, '\n'), work.now);
        }
        if (work.fd >= 0) {
            go_on_in(a, work.fd);
            atomic_store(&a->failing, !write_event(a, "opened", work.fd_time));
        }
        work = take_work(a);
    }
    if (a->untold > 0) {
        write_event(a, "resumed", work.now);
    }
    return NULL;
}

/* ---- lines, from anybody ---- */

static void add_line(struct wb_audit *a, struct view members, int64_t now)
{
    pthread_mutex_lock(&a->lock);
    a->latest = now > a->latest ? now : a->latest;
    if (a->front.room - a->front.size < members.size + 1) {
        a->lost_here++;
        lose(a, 1, now);
    } else {
        bool first = a->front.size == 0;

        text_add(&a->front, members);
        text_add_char(&a->front, '\n');
        if (first) {
            pthread_cond_signal(&a->filled);
        }
    }
    pthread_mutex_unlock(&a->lock);
}

/* One that is too long for a line is counted as lost. */
static void add_text(struct wb_audit *a, const struct text *text, int64_t now)
{
    add_line(a, text->cut ? view_of(NULL, AUDIT_QUEUE) : text_view(text), now);
}

void wb_audit_decision(struct wb_audit *a, const struct wb_request *request)
{
    char room[AUDIT_LINE_MAX];
    struct text text = text_in(room, sizeof room);

    if (a && audit_line_decision(request, &text)) {
        add_text(a, &text, wb_request_time(request));
    }
}

void wb_audit_outcome(struct wb_audit *a, const struct wb_outcome *outcome)
{
    char room[AUDIT_LINE_MAX];
    struct text text = text_in(room, sizeof room);

    if (a) {
        audit_line_outcome(outcome, &text);
        add_text(a, &text, outcome->time);
    }
}

int wb_audit_health(struct wb_audit *a, int64_t now, uint64_t *written,
                    uint64_t *lost)
{
    *written = a ? atomic_load(&a->written) : 0;
    *lost = a ? atomic_load(&a->lost) : 0;
    return !a || (!atomic_load(&a->failing) &&
                  (*lost == 0 || now - atomic_load(&a->lost_at) > MINUTE));
}

/* ---- opening ---- */

/* Number of the last whole line; 0 when it tells none. */
static uint64_t seq_of(struct view line)
{
    static const char key[] = "\"seq\":";
    size_t at = view_search(line, VIEW("\"seq\":"));
    unsigned long long n = 0;

    if (at != SIZE_MAX) {
        struct view rest = view_of(line.at + at + sizeof key - 1,
                                   line.size - at - (sizeof key - 1));

        rest.size = view_find(rest, ',');
        (void)view_to_u64(rest, &n);
    }
    return n;
}

/* Goes on behind what a file holds: its last whole line, and what follows
 * it that is none. */
static bool read_end(struct wb_audit *a, int fd)
{
    struct stat file;
    struct text hex = text_in(a->prev, HEX);
    unsigned char hash[32];
    struct view tail;
    size_t size, end, start;

    if (fstat(fd, &file) != 0) {
        return false;
    }
    size = (size_t)file.st_size < a->front.room ? (size_t)file.st_size
                                                : a->front.room;
    if (pread(fd, a->front.at, size, file.st_size - (off_t)size) !=
        (ssize_t)size) {
        return size == 0;
    }
    tail = view_of(a->front.at, size);
    for (end = size; end > 0 && tail.at[end - 1] != '\n'; end--) {
    }
    a->torn = size - end;
    if (end == 0) {
        return true;
    }
    for (start = end - 1; start > 0 && tail.at[start - 1] != '\n'; start--) {
    }
    hash_sha256(hash, view_of(tail.at + start, end - 1 - start));
    text_add_hex(&hex, hash, sizeof hash);
    a->seq = seq_of(view_of(tail.at + start, end - 1 - start));
    return true;
}

/* One process writes a file: two chains in it would be none. */
static int open_file(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int error = errno;

        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static int open_destination(struct wb_audit *a, const char *destination)
{
    unsigned long long number;
    struct view text = view_text(destination);

    if (view_equal(text, VIEW("stderr"))) {
        return fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    }
    if (view_starts(text, VIEW("fd:")) &&
        view_to_u64(view_of(text.at + 3, text.size - 3), &number) &&
        number < 65536) {
        return fcntl((int)number, F_DUPFD_CLOEXEC, 3);
    }
    a->path = strdup(destination);
    return a->path ? open_file(a->path) : -1;
}

static bool start_writer(struct wb_audit *a)
{
    sigset_t all, before;

    sigfillset(&all); /* signals are the caller's threads' */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    a->running = pthread_create(&a->writer, NULL, write_all, a) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return a->running;
}

static enum wb_status open_all(struct wb_audit *a, const char *destination,
                               int64_t now)
{
    a->front = text_in(malloc(AUDIT_QUEUE), AUDIT_QUEUE);
    a->back = text_in(malloc(AUDIT_QUEUE), AUDIT_QUEUE);
    if (!a->front.at || !a->back.at) {
        return WB_ERROR_MEMORY;
    }
    if (!hash_start()) {
        return WB_ERROR_IO;
    }
    a->fd = open_destination(a, destination);
    if (a->fd < 0 || (a->path && !read_end(a, a->fd)) ||
        !write_event(a, "opened", now)) {
        return WB_ERROR_IO;
    }
    return start_writer(a) ? WB_OK : WB_ERROR_MEMORY;
}

enum wb_status wb_audit_open(const char *destination, int64_t now,
                             struct wb_audit **audit)
{
    struct wb_audit *a = calloc(1, sizeof *a);
    enum wb_status status;

    if (!a) {
        return WB_ERROR_MEMORY;
    }
    a->fd = a->next_fd = -1;
    a->latest = now;
    memset(a->prev, '0', HEX);
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->filled, NULL);
    status = open_all(a, destination, now);
    if (status == WB_OK) {
        *audit = a;
    } else {
        int error = errno;

        wb_audit_close(a);
        errno = error;
    }
    return status;
}

/* Is the file that the path names another than the one that is open? */
static bool is_another(int fd, int other)
{
    struct stat a, b;

    return fstat(fd, &a) == 0 && fstat(other, &b) == 0 &&
           (a.st_dev != b.st_dev || a.st_ino != b.st_ino);
}

enum wb_status wb_audit_reopen(struct wb_audit *a, int64_t now)
{
    int fd;

    if (!a || !a->path) {
        return WB_OK;
    }
    fd = open(a->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) {
        return WB_ERROR_IO;
    }
    pthread_mutex_lock(&a->lock);
    if (!is_another(fd, a->next_fd >= 0 ? a->next_fd : a->fd)) {
        close(fd);
        fd = -1;
    } else if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        pthread_mutex_unlock(&a->lock);
        return WB_ERROR_IO;
    }
    if (fd >= 0) {
        if (a->next_fd >= 0) {
            close(a->next_fd);
        }
        a->next_fd = fd;
        a->next_time = now;
        pthread_cond_signal(&a->filled);
    }
    pthread_mutex_unlock(&a->lock);
    return WB_OK;
}

void wb_audit_close(struct wb_audit *a)
{
    if (!a) {
        return;
    }
    if (a->running) {
        pthread_mutex_lock(&a->lock);
        a->closing = true;
        pthread_cond_signal(&a->filled);
        pthread_mutex_unlock(&a->lock);
        pthread_join(a->writer, NULL);
    }
    if (a->fd >= 0) {
        close(a->fd);
    }
    pthread_cond_destroy(&a->filled);
    pthread_mutex_destroy(&a->lock);
    free(a->front.at);
    free(a->back.at);
    free(a->path);
    free(a);
}
