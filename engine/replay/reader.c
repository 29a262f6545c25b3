/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A window that slides over the files:
 *
 *   room [ read already | from ... lines to come ... to | free ]
 *
 * What is left of a line at the window's end moves to its front before more
 * is read.
 */
#include "replay/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replay/har.h"
#include "replay/unpack.h"

#define WINDOW UNPACK_ROOM

struct reader {
    const char *const *paths;
    size_t count;
    size_t opened; /* files opened so far; the current one is the last */
    int fd;        /* -1: none is open */
    struct unpack *unpack; /* NULL: the file is not compressed */
    const char *broken;    /* why the file ended early; a literal, or NULL */
    bool ended;            /* the file's end is in the window */
    bool skipping;         /* within a line that is too long */
    struct har har;
    char *entry; /* room for one of HAR; NULL: the file is not HAR */
    uint64_t line;
    size_t from, to;
    char error[512];
    char room[WINDOW];
};

struct reader *reader_new(const char *const *paths, size_t count)
{
    struct reader *r = malloc(sizeof *r);

    if (r) {
        memset(r, 0, offsetof(struct reader, room));
        r->paths = paths;
        r->count = count;
        r->fd = -1;
    }
    return r;
}

static void close_file(struct reader *r)
{
    unpack_close(r->unpack);
    r->unpack = NULL;
    if (r->fd > STDIN_FILENO) {
        close(r->fd);
    }
    r->fd = -1;
}

void reader_free(struct reader *r)
{
    if (r) {
        close_file(r);
        free(r->entry);
        free(r);
    }
}

struct view reader_window(const struct reader *r)
{
    return view_of(r->room + r->from, r->to - r->from);
}

const char *reader_path(const struct reader *r)
{
    const char *path = r->opened ? r->paths[r->opened - 1] : "";

    return strcmp(path, "-") ? path : "stdin";
}

uint64_t reader_line(const struct reader *r)
{
    return r->line;
}

const char *reader_error(const struct reader *r)
{
    return r->error;
}

/* Without memory for an entry the file is read as lines, which are none. */
void reader_is_har(struct reader *r)
{
    if (!r->entry) {
        r->entry = malloc(LINE_SIZE_MAX);
    }
    if (r->entry) {
        har_start(&r->har, r->entry, LINE_SIZE_MAX);
    }
}

void reader_progress(const struct reader *r, uint64_t *done, uint64_t *all)
{
    struct stat status;
    off_t at = r->fd >= 0 ? lseek(r->fd, 0, SEEK_CUR) : -1;

    *done = at > 0 ? (uint64_t)at : 0;
    *all = 0;
    if (r->fd >= 0 && fstat(r->fd, &status) == 0 && S_ISREG(status.st_mode)) {
        *all = (uint64_t)status.st_size;
    }
}

static enum reading fail(struct reader *r, const char *why)
{
    snprintf(r->error, sizeof r->error, "%s: %s", reader_path(r), why);
    return READING_FAILED;
}

/* Bytes of the file itself into the window's free part. */
static bool fill_plain(struct reader *r)
{
    ssize_t n = read(r->fd, r->room + r->to, WINDOW - r->to);

    if (n > 0) {
        r->to += (size_t)n;
    } else if (n == 0) {
        r->ended = true;
    } else if (errno != EINTR) {
        fail(r, strerror(errno));
        return false;
    }
    return true;
}

/* Bytes that it unpacks to. */
static bool fill_unpacked(struct reader *r)
{
    size_t made;

    switch (unpack_read(r->unpack, r->room + r->to, WINDOW - r->to, &made)) {
    case UNPACK_SOME:
        r->to += made;
        return true;
    case UNPACK_END:
        r->ended = true;
        return true;
    case UNPACK_CUT:
        r->ended = true;
        r->broken = "it ends too early";
        return true;
    case UNPACK_BAD:
        r->ended = true;
        r->broken = "it is corrupt";
        return true;
    default:
        fail(r, strerror(errno));
        return false;
    }
}

/* Fills the window as far as the file goes. */
static bool fill(struct reader *r)
{
    memmove(r->room, r->room + r->from, r->to - r->from);
    r->to -= r->from;
    r->from = 0;
    while (r->to < WINDOW && !r->ended) {
        if (!(r->unpack ? fill_unpacked(r) : fill_plain(r))) {
            return false;
        }
    }
    return true;
}

