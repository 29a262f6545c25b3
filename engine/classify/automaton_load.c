/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Atoms -> automata, one per slot and folding.
 *
 *   tree      every literal a path of nodes; first child, next sibling
 *   failures  breadth first: where a node's longest proper suffix lies
 *   states    nodes renumbered: without output first; of each kind what most
 *             texts get to, then literal by literal, so that what is met
 *             often, or one after the other, lies together
 *   table     a state's row is its failure's row with its children put in
 *
 * Trees are built in an arena of their own that goes when all are done.
 */
#include "classify/draft_load.h"

#include <stdlib.h>

#define NONE AUTOMATON_NONE
#define SHALLOW 3 /* bytes that most texts get to */

struct tree_node {
    uint32_t child, sibling;
    uint32_t failure;
    uint32_t depth;
    uint32_t first_mark, mark_count; /* own literal */
    uint32_t suffix; /* nearest node on the way of failures with own marks */
    uint32_t state;
    uint32_t output;
    unsigned char byte;
};

/* A literal of the tree and what it makes true. */
struct entry {
    uint32_t slot;
    bool folds;
    struct view literal;
    struct mark mark;
};

struct tree {
    struct arena *arena;
    struct tree_node *nodes;
    size_t count, room;
    uint32_t *order; /* breadth first */
    struct entry *entries;
    size_t entry_count;
    bool folds;
};

/* ---- the tree ---- */

static uint32_t find_child(const struct tree *t, uint32_t node,
                           unsigned char byte)
{
    uint32_t at = t->nodes[node].child;

    while (at != NONE && t->nodes[at].byte != byte) {
        at = t->nodes[at].sibling;
    }
    return at;
}

static uint32_t add_node(struct tree *t, uint32_t parent, unsigned char byte)
{
    struct tree_node *nodes =
        list_room(t->arena, t->nodes, &t->room, t->count, sizeof(*nodes));
    uint32_t number = (uint32_t)t->count;

    if (!nodes || t->count >= NONE / 2) {
        return NONE;
    }
    t->nodes = nodes;
    nodes[number] = (struct tree_node){.child = NONE,
                                       .sibling = NONE,
                                       .suffix = NONE,
                                       .output = NONE,
                                       .byte = byte};
    if (parent != NONE) {
        nodes[number].depth = nodes[parent].depth + 1;
        nodes[number].sibling = nodes[parent].child;
        nodes[parent].child = number;
    }
    t->count++;
    return number;
}

static uint32_t add_literal(struct tree *t, struct view literal)
{
    uint32_t node = 0;

    for (size_t i = 0; i < literal.size; i++) {
        unsigned char byte = (unsigned char)literal.at[i];
        uint32_t child = find_child(t, node, byte);

        if (child == NONE) {
            child = add_node(t, node, byte);
        }
        if (child == NONE) {
            return NONE;
        }
        node = child;
    }
    return node;
}

/* Entries come sorted: those of one literal stand together. */
static bool grow_tree(struct tree *t)
{
    if (add_node(t, NONE, 0) == NONE) {
        return false;
    }
    for (size_t i = 0; i < t->entry_count; i++) {
        uint32_t node = add_literal(t, t->entries[i].literal);

        if (node == NONE) {
            return false;
        }
        if (t->nodes[node].mark_count++ == 0) {
            t->nodes[node].first_mark = (uint32_t)i;
        }
    }
    return true;
}

static uint32_t fail_to(const struct tree *t, uint32_t from, unsigned char byte)
{
    for (;;) {
        uint32_t child = find_child(t, from, byte);

        if (child != NONE) {
            return child;
        }
        if (from == 0) {
            return 0;
        }
        from = t->nodes[from].failure;
    }
}

static bool set_failures(struct tree *t)
{
    size_t done = 0, known = 1;

    t->order = arena_array(t->arena, t->count, sizeof(*t->order));
    if (!t->order) {
        return false;
    }
    while (done < known) {
        uint32_t node = t->order[done++];
        uint32_t child = t->nodes[node].child;

        for (; child != NONE; child = t->nodes[child].sibling) {
            struct tree_node *c = &t->nodes[child];
            const struct tree_node *f;

            c->failure =
                node == 0 ? 0 : fail_to(t, t->nodes[node].failure, c->byte);
            f = &t->nodes[c->failure];
            c->suffix = f->mark_count ? c->failure : f->suffix;
            t->order[known++] = child;
        }
    }
    return true;
}

static bool has_output(const struct tree_node *node)
{
    return node->mark_count > 0 || node->suffix != NONE;
}

