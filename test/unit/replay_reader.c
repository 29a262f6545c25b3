/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader's lines against what was written: lines about as long as the
 * limit and the window, empty ones, with and without carriage returns and a
 * last newline, over several files, one of them a pipe that brings a byte
 * at a time. The reader is part of the program, so its source is included.
 */
#include "replay/reader.c"

#include <pthread.h>
#include <sys/stat.h>

#include "tap.h"

struct made {
    char path[64];
    char *bytes;
    size_t size;
};

/* Lines of these sizes; a line of n bytes holds n times the letter of its
 * place. */
static const size_t sizes[] = {
    1,
    0,
    5,
    LINE_SIZE_MAX - 1,
    LINE_SIZE_MAX,
    3,
    0,
    0,
    70000,
    LINE_SIZE_MAX + 1,
    2,
    WINDOW - 1,
    7,
    WINDOW,
    9,
    WINDOW + 1,
    11,
    3 * WINDOW,
    1,
    4000,
    WINDOW - 20,
    20,
    65000,
    65000,
    65000,
    65000,
    65000,
    500000,
};
#define SIZES (sizeof sizes / sizeof *sizes)

static void make(struct made *made, const char *line_end, bool last)
{
    size_t room = 0;

    for (size_t i = 0; i < SIZES; i++) {
        room += sizes[i] + 2;
    }
    made->bytes = malloc(room);
    made->size = 0;
    for (size_t i = 0; i < SIZES; i++) {
        memset(made->bytes + made->size, 'a' + (int)(i % 26), sizes[i]);
        made->size += sizes[i];
        if (last || i + 1 < SIZES) {
            memcpy(made->bytes + made->size, line_end, strlen(line_end));
            made->size += strlen(line_end);
        }
    }
    snprintf(made->path, sizeof made->path, "/tmp/wb-reader-XXXXXX");
    int fd = mkstemp(made->path);
    if (fd < 0 || write(fd, made->bytes, made->size) != (ssize_t)made->size) {
        abort();
    }
    close(fd);
}

static void made_free(struct made *made)
{
    unlink(made->path);
    free(made->bytes);
}

/* Reads one file's lines and compares. */
static void check_file(struct reader *r, const char *name)
{
    size_t wrong = 0;
    size_t next = 0;
    struct view line;

    while (next < SIZES) {
        if (sizes[next] == 0) {
            next++;
            continue;
        }
        enum reading reading = reader_next(r, &line);
        if (sizes[next] > LINE_SIZE_MAX) {
            wrong += reading != READING_TOO_LONG;
        } else {
            wrong += reading != READING_LINE || line.size != sizes[next] ||
                     line.at[0] != 'a' + (char)(next % 26) ||
                     memcmp(line.at, line.at + 1, line.size - 1) != 0;
        }
        next++;
        wrong += reader_line(r) != next;
    }
    is_number(wrong, 0, "%s: all lines, and their numbers", name);
}

static void check_files(void)
{
    struct made unix_lines, dos_lines, no_last;
    make(&unix_lines, "\n", true);
    make(&dos_lines, "\r\n", true);
    make(&no_last, "\n", false);
    const char *paths[] = {unix_lines.path, dos_lines.path, "/dev/null",
                           no_last.path};
    struct reader *r = reader_new(paths, 4);
    struct view line;

    ok(reader_next(r, &line) == READING_FILE, "the first file");
    check_file(r, "newlines");
    ok(reader_next(r, &line) == READING_FILE, "the second file");
    is_text(reader_path(r), dos_lines.path, "its path");
    check_file(r, "carriage returns");
    ok(reader_next(r, &line) == READING_FILE, "an empty file");
    ok(reader_next(r, &line) == READING_FILE, "the last file");
    check_file(r, "no last newline");
    ok(reader_next(r, &line) == READING_END, "the end");
    ok(reader_next(r, &line) == READING_END, "and it stays");
    reader_free(r);
    made_free(&unix_lines);
    made_free(&dos_lines);
    made_free(&no_last);
}

static void *drip(void *path)
{
    int fd = open(path, O_WRONLY);

    for (const char *at = "one\r\n\ntwo"; *at; at++) {
        if (write(fd, at, 1) != 1) {
            break;
        }
    }
    close(fd);
    return NULL;
}

static void check_pipe(void)
{
    char folder[] = "/tmp/wb-reader-XXXXXX";
    char path[64];
    const char *paths[] = {path};
    pthread_t thread;
    struct view line;

    if (!mkdtemp(folder)) {
        abort();
    }
    snprintf(path, sizeof path, "%s/pipe", folder);
    if (mkfifo(path, 0600) != 0 ||
        pthread_create(&thread, NULL, drip, path) != 0) {
        abort();
    }
    struct reader *r = reader_new(paths, 1);
    ok(reader_next(r, &line) == READING_FILE, "a pipe");
    ok(reader_next(r, &line) == READING_LINE && view_equal(line, VIEW("one")),
       "its first line");
    ok(reader_next(r, &line) == READING_LINE && view_equal(line, VIEW("two")) &&
           reader_line(r) == 3,
       "its last line");
    ok(reader_next(r, &line) == READING_END, "its end");
    pthread_join(thread, NULL);
    reader_free(r);
    unlink(path);
    rmdir(folder);
}

static void check_failures(void)
{
    static const char bzip2[] = "BZh";
    char path[] = "/tmp/wb-reader-XXXXXX";
    const char *missing[] = {"/nonexistent/log"};
    const char *folder[] = {"/tmp"};
    const char *packed[] = {path};
    struct view line;

    struct reader *r = reader_new(missing, 1);
    ok(reader_next(r, &line) == READING_FAILED, "a missing file");
    is_text(reader_error(r), "/nonexistent/log: No such file or directory",
            "says so");
    reader_free(r);
    r = reader_new(folder, 1);
    ok(reader_next(r, &line) == READING_FAILED, "a folder");
    reader_free(r);
    int fd = mkstemp(path);
    ok(fd >= 0 && write(fd, bzip2, 3) == 3, "a compressed file");
    close(fd);
    r = reader_new(packed, 1);
    ok(reader_next(r, &line) == READING_FAILED &&
           strstr(reader_error(r), "bzcat") != NULL,
       "is refused with the way to read it");
    reader_free(r);
    unlink(path);
}

int main(void)
{
    check_files();
    check_pipe();
    check_failures();
    return tap_end();
}