/* What begins like a compressed file is unpacked from its start. */
static bool fill_first(struct reader *r)
{
    if (!fill(r)) {
        return false;
    }
    const struct unpack_kind *kind = unpack_find(reader_window(r));
    if (!kind) {
        return true;
    }
    if (!kind->open) {
        fail(r, kind->error);
        return false;
    }
    r->unpack = unpack_open(kind, r->fd, reader_window(r));
    if (!r->unpack) {
        fail(r, "out of memory");
        return false;
    }
    r->from = r->to = 0;
    r->ended = false;
    return fill(r);
}

static enum reading open_next(struct reader *r)
{
    close_file(r);
    free(r->entry);
    r->entry = NULL;
    if (r->opened == r->count) {
        return READING_END;
    }
    const char *path = r->paths[r->opened++];
    r->fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    if (r->fd < 0) {
        return fail(r, strerror(errno));
    }
    r->from = r->to = 0;
    r->line = 0;
    r->ended = r->skipping = false;
    r->broken = NULL;
    if (!fill_first(r)) {
        return READING_FAILED;
    }
    if (view_starts(reader_window(r), VIEW("\xef\xbb\xbf"))) {
        r->from = 3; /* a byte order mark */
    }
    return READING_FILE;
}

/* Line ends are "\n" or "\r\n"; false for an empty line. */
static bool take(struct reader *r, size_t size, struct view *line)
{
    *line = view_of(r->room + r->from, size);
    if (size > 0 && line->at[size - 1] == '\r') {
        line->size--;
    }
    return line->size > 0;
}

/* A line whose newline, or the file's end, is `size` bytes ahead. */
static enum reading end_line(struct reader *r, size_t size, bool newline,
                             struct view *line, bool *some)
{
    bool holds = take(r, size, line);
    bool long_one = r->skipping || line->size > LINE_SIZE_MAX;

    r->line++;
    r->skipping = false;
    *some = holds || long_one;
    r->from += size + newline;
    return long_one ? READING_TOO_LONG : READING_LINE;
}

/* The line that the file's early end cut, of which there may be nothing. */
static enum reading end_broken(struct reader *r)
{
    snprintf(r->error, sizeof r->error, "%s", r->broken);
    r->broken = NULL;
    r->skipping = false;
    r->from = r->to;
    r->line++;
    return READING_BROKEN;
}

static enum reading next_entry(struct reader *r, struct view *line)
{
    for (;;) {
        struct view left = view_of(r->room + r->from, r->to - r->from);
        bool whole = har_cut(&r->har, &left);
        r->from = r->to - left.size;
        if (!whole && !r->ended) {
            if (!fill(r)) {
                return READING_FAILED;
            }
            continue;
        }
        if (!whole && r->broken) {
            return end_broken(r);
        }
        if (!whole && !r->har.in_entry) {
            return open_next(r);
        }
        r->har.in_entry = false; /* the last may be cut */
        r->line++;
        *line = view_of(r->entry, r->har.size);
        return r->har.too_long ? READING_TOO_LONG : READING_LINE;
    }
}

enum reading reader_next(struct reader *r, struct view *line)
{
    if (r->entry && r->fd >= 0) {
        return next_entry(r, line);
    }
    while (r->fd >= 0) {
        size_t left = r->to - r->from;
        const char *newline =
            left ? memchr(r->room + r->from, '\n', left) : NULL;
        bool some;
        enum reading reading;

        if (!newline && r->broken) {
            return end_broken(r);
        }
        if (newline || (r->ended && (left || r->skipping))) {
            size_t size =
                newline ? (size_t)(newline - r->room) - r->from : left;
            reading = end_line(r, size, newline != NULL, line, &some);
            if (some) {
                return reading;
            }
        } else if (r->ended) {
            break;
        } else {
            if (left > LINE_SIZE_MAX + 1) { /* and a carriage return */
                r->skipping = true;
                r->from = r->to;
            }
            if (!fill(r)) {
                return READING_FAILED;
            }
        }
    }
    return open_next(r);
}