/* Numbers the states with or without output, from `next` on. Nodes were added
 * depth first, as their literals are sorted. */
static uint32_t number_kind(struct tree *t, bool output, uint32_t next)
{
    for (size_t i = 0; i < t->count; i++) {
        struct tree_node *node = &t->nodes[t->order[i]];

        if (has_output(node) == output && node->depth <= SHALLOW) {
            node->state = next++;
        }
    }
    for (size_t i = 0; i < t->count; i++) {
        struct tree_node *node = &t->nodes[i];

        if (has_output(node) == output && node->depth > SHALLOW) {
            node->state = next++;
        }
    }
    return next;
}

/* Returns the first state that has an output. */
static uint32_t number_states(struct tree *t)
{
    uint32_t hit_from = number_kind(t, false, 0);

    (void)number_kind(t, true, hit_from);
    for (size_t i = 0; i < t->count; i++) {
        if (has_output(&t->nodes[i])) {
            t->nodes[i].output = t->nodes[i].state - hit_from;
        }
    }
    return hit_from;
}

/* ---- classes ---- */

static void set_classes(const struct tree *t, struct automaton *a)
{
    bool used[256] = {false};
    uint32_t next;

    for (size_t i = 1; i < t->count; i++) {
        used[t->nodes[i].byte] = true;
    }
    for (size_t c = 0; c < 256; c++) {
        a->class_count += used[c];
    }
    /* All other bytes share class 0; if there are none, none has it. */
    next = a->class_count < 256;
    a->class_count += next;
    for (size_t c = 0; c < 256; c++) {
        a->classes[c] = (unsigned char)(used[c] ? next++ : 0);
    }
    for (int c = 'A'; c <= 'Z' && t->folds; c++) {
        a->classes[c] = a->classes[c + 32];
    }
}

/* ---- tables ---- */

static bool make_outputs(const struct tree *t, struct arena *arena,
                         struct automaton *a)
{
    struct output *outputs =
        arena_array(arena, a->output_count + 1, sizeof(*outputs));
    struct mark *marks = arena_array(arena, t->entry_count + 1, sizeof(*marks));

    if (!outputs || !marks) {
        return false;
    }
    for (size_t i = 0; i < t->count; i++) {
        const struct tree_node *n = &t->nodes[i];
        const struct tree_node *own = n;

        if (n->output == NONE) {
            continue;
        }
        if (!n->mark_count) {
            own = &t->nodes[n->suffix];
        }
        outputs[n->output] = (struct output){
            .length = own->depth,
            .first = own->first_mark,
            .count = own->mark_count,
            .link = own->suffix == NONE ? NONE : t->nodes[own->suffix].output};
    }
    for (size_t i = 0; i < t->entry_count; i++) {
        marks[i] = t->entries[i].mark;
    }
    a->outputs = outputs;
    a->marks = marks;
    a->mark_count = (uint32_t)t->entry_count;
    return true;
}

static void fill_row(const struct tree *t, const struct automaton *a,
                     uint32_t node, uint32_t *wide, uint16_t *narrow)
{
    const struct tree_node *n = &t->nodes[node];
    uint32_t width = a->class_count + CELLS_BEHIND;
    size_t row = (size_t)n->state * width;
    size_t from = (size_t)t->nodes[n->failure].state * width;

    if (node != 0 && wide) {
        memcpy(wide + row, wide + from, a->class_count * sizeof(*wide));
    } else if (node != 0) {
        memcpy(narrow + row, narrow + from, a->class_count * sizeof(*narrow));
    }
    for (uint32_t c = n->child; c != NONE; c = t->nodes[c].sibling) {
        size_t cell = row + a->classes[t->nodes[c].byte];
        uint32_t next = t->nodes[c].state * width;

        if (wide) {
            wide[cell] = next;
        } else {
            narrow[cell] = (uint16_t)next;
        }
    }
    row += a->class_count;
    if (wide) {
        wide[row + CELL_OUTPUT] = n->output == NONE ? 0 : n->output;
        wide[row + CELL_DEPTH] = n->depth;
    } else {
        narrow[row + CELL_OUTPUT] =
            (uint16_t)(n->output == NONE ? 0 : n->output);
        narrow[row + CELL_DEPTH] = (uint16_t)n->depth;
    }
}

static size_t dense_cells(const struct automaton *a)
{
    return (size_t)a->state_count * (a->class_count + CELLS_BEHIND);
}

static bool make_dense(const struct tree *t, struct arena *arena,
                       struct automaton *a)
{
    size_t cells = dense_cells(a);
    uint32_t *wide = NULL;
    uint16_t *narrow = NULL;

