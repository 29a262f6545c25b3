/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions to a tree that has been read. The nodes lie in an arena and are
 * linked in the order of the file; a map is searched from its first key.
 */
#include "config/tree.h"

bool node_is_null(const struct node *node)
{
    if (node->kind != NODE_SCALAR || node->quoted) {
        return false;
    }
    return node->text.size == 0 || view_equal(node->text, VIEW("~")) ||
           view_equal_fold(node->text, VIEW("null"));
}

const struct node *node_get(const struct node *map, const char *key)
{
    struct view wanted = view_text(key);

    if (map->kind != NODE_MAP) {
        return NULL;
    }
    for (const struct node *node = map->first; node; node = node->next) {
        if (view_equal(node->key, wanted)) {
            return node;
        }
    }
    return NULL;
}

const char *node_kind_name(enum node_kind kind)
{
    switch (kind) {
    case NODE_SCALAR:
        return "a single value";
    case NODE_LIST:
        return "a list";
    case NODE_MAP:
        break;
    }
    return "a map";
}
