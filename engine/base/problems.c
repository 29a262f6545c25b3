/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Problems, each turned to text when it is added, so that it outlives the
 * file it was found in. File names, messages and source lines hold foreign
 * bytes: what is no well-formed UTF-8 or would steer a terminal is shown as
 * U+FFFD, a tab as one space, and what is long is cut. Running out of memory
 * here loses words, never the count.
 */
#include "base/problems.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "base/utf8.h"

#define KEPT_MAX 20
/* In characters. */
#define FILE_MAX 240
#define MESSAGE_MAX 600
#define HINT_MAX 400
#define LINE_MAX 160
/* All of them at 4 bytes, the caret's line and what stands between. */
#define TEXT_ROOM (4 * (FILE_MAX + MESSAGE_MAX + HINT_MAX + LINE_MAX) + 1024)

static const char replacement[] = "\xef\xbf\xbd";

struct problem {
    enum problem_level level;
    const char *code; /* the caller's literal */
    unsigned line, column;
    /* Owned; NULL when there is none or memory ran out. */
    char *file, *message, *hint, *text;
};

struct problems {
    struct problem kept[KEPT_MAX];
    size_t count;
    size_t errors;
    size_t warnings;
};

struct problems *problems_new(void)
{
    return calloc(1, sizeof(struct problems));
}

static void problem_clear(struct problem *problem)
{
    free(problem->file);
    free(problem->message);
    free(problem->hint);
    free(problem->text);
}

void problems_free(struct problems *p)
{
    if (p) {
        for (size_t i = 0; i < p->count; i++) {
            problem_clear(&p->kept[i]);
        }
        free(p);
    }
}

/* The size of the next character; a wrong byte counts as one. */
static size_t step(struct view v, size_t at)
{
    size_t length = utf8_length(v.at + at, v.size - at);

    return length ? length : 1;
}

static void add_clean_char(struct text *t, struct view v, size_t at)
{
    size_t length = utf8_length(v.at + at, v.size - at);

    if (v.at[at] == '\t') {
        text_add_char(t, ' ');
    } else if (!length || utf8_is_unprintable(utf8_code(v.at + at, length))) {
        text_add(t, view_text(replacement));
    } else {
        text_add(t, view_of(v.at + at, length));
    }
}

/* At most `most` characters of `v`, the last three as dots if there is more. */
static void add_clean(struct text *t, struct view v, size_t most)
{
    size_t size_at_dots = t->size;
    size_t at = 0;

    for (size_t n = 0; at < v.size; n++) {
        if (n == most) {
            t->size = size_at_dots;
            text_add(t, VIEW("..."));
            return;
        }
        if (n == most - 3) {
            size_at_dots = t->size;
        }
        add_clean_char(t, v, at);
        at += step(v, at);
    }
}

/* Cuts a line off *rest; CR, LF and CR LF end one, as editors have it. */
static struct view cut_line(struct view *rest)
{
    size_t size = 0;
    struct view line;

    while (size < rest->size && rest->at[size] != '\n' &&
           rest->at[size] != '\r') {
        size++;
    }
    line = view_of(rest->at, size);
    if (size == rest->size) {
        *rest = VIEW_NONE;
        return line;
    }
    if (rest->at[size] == '\r' && size + 1 < rest->size &&
        rest->at[size + 1] == '\n') {
        size++;
    }
    *rest = view_of(rest->at + size + 1, rest->size - size - 1);
    return line;
}

static struct view find_line(struct view text, unsigned number)
{
    struct view line = VIEW_NONE;

    for (unsigned i = 0; i < number; i++) {
        if (!text.at) {
            return VIEW_NONE;
        }
        line = cut_line(&text);
    }
    return line;
}

static size_t count_characters(struct view v)
{
    size_t n = 0;

    for (size_t at = 0; at < v.size; at += step(v, at)) {
        n++;
    }
    return n;
}

/* Characters `from` to `to` of a line. */
static struct view middle(struct view line, size_t from, size_t to)
{
    size_t at = 0;
    size_t first = line.size;
    size_t n = 0;

    for (; at < line.size && n < to; n++) {
        if (n == from) {
            first = at;
        }
        at += step(line, at);
    }
    return first < at ? view_of(line.at + first, at - first) : VIEW("");
}

/* The source line and a caret below the column; a long line is cut around
 * the caret, with dots at the cut ends. */
static void add_source_line(struct text *t, struct view line, unsigned number,
                            unsigned column)
{
    size_t size = count_characters(line);
    size_t caret = column ? column - 1 : 0;
    size_t from = 0;
    size_t to = size;

    caret = caret > size ? size : caret;
    if (size > LINE_MAX) {
        from = caret > LINE_MAX / 2 ? caret - LINE_MAX / 2 : 0;
        from = from > size - LINE_MAX ? size - LINE_MAX : from;
        to = from + LINE_MAX;
    }
    text_addf(t, " %4u | ", number);
    if (from > 0) {
        text_add(t, VIEW("..."));
    }
    add_clean(t, middle(line, from ? from + 3 : 0, to < size ? to - 3 : to),
              LINE_MAX);
    if (to < size) {
        text_add(t, VIEW("..."));
    }
    while (t->at[t->size - 1] == ' ') {
        t->size--;
    }
    text_addf(t, "\n      | %*s\n", (int)(caret - from) + 1, "^");
}