    if (cells <= UINT16_MAX) {
        a->form = AUTOMATON_NARROW;
        narrow = arena_array(arena, cells, sizeof(*narrow));
        a->narrow = narrow;
    } else {
        a->form = AUTOMATON_WIDE;
        wide = arena_array(arena, cells, sizeof(*wide));
        a->wide = wide;
    }
    if (!wide && !narrow) {
        return false;
    }
    a->bytes = cells * (wide ? sizeof(*wide) : sizeof(*narrow));
    for (size_t i = 0; i < t->count; i++) {
        fill_row(t, a, t->order[i], wide, narrow);
    }
    a->hit_from *= a->class_count + CELLS_BEHIND;
    return true;
}

static int compare_edges(const void *left, const void *right)
{
    const struct sparse_edge *a = left, *b = right;

    return a->byte < b->byte ? -1 : a->byte > b->byte;
}

static bool make_sparse(const struct tree *t, struct arena *arena,
                        struct automaton *a)
{
    struct sparse_state *states = arena_array(arena, t->count, sizeof(*states));
    struct sparse_edge *edges = arena_array(arena, t->count, sizeof(*edges));
    uint32_t used = 0;

    if (!states || !edges) {
        return false;
    }
    for (size_t i = 0; i < t->count; i++) {
        const struct tree_node *n = &t->nodes[t->order[i]];
        struct sparse_state *s = &states[n->state];

        *s = (struct sparse_state){used, 0, t->nodes[n->failure].state,
                                   n->output};
        for (uint32_t c = n->child; c != NONE; c = t->nodes[c].sibling) {
            edges[used++] =
                (struct sparse_edge){t->nodes[c].byte, t->nodes[c].state};
            s->count++;
        }
        qsort(edges + s->child, s->count, sizeof(*edges), compare_edges);
    }
    a->form = AUTOMATON_SPARSE;
    a->sparse = states;
    a->edges = edges;
    a->bytes = t->count * (sizeof(*states) + sizeof(*edges));
    for (uint32_t c = 0; c < 256; c++) {
        a->classes[c] =
            (unsigned char)(t->folds ? ascii_lower((char)c) : (char)c);
    }
    return true;
}

/* ---- all of them ---- */

/* Literals of all atoms, those of one automaton together, then those of one
 * text. Empty ones are no automaton's: they come to *empties. */
static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    int order;

    if (a->slot != b->slot) {
        return a->slot < b->slot ? -1 : 1;
    }
    if (a->folds != b->folds) {
        return a->folds ? 1 : -1;
    }
    order = view_compare(a->literal, b->literal);
    if (order) {
        return order;
    }
    return a->mark.atom < b->mark.atom ? -1 : a->mark.atom > b->mark.atom;
}

static struct entry *gather(const struct rules *rules, struct arena *arena,
                            size_t *count)
{
    struct entry *entries;
    size_t room = 1;

    for (size_t i = 0; i < rules->atom_keys.count; i++) {
        if (rules->atoms[i].atom.kind == OP_LITERAL) {
            room += rules->atoms[i].operand_count;
        }
    }
    entries = arena_array(arena, room, sizeof(*entries));
    *count = 0;
    for (size_t i = 0; i < rules->atom_keys.count && entries; i++) {
        const struct draft_atom *atom = &rules->atoms[i];

        for (size_t j = 0; j < atom->operand_count; j++) {
            if (atom->atom.kind == OP_LITERAL) {
                entries[(*count)++] =
                    (struct entry){.slot = atom->atom.slot,
                                   .folds = atom->atom.folds,
                                   .literal = atom->operands[j],
                                   .mark = {(uint32_t)i, atom->atom.test}};
            }
        }
    }
    if (entries) {
        qsort(entries, *count, sizeof(*entries), compare_entries);
    }
    return entries;
}

struct making {
    struct rules *rules;
    struct program *program;
    struct image_slot *slots;
    struct arena *scratch;
    struct tree *trees;
    struct automaton *automata;
    uint32_t *empties;
};

static enum automaton_reach reach_of(const struct entry *entries, size_t count)
{
    bool starts = false, ends = false;

    for (size_t i = 0; i < count; i++) {
        switch (entries[i].mark.test) {
        case LITERAL_STARTS:
            starts = true;
            break;
        case LITERAL_ENDS:
            ends = true;
            break;
        case LITERAL_IS:
            break;
        default:
            return REACH_WHOLE;
        }
    }
    if (starts && ends) {
        return REACH_WHOLE;
    }
    return starts ? REACH_HEAD : ends ? REACH_TAIL : REACH_FITTING;
}

