/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of several files, one file after the other, through one window
 * of fixed size: a file may be larger than memory, a line may be longer than
 * the window. Compressed files are unpacked into it.
 */
#ifndef WB_REPLAY_READER_H
#define WB_REPLAY_READER_H

#include <stdint.h>

#include "base/view.h"

/* Longer lines are skipped. */
#define LINE_SIZE_MAX ((size_t)64 * 1024)

enum reading {
    READING_FILE,     /* a file was opened: see reader_window() */
    READING_LINE,     /* *line, without newline and carriage return */
    READING_TOO_LONG, /* a line was skipped */
    READING_BROKEN,   /* the rest of a compressed file is lost; so is the line
                       * that this cuts: reader_error() says why */
    READING_END,      /* of the last file */
    READING_FAILED    /* reader_error() says why */
};

struct reader;

/* "-" is stdin. The paths must live as long as the reader. NULL: out of
 * memory. */
struct reader *reader_new(const char *const *paths, size_t count);
void reader_free(struct reader *reader);
/* Empty lines are passed over. The view lives until the next call. */
enum reading reader_next(struct reader *reader, struct view *line);
/* After READING_FILE: the first 256 KiB of the file, unpacked, or all of
 * it. */
struct view reader_window(const struct reader *reader);
/* After READING_FILE: it is HAR; what are called lines are its entries. */
void reader_is_har(struct reader *reader);
/* Bytes of the file, as it is stored, that were read; and all of them, 0 when
 * nobody knows. */
void reader_progress(const struct reader *reader, uint64_t *done,
                     uint64_t *all);
/* The file that is being read. */
const char *reader_path(const struct reader *reader);
/* Of the line last read or skipped, from 1. */
uint64_t reader_line(const struct reader *reader);
/* For people; lives as long as the reader. */
const char *reader_error(const struct reader *reader);

#endif
