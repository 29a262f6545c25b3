/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A glance at a tier's condition: which classes and labels it asks for, as
 * far as that is plain to see. For warnings only; what it cannot read it
 * takes for "may hold for anyone".
 */
#include "pricing/parts_load.h"

static unsigned class_bit(struct view name)
{
    for (unsigned i = 0; i < 4; i++) {
        if (view_equal_fold(name, class_names[i])) {
            return 1u << i;
        }
    }
    return 0;
}

/* A word, a list of words, or { is | in: those }; 0: something else. */
static unsigned read_classes(const struct node *node)
{
    unsigned classes = 0;

    if (node->kind == NODE_SCALAR) {
        return class_bit(node->text);
    }
    if (node->kind == NODE_MAP) {
        const struct node *words = node_get(node, "is");
        words = words ? words : node_get(node, "in");
        return words && node->count == 1 ? read_classes(words) : 0;
    }
    for (const struct node *item = node->first; item; item = item->next) {
        unsigned bits = read_classes(item);
        if (bits == 0) {
            return 0;
        }
        classes |= bits;
    }
    return classes;
}

static void read_label(const struct node *node, struct glance *out)
{
    if (node->kind == NODE_MAP && node->count == 1) {
        const struct node *is = node_get(node, "is");
        node = is ? is : node;
    }
    if (node->kind == NODE_SCALAR &&
        out->label_count < sizeof out->labels / sizeof out->labels[0]) {
        out->labels[out->label_count++] = node->text;
    }
}

/* "path", "raw-path" and both with transforms. */
static bool is_path_field(struct view key)
{
    struct view name = view_of(key.at, view_find(key, '|'));
    return view_equal(name, VIEW("path")) || view_equal(name, VIEW("raw-path"));
}

static bool names_path(const struct node *node)
{
    if (is_path_field(node->key)) {
        return true;
    }
    for (const struct node *item = node->first; item; item = item->next) {
        if (names_path(item)) {
            return true;
        }
    }
    return false;
}

static void read_entry(const struct node *entry, struct glance *out);

/* All entries of a map, or all items of the list under `all`, must hold. */
static void read_all(const struct node *node, struct glance *out)
{
    for (const struct node *item = node->first; item; item = item->next) {
        if (node->kind == NODE_MAP) {
            read_entry(item, out);
        } else if (item->kind == NODE_MAP) {
            read_all(item, out);
        } else {
            out->only_class = false;
        }
    }
}

static void read_entry(const struct node *entry, struct glance *out)
{
    if (view_equal(entry->key, VIEW("class"))) {
        unsigned classes = read_classes(entry);
        out->only_class &= classes != 0;
        out->classes &= classes ? classes : GLANCE_ALL_CLASSES;
        return;
    }
    if (view_equal(entry->key, VIEW("all")) && entry->kind != NODE_SCALAR) {
        read_all(entry, out);
        return;
    }
    out->only_class = false;
    if (view_equal(entry->key, VIEW("label"))) {
        read_label(entry, out);
    }
}

void glance_read(const struct node *when, struct glance *out)
{
    memset(out, 0, sizeof *out);
    out->classes = GLANCE_ALL_CLASSES;
    out->reads_path = names_path(when);
    out->only_class = when->kind == NODE_MAP;
    if (when->kind == NODE_MAP) {
        read_all(when, out);
    }
}

/* Labels of these kinds are had one at a time. */
static bool excludes(struct view a, struct view b)
{
    static const char *const kinds[] = {
        "agent:name:", "agent:org:", "agent:category:"};
    if (view_equal(a, b)) {
        return false;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (view_starts(a, view_text(kinds[i])) &&
            view_starts(b, view_text(kinds[i]))) {
            return true;
        }
    }
    return (view_equal(a, VIEW("agent:verified")) &&
            view_equal(b, VIEW("agent:spoofed"))) ||
           (view_equal(a, VIEW("agent:spoofed")) &&
            view_equal(b, VIEW("agent:verified")));
}

bool glance_may_overlap(const struct glance *a, const struct glance *b)
{
    if (!(a->classes & b->classes)) {
        return false;
    }
    for (size_t i = 0; i < a->label_count; i++) {
        for (size_t j = 0; j < b->label_count; j++) {
            if (excludes(a->labels[i], b->labels[j])) {
                return false;
            }
        }
    }
    return true;
}
