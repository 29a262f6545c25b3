/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An automaton: all literals that are looked for in one slot under one
 * folding, found in one pass over the value (Aho and Corasick, 1975, with
 * every step worked out beforehand). Immutable.
 *
 *   byte -> class        the alphabet, shrunk to what the literals tell apart
 *   next[state + class]  states are kept multiplied by the number of classes;
 *                        those that end a literal come last, so that one
 *                        comparison finds them
 *   output               of such a state: its literal's length, its marks,
 *                        and the output of the longest literal that is a
 *                        proper suffix of it
 *
 * When the table would pass its share of limits.automata it is kept as the
 * plain tree with failure links instead ("sparse"): less memory, slower.
 */
#ifndef WB_CLASSIFY_AUTOMATON_H
#define WB_CLASSIFY_AUTOMATON_H

#include <stdint.h>

#include "base/view.h"

/* What a literal's place in the value must be for a test to be true. */
enum literal_test {
    LITERAL_CONTAINS,
    LITERAL_WORD,   /* no letter or digit before or after */
    LITERAL_STARTS,
    LITERAL_ENDS,
    LITERAL_IS,
    LITERAL_TESTS
};
extern const char *const literal_test_names[LITERAL_TESTS];

/* "This literal, so placed, makes that atom true." */
struct mark {
    uint32_t atom;
    enum literal_test test;
};

struct output {
    uint32_t length; /* of the literal, bytes */
    uint32_t first, count; /* marks */
    uint32_t link;         /* another output, or AUTOMATON_NONE */
};

#define AUTOMATON_NONE UINT32_MAX

enum automaton_form { AUTOMATON_NARROW, AUTOMATON_WIDE, AUTOMATON_SPARSE };

/* A state of the sparse form: its children lie in [child, child + count) of
 * `edges`, in the order of their bytes. */
struct sparse_state {
    uint32_t child, count;
    uint32_t failure;
    uint32_t output; /* the first one on the way of failures, or NONE */
};
struct sparse_edge {
    uint32_t byte; /* folded */
    uint32_t target;
};

struct automaton {
    enum automaton_form form;
    uint32_t slot;
    bool folds;
    unsigned char classes[256]; /* sparse: the folded byte */
    uint32_t class_count;
    uint32_t state_count;
    uint32_t hit_from; /* states from here on have an output */
    uint32_t longest;  /* literal, bytes */
    const uint16_t *narrow;
    const uint32_t *wide;
    const struct sparse_state *sparse;
    const struct sparse_edge *edges;
    const struct output *outputs; /* dense: [(state - hit_from) / classes] */
    uint32_t output_count;
    const struct mark *marks;
    uint32_t mark_count;
    size_t bytes; /* of the table, for people */
};

/* One literal found: `output` ends before byte `end` of the value. */
struct automaton_hit {
    uint32_t output;
    uint32_t end;
};

/* A pass over a value, which may be read in pieces of hits. */
struct automaton_pass {
    const struct automaton *automaton;
    struct view value; /* at most UINT32_MAX bytes */
    size_t at;
    uint32_t state;
};

void automaton_start(struct automaton_pass *pass,
                     const struct automaton *automaton, struct view value);
/* Writes the next hits, at most `room`, and returns how many; 0 at the end.
 * The longest literal at an end comes alone: the others hang on its link. */
size_t automaton_find(struct automaton_pass *pass, struct automaton_hit *hits,
                      size_t room);
/* Does a literal of `length` that ends at `end` stand so in the value? */
bool literal_stands(enum literal_test test, struct view value, size_t end,
                    size_t length);

#endif