static void add_all(struct text *t, const struct problem *problem,
                    struct view file, struct view message, const char *hint,
                    struct place place)
{
    struct view line = VIEW_NONE;

    if (file.at) {
        add_clean(t, file, FILE_MAX);
        if (place.line) {
            text_addf(t, ":%u:%u", place.line, place.column);
            line = find_line(place.source->text, place.line);
        }
        text_add(t, VIEW(": "));
    }
    text_add(t, problem->level == PROBLEM_ERROR ? VIEW("error: ")
                                                : VIEW("warning: "));
    text_add(t, message);
    text_add(t, VIEW(" [WB-"));
    text_add(t, view_text(problem->code));
    text_add(t, VIEW("]\n"));
    if (line.at) {
        add_source_line(t, line, place.line, place.column);
    }
    if (hint) {
        text_add(t, VIEW("      | "));
        add_clean(t, view_text(hint), HINT_MAX);
        text_add_char(t, '\n');
    }
}

static char *keep(struct view v)
{
    char *copy = malloc(v.size + 1);

    if (copy) {
        if (v.size > 0) {
            memcpy(copy, v.at, v.size);
        }
        copy[v.size] = '\0';
    }
    return copy;
}

static char *keep_clean(struct view v, size_t most)
{
    char room[4 * MESSAGE_MAX];
    struct text t = text_in(room, sizeof(room));

    add_clean(&t, v, most);
    return keep(text_view(&t));
}

/* A free entry, or NULL. When all are taken an error takes the last
 * warning's, lest warnings hide what stops a load. */
static struct problem *claim(struct problems *p, enum problem_level level)
{
    size_t i;

    if (p->count < KEPT_MAX) {
        return &p->kept[p->count++];
    }
    for (i = KEPT_MAX; i > 0; i--) {
        if (p->kept[i - 1].level == PROBLEM_WARNING) {
            break;
        }
    }
    if (level == PROBLEM_WARNING || i == 0) {
        return NULL;
    }
    problem_clear(&p->kept[i - 1]);
    memmove(&p->kept[i - 1], &p->kept[i], (KEPT_MAX - i) * sizeof(p->kept[0]));
    return &p->kept[KEPT_MAX - 1];
}

static void fill(struct problem *problem, struct place place, const char *hint,
                 const char *message)
{
    char room[TEXT_ROOM];
    char message_room[4 * MESSAGE_MAX];
    struct text t = text_in(room, sizeof(room));
    struct text clean = text_in(message_room, sizeof(message_room));
    struct view file = place.source ? place.source->name : VIEW_NONE;

    problem->line = place.line;
    problem->column = place.column;
    add_clean(&clean, view_text(message), MESSAGE_MAX);
    add_all(&t, problem, file, text_view(&clean), hint, place);
    problem->message = keep(text_view(&clean));
    problem->file = file.at ? keep_clean(file, FILE_MAX) : NULL;
    problem->hint = hint ? keep_clean(view_text(hint), HINT_MAX) : NULL;
    problem->text = keep(text_view(&t));
}

void problems_add(struct problems *p, enum problem_level level,
                  struct place place, const char *code, const char *hint,
                  const char *format, ...)
{
    char message[4 * MESSAGE_MAX + 64];
    struct problem *problem;
    va_list args;

    if (!p) {
        return;
    }
    if (level == PROBLEM_ERROR) {
        p->errors++;
    } else {
        p->warnings++;
    }
    problem = claim(p, level);
    if (!problem) {
        return;
    }
    memset(problem, 0, sizeof(*problem));
    problem->level = level;
    problem->code = code;
    va_start(args, format);
    if (vsnprintf(message, sizeof(message), format, args) < 0) {
        message[0] = '\0';
    }
    va_end(args);
    if (!place.source) {
        place.line = place.column = 0;
    }
    fill(problem, place, hint, message);
}

size_t problems_count(const struct problems *p)
{
    return p->count;
}

size_t problems_errors(const struct problems *p)
{
    return p->errors;
}

size_t problems_warnings(const struct problems *p)
{
    return p->warnings;
}

static const char *or_else(const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

const char *problems_text(const struct problems *p, size_t i)
{
    return or_else(p->kept[i].text, "error: out of memory\n");
}

enum problem_level problems_level(const struct problems *p, size_t i)
{
    return p->kept[i].level;
}

const char *problems_code(const struct problems *p, size_t i)
{
    return p->kept[i].code;
}

const char *problems_message(const struct problems *p, size_t i)
{
    return or_else(p->kept[i].message, "out of memory");
}

const char *problems_hint(const struct problems *p, size_t i)
{
    return p->kept[i].hint;
}

const char *problems_file(const struct problems *p, size_t i)
{
    return or_else(p->kept[i].file, "");
}

unsigned problems_line(const struct problems *p, size_t i)
{
    return p->kept[i].line;
}

unsigned problems_column(const struct problems *p, size_t i)
{
    return p->kept[i].column;
}
