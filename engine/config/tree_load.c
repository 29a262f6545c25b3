/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a file to the bytes that a YAML reader may see: at most 16 MiB of
 * well-formed UTF-8 without controls, a byte order mark taken off. Name and
 * text are copied into the arena, where every place points to them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "config/yaml_tree.h"

#define SIZE_LIMIT ((size_t)16 << 20)

static void out_of_memory(const struct source *source,
                          struct problems *problems)
{
    problems_add(problems, PROBLEM_ERROR, (struct place){source, 0, 0}, "Y015",
                 NULL, "out of memory");
}

/* Whether a character may stand in a file. The odd line ends are refused
 * because YAML 1.1 and 1.2 count lines differently by them. */
static bool is_allowed(uint32_t code)
{
    if (code < 0x20) {
        return code == '\t' || code == '\n' || code == '\r';
    }
    return !(code >= 0x7f && code <= 0x9f) && code != 0x2028 &&
           code != 0x2029 && code != 0xfeff && code != 0xfffe && code != 0xffff;
}

/* The place of the byte at `at`, of a text well-formed up to there. */
static struct place place_at(const struct source *source, size_t at)
{
    struct place place = {source, 1, 1};
    const char *text = source->text.at;

    for (size_t i = 0; i < at;) {
        size_t length = utf8_length(text + i, source->text.size - i);
        bool cr_lf =
            text[i] == '\r' && i + 1 < source->text.size && text[i + 1] == '\n';

        place.column++;
        if (text[i] == '\n' || (text[i] == '\r' && !cr_lf)) {
            place.line++;
            place.column = 1;
        }
        i += length ? length : 1;
    }
    return place;
}

static bool check_bytes(const struct source *source, struct problems *problems)
{
    struct view text = source->text;
    size_t length;

    for (size_t at = 0; at < text.size; at += length) {
        uint32_t code;

        length = utf8_length(text.at + at, text.size - at);
        if (length == 0) {
            problems_add(problems, PROBLEM_ERROR, place_at(source, at), "Y003",
                         "save the file as UTF-8",
                         "the file is not well-formed UTF-8 here");
            return false;
        }
        code = utf8_code(text.at + at, length);
        if (!is_allowed(code)) {
            problems_add(problems, PROBLEM_ERROR, place_at(source, at), "Y004",
                         "in double quotes it can be written as an "
                         "escape",
                         "the character U+%04X is not allowed", (unsigned)code);
            return false;
        }
    }
    return true;
}

static struct source *source_new(struct arena *arena, struct view name,
                                 struct problems *problems)
{
    struct source *source = arena_alloc(arena, sizeof(*source));

    if (source) {
        source->name = arena_copy(arena, name);
    }
    if (!source || !source->name.at) {
        out_of_memory(NULL, problems);
        return NULL;
    }
    return source;
}

/* A copy whose last line has an end, lest libyaml speak of a line that is
 * not there. */
static struct view copy_lines(struct arena *arena, struct view text)
{
    char *copy = arena_alloc(arena, text.size + 2);

    if (!copy) {
        return VIEW_NONE;
    }
    if (text.size > 0) {
        memcpy(copy, text.at, text.size);
        if (copy[text.size - 1] != '\n') {
            copy[text.size++] = '\n';
        }
    }
    return view_of(copy, text.size);
}

static struct node *read_text(struct arena *arena, struct source *source,
                              struct view text, struct problems *problems)
{
    if (text.size > SIZE_LIMIT) {
        problems_add(problems, PROBLEM_ERROR, (struct place){source, 0, 0},
                     "Y002", NULL, "the file is larger than 16 MiB");
        return NULL;
    }
    if (view_starts(text, VIEW("\xef\xbb\xbf"))) {
        text = view_of(text.at + 3, text.size - 3);
    }
    source->text = copy_lines(arena, text);
    if (!source->text.at) {
        out_of_memory(source, problems);
        return NULL;
    }
    return check_bytes(source, problems) ? yaml_read(arena, source, problems)
                                         : NULL;
}

struct node *tree_read_text(struct arena *arena, struct view name,
                            struct view text, struct problems *problems)
{
    struct source *source = source_new(arena, name, problems);

    return source ? read_text(arena, source, text, problems) : NULL;
}

/* Reads to the end, or one byte beyond the limit. 0, or what errno says;
 * *out is the caller's to free. */
static int read_all(FILE *file, char **out, size_t *size)
{
    size_t room = 0;
    size_t got;

    *out = NULL;
    *size = 0;
    do {
        if (*size == room) {
            char *more;

            room = room ? 2 * room : 64 << 10;
            room = room > SIZE_LIMIT ? SIZE_LIMIT + 1 : room;
            more = realloc(*out, room);
            if (!more) {
                return ENOMEM;
            }
            *out = more;
        }
        got = fread(*out + *size, 1, room - *size, file);
        *size += got;
    } while (got > 0 && *size <= SIZE_LIMIT);
    return ferror(file) ? (errno ? errno : EIO) : 0;
}

struct node *tree_read_file(struct arena *arena, const char *path,
                            struct problems *problems)
{
    struct source *source = source_new(arena, view_text(path), problems);
    struct node *root = NULL;
    char *bytes = NULL;
    size_t size = 0;
    FILE *file;
    int error;

    if (!source) {
        return NULL;
    }
    errno = 0;
    file = fopen(path, "rb");
    error = file ? read_all(file, &bytes, &size) : errno;
    if (file) {
        fclose(file);
    }
    if (error) {
        problems_add(problems, PROBLEM_ERROR, (struct place){source, 0, 0},
                     error == ENOMEM ? "Y015" : "Y001", NULL,
                     "the file cannot be read: %s", strerror(error));
    } else {
        root = read_text(arena, source, view_of(bytes, size), problems);
    }
    free(bytes);
    return root;
}
