/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What loading found: problems with file, line and column, collected in the
 * order found, at most 20 kept (the rest are counted; when all 20 are taken
 * an error takes the last warning's place). Printed as
 *
 *   rules/a.yaml:12:19: error: unknown test 'contain' [WB-R014]
 *      12 |     user-agent: { contain: bot }
 *         |                   ^
 *         | did you mean 'contains'?
 *
 * Lines and columns count from 1; a place with line 0 names a file only.
 */
#ifndef WB_BASE_PROBLEMS_H
#define WB_BASE_PROBLEMS_H

#include "base/view.h"

enum problem_level { PROBLEM_WARNING, PROBLEM_ERROR };

/* A file's name and whole text; both live as long as the problems. */
struct source {
    struct view name;
    struct view text;
};

struct place {
    const struct source *source; /* NULL: no place */
    unsigned line;
    unsigned column;
};

struct problems;

struct problems *problems_new(void);
void problems_free(struct problems *p);
/* `code` is like "R014", a literal; `message` and `hint` (may be NULL) are
 * copied, with the source line. Safe on p == NULL. */
void problems_add(struct problems *p, enum problem_level level,
                  struct place place, const char *code, const char *hint,
                  const char *format, ...)
    __attribute__((format(printf, 6, 7)));
size_t problems_count(const struct problems *p);    /* kept */
size_t problems_errors(const struct problems *p);   /* all, kept or not */
size_t problems_warnings(const struct problems *p); /* all, kept or not */
/* The whole text of problem i as above, newline-terminated. */
const char *problems_text(const struct problems *p, size_t i);
enum problem_level problems_level(const struct problems *p, size_t i);
const char *problems_code(const struct problems *p, size_t i);
const char *problems_message(const struct problems *p, size_t i);
const char *problems_hint(const struct problems *p, size_t i); /* or NULL */
const char *problems_file(const struct problems *p, size_t i);
unsigned problems_line(const struct problems *p, size_t i);
unsigned problems_column(const struct problems *p, size_t i);
/* The word of `words` nearest to `found` by edit distance (at most a third
 * of its length), or NULL: for "did you mean". */
const char *problems_nearest(struct view found, const char *const *words,
                             size_t n);

#endif
