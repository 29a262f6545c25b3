/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An automaton: all literals that are looked for in one slot under one
 * folding, found in one pass over the value (Aho and Corasick, 1975, with
 * every step worked out beforehand). Immutable.
 *
 *   byte -> class        the alphabet, shrunk to what the literals tell apart
 *   next[state + class]  states are kept multiplied by the width of a row;
 *                        those that end a literal come last, so that one
 *                        comparison finds them; a row's last two cells are
 *                        the number of the state's output and its depth
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
    LITERAL_WORD, /* no letter or digit before or after */
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
    uint32_t length;       /* of the literal, bytes */
    uint32_t first, count; /* marks */
    uint32_t link;         /* another output, or AUTOMATON_NONE */
};

#define AUTOMATON_NONE UINT32_MAX

/* Cells of a row behind those of the classes. */
#define CELL_OUTPUT 0
#define CELL_DEPTH 1
#define CELLS_BEHIND 2

/* A long value is read in so many places at once: a step waits for the one
 * before it, and the lanes do not wait for each other. */
#define LANES 4

/* Which bytes of a value can matter: when all its tests are `is` or
 * starts-with the first `longest`, when all are `is` or ends-with the last,
 * and none at all of a longer value when all are `is`. */
enum automaton_reach { REACH_WHOLE, REACH_HEAD, REACH_TAIL, REACH_FITTING };

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
    enum automaton_reach reach;
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
    const struct output *outputs;
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

/* A pass over a value, which may be read in pieces of hits.
 *
 *   value   |....lane 0....|....lane 1....|....lane 2....|....lane 3.....|
 *   first   all lanes step by step with each other
 *   then    each goes on into the next one's part until its state is no
 *           deeper than it has gone there: from there on both are the same
 */
struct automaton_pass {
    const struct automaton *automaton;
    const unsigned char *bytes; /* of the value */
    size_t start, end;          /* of what is read; at most UINT32_MAX */
    size_t steps, step;         /* that the lanes take with each other */
    unsigned lane;              /* then: the one that goes on */
    size_t at;
    uint32_t states[LANES];
};

void automaton_start(struct automaton_pass *pass,
                     const struct automaton *automaton, struct view value);
/* Over a part of it, by one lane and from the state in which a pass ended that
 * read all before; at first 0. The automaton reaches the whole value. */
void automaton_start_part(struct automaton_pass *pass,
                          const struct automaton *automaton, struct view value,
                          size_t from, size_t to, uint32_t state);
/* Writes the next hits, at most `room`, and returns how many; 0 at the end.
 * The longest literal at an end comes alone: the others hang on its link. One
 * that crosses lanes may come twice. */
size_t automaton_find(struct automaton_pass *pass, struct automaton_hit *hits,
                      size_t room);
/* Was all of the value read? */
static inline bool automaton_done(const struct automaton_pass *pass)
{
    return pass->lane == LANES - 1 && pass->at == pass->end;
}

/* Of a pass over a part that is done. */
static inline uint32_t automaton_state(const struct automaton_pass *pass)
{
    return pass->states[LANES - 1];
}

/* Does a literal of `length` that ends at `end` stand so in the value? */
static inline bool literal_stands(enum literal_test test, struct view value,
                                  size_t end, size_t length)
{
    size_t start = end - length;

    switch (test) {
    case LITERAL_WORD:
        return (start == 0 || !ascii_is_alnum(value.at[start - 1])) &&
               (end == value.size || !ascii_is_alnum(value.at[end]));
    case LITERAL_STARTS:
        return start == 0;
    case LITERAL_ENDS:
        return end == value.size;
    case LITERAL_IS:
        return start == 0 && end == value.size;
    case LITERAL_CONTAINS:
    case LITERAL_TESTS:
        break;
    }
    return true;
}

#endif
