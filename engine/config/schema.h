/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schema mechanism: each floor owns a table of the keys it takes, with
 * type, default and a doc line; one reader checks a map against it, fills a
 * struct and reports unknown keys (with "did you mean"), missing keys and
 * wrong types. The same tables feed the manual and the JSON Schema.
 * Used while loading only.
 */
#ifndef WB_CONFIG_SCHEMA_H
#define WB_CONFIG_SCHEMA_H

#include <stdint.h>

#include "config/tree.h"

enum schema_type {
    SCHEMA_TEXT,     /* struct view */
    SCHEMA_INTEGER,  /* int64_t, between min and max */
    SCHEMA_BOOL,     /* bool: true, false, on, off, yes, no */
    SCHEMA_CHOICE,   /* int: index into choices */
    SCHEMA_DURATION, /* int64_t microseconds; needs ms, s, m, h or d */
    SCHEMA_SIZE,     /* int64_t bytes; needs B, KiB, MiB or GiB */
    SCHEMA_PERCENT,  /* int64_t parts per million; needs % */
    SCHEMA_NODE,     /* const struct node *: read by the owner */
    SCHEMA_TEXTS     /* struct schema_texts: one scalar or a list of them */
};

struct schema_texts {
    const struct node **nodes; /* scalars, for their places */
    size_t count;
};

struct schema_key {
    const char *name; /* NULL ends the table */
    enum schema_type type;
    size_t offset; /* into the struct that is filled */
    bool required;
    const char *preset; /* default as YAML text, or NULL: left untouched */
    const char *const *choices; /* NULL-terminated, for SCHEMA_CHOICE */
    int64_t min, max;           /* both 0: no bounds */
    const char *doc;            /* one line for the manual */
};

/* Fills `out` from `map` after the defaults. True when nothing was wrong;
 * all problems are reported, each once. `what` names the thing ("a rule"). */
bool schema_read(const struct schema_key *keys, const struct node *map,
                 const char *what, void *out, struct arena *arena,
                 struct problems *problems);

/* The scalar readers on their own. Each reports and returns false. */
bool schema_duration(const struct node *node, int64_t *out,
                     struct problems *problems);
bool schema_integer(const struct node *node, int64_t min, int64_t max,
                    int64_t *out, struct problems *problems);
bool schema_size(const struct node *node, int64_t *out,
                 struct problems *problems);
bool schema_percent(const struct node *node, int64_t *out,
                    struct problems *problems);
bool schema_choice(const struct node *node, const char *const *choices,
                   int *out, struct problems *problems);
bool schema_bool(const struct node *node, bool *out, struct problems *problems);
bool schema_expect(const struct node *node, enum node_kind kind,
                   struct problems *problems);

#endif
