/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree: a YAML file as nodes with places, nothing typed yet. A scalar
 * is text until the key that holds it says what it is.
 * Refused while reading: duplicate keys, anchors and aliases, tags, second
 * documents, nesting beyond 32, files beyond 16 MiB, invalid UTF-8, keys
 * that are not scalars, merge keys, controls, more than 1,000,000 values.
 * Only *_load.c files and the config folder read trees.
 */
#ifndef WB_CONFIG_TREE_H
#define WB_CONFIG_TREE_H

#include "base/arena.h"
#include "base/problems.h"
#include "base/view.h"

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
    enum node_kind kind;
    bool quoted;      /* scalar: written in quotes or as a block */
    struct view text; /* scalar: its text, also NUL-terminated */
    struct place place;
    struct view key; /* when a map's value: its key */
    struct place key_place;
    struct node *first; /* of a list's items or a map's values, in order */
    struct node *next;
    size_t count;
};

/* A scalar that is plain and empty, `~` or `null`. */
bool node_is_null(const struct node *node);
/* The map's value under `key`, or NULL. */
const struct node *node_get(const struct node *map, const char *key);
const char *node_kind_name(enum node_kind kind); /* "a map", ... */

/* Reads a file, or text already in memory, to a tree in `arena`; NULL when
 * there was a problem, which has been added. The source lives in `arena`.
 * An empty file is an empty map. */
struct node *tree_read_file(struct arena *arena, const char *path,
                            struct problems *problems);
struct node *tree_read_text(struct arena *arena, struct view name,
                            struct view text, struct problems *problems);

#endif
