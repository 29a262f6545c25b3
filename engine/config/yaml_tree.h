/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the two halves of reading a tree: tree_load.c has the file and its
 * bytes, yaml_load.c has libyaml. Their problems:
 *
 *   Y001 the file cannot be read     Y009 a tag
 *   Y002 more than 16 MiB            Y010 a second document
 *   Y003 not well-formed UTF-8       Y011 a key that is not a scalar
 *   Y004 a character not allowed     Y012 a merge key
 *   Y005 not YAML                    Y013 an escaped NUL
 *   Y006 nested beyond 32            Y014 more than 1,000,000 values
 *   Y007 a key twice in one map      Y015 out of memory
 *   Y008 an anchor or alias
 */
#ifndef WB_CONFIG_YAML_TREE_H
#define WB_CONFIG_YAML_TREE_H

#include "config/tree.h"

/* The tree of a source whose bytes have been checked, or NULL after adding
 * a problem. */
struct node *yaml_read(struct arena *arena, const struct source *source,
                       struct problems *problems);

#endif