static bool make_tree(struct making *m, struct entry *entries, size_t count)
{
    struct tree *t = &m->trees[m->program->automaton_count];
    struct automaton *a = &m->automata[m->program->automaton_count];
    struct image_slot *slot = &m->slots[entries[0].slot];

    *t = (struct tree){.arena = m->scratch,
                       .entries = entries,
                       .entry_count = count,
                       .folds = entries[0].folds};
    if (!grow_tree(t) || !set_failures(t)) {
        return false;
    }
    *a = (struct automaton){.slot = entries[0].slot,
                            .folds = t->folds,
                            .reach = reach_of(entries, count)};
    a->hit_from = number_states(t);
    a->state_count = (uint32_t)t->count;
    a->output_count = a->state_count - a->hit_from;
    a->longest = 0;
    for (size_t i = 0; i < t->count; i++) {
        if (t->nodes[i].depth > a->longest) {
            a->longest = t->nodes[i].depth;
        }
    }
    set_classes(t, a);
    slot->automata[t->folds] = m->program->automaton_count++;
    return true;
}

/* One automaton for each run of entries of a slot and folding. */
static bool make_trees(struct making *m, struct entry *entries, size_t count)
{
    size_t start = 0;

    for (size_t i = 0; i < count; i = start) {
        struct image_slot *slot = &m->slots[entries[i].slot];
        size_t literals;

        while (start < count && entries[start].slot == entries[i].slot &&
               entries[start].folds == entries[i].folds) {
            start++;
        }
        for (literals = i; literals < start && !entries[literals].literal.size;
             literals++) {
            if (slot->empties.count++ == 0) {
                slot->empties.first = m->program->empty_count;
            }
            m->empties[m->program->empty_count++] = entries[literals].mark.atom;
        }
        if (literals < start &&
            !make_tree(m, entries + literals, start - literals)) {
            return false;
        }
    }
    return true;
}

static size_t dense_bytes(const struct automaton *a)
{
    size_t cells = dense_cells(a);

    return cells * (cells <= UINT16_MAX ? 2 : 4);
}

/* The largest tables are given up until the rest fits the limit. */
static void choose_forms(struct making *m)
{
    size_t limit = m->rules->options.automata_bytes, sum = 0;

    for (uint32_t i = 0; i < m->program->automaton_count; i++) {
        struct automaton *a = &m->automata[i];

        a->form = AUTOMATON_WIDE;
        if (dense_cells(a) >= UINT32_MAX) {
            a->form = AUTOMATON_SPARSE;
        } else {
            sum += dense_bytes(a);
        }
    }
    while (sum > limit) {
        struct automaton *largest = NULL;

        for (uint32_t i = 0; i < m->program->automaton_count; i++) {
            struct automaton *a = &m->automata[i];

            if (a->form != AUTOMATON_SPARSE &&
                (!largest || dense_bytes(a) > dense_bytes(largest))) {
                largest = a;
            }
        }
        largest->form = AUTOMATON_SPARSE;
        sum -= dense_bytes(largest);
    }
}

static bool make_all(struct making *m)
{
    struct arena *arena = m->rules->arena;
    size_t slots = m->program->slot_count, count;
    struct entry *entries = gather(m->rules, m->scratch, &count);

    m->trees = arena_array(m->scratch, 2 * slots + 1, sizeof(*m->trees));
    m->automata = arena_array(arena, 2 * slots + 1, sizeof(*m->automata));
    m->empties = arena_array(arena, count + 1, sizeof(*m->empties));
    if (!entries || !m->trees || !m->automata || !m->empties ||
        !make_trees(m, entries, count)) {
        return false;
    }
    choose_forms(m);
    for (uint32_t i = 0; i < m->program->automaton_count; i++) {
        struct automaton *a = &m->automata[i];

        if (!make_outputs(&m->trees[i], arena, a) ||
            !(a->form == AUTOMATON_SPARSE
                  ? make_sparse(&m->trees[i], arena, a)
                  : make_dense(&m->trees[i], arena, a))) {
            return false;
        }
    }
    m->program->automata = m->automata;
    m->program->empties = m->empties;
    return true;
}

bool automata_make(struct rules *rules, struct program *program,
                   struct image_slot *slots)
{
    struct making m = {.rules = rules,
                       .program = program,
                       .slots = slots,
                       .scratch = arena_new()};
    bool good = m.scratch && make_all(&m);

    arena_free(m.scratch);
    return good;
}
