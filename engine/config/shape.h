/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shapes: what stands where a table of keys has a SCHEMA_NODE, said beside
 * the reader of it. Tables and shapes together are the JSON Schema (draft
 * 2020-12) that `weighbridge schema` prints, for editors: what a schema can
 * say of a file is taken from what the loaders read it by.
 *
 *   sites: SHAPE_LIST of SHAPE_KEYS(site_keys), whose `rules` is ...
 *
 * A schema takes all that loads. It refuses unknown and missing keys, wrong
 * kinds of values and words that are no choice; what is wrong between values
 * only loading tells.
 */
#ifndef WB_CONFIG_SHAPE_H
#define WB_CONFIG_SHAPE_H

#include "config/schema.h"

enum shape_kind {
    SHAPE_SCALAR, /* any value, or one that `pattern` matches */
    SHAPE_CHOICE, /* one of `words` */
    SHAPE_KEYS,   /* a map, read by the table `keys` */
    SHAPE_MAP,    /* a map of any names, whose values are `of` */
    SHAPE_LIST,   /* a list of `of` */
    SHAPE_EITHER, /* any of `either` */
    SHAPE_OWN     /* `write` says it */
};

struct shape_writer;
struct shape;

/* The shape of the SCHEMA_NODE that the table calls so. */
struct shape_part {
    const char *key; /* NULL ends the list */
    const struct shape *shape;
};

struct shape {
    enum shape_kind kind;
    const char *name; /* said once, under this name; NULL: where it stands */
    const char *pattern;
    const char *const *words; /* NULL-terminated */
    const struct schema_key *keys;
    const struct shape_part *parts; /* of all the keys' nodes */
    const struct shape *of;
    const struct shape *const *either; /* NULL-terminated */
    unsigned least;                    /* items or keys */
    void (*write)(struct shape_writer *w, const struct shape *self);
    unsigned tag; /* for `write` */
};

extern const struct shape shape_scalar;
extern const struct shape shape_scalars; /* one, or a list of them */
extern const struct shape shape_truth;   /* true or false */

typedef void shape_sink(void *context, const char *data, size_t size);

/* The whole schema of a file. False: out of memory. */
bool shape_print(const struct shape *root, const char *title, shape_sink *sink,
                 void *context);

/* ---- for SHAPE_OWN: between the braces of its schema ---- */

/* "type": "object", and then its properties one by one. */
void shape_open_object(struct shape_writer *w);
/* `doc` may be NULL. */
void shape_property(struct shape_writer *w, const char *name,
                    const struct shape *shape, const char *doc);
void shape_close_properties(struct shape_writer *w);
/* Names that match: after the properties. */
void shape_open_patterns(struct shape_writer *w);
void shape_pattern(struct shape_writer *w, const char *pattern,
                   const struct shape *shape, const char *doc);
void shape_close_object(struct shape_writer *w, unsigned least);

#endif
