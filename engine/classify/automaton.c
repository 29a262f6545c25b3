/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass of an automaton over a value. The loops are the hottest of the
 * engine: per byte one load of the class, which waits for nothing, and one
 * of the next state, which waits for the last.
 */
#include "classify/automaton.h"

#include <assert.h>

const char *const literal_test_names[LITERAL_TESTS] = {
    "contains", "word", "starts-with", "ends-with", "is"};

void automaton_start(struct automaton_pass *pass,
                     const struct automaton *automaton, struct view value)
{
    assert(value.size <= UINT32_MAX);
    pass->automaton = automaton;
    pass->value = value;
    pass->at = 0;
    pass->state = 0;
}

/* The two dense forms differ in the width of their cells alone. */
#define FIND_DENSE(name, cell)                                                 \
    static size_t name(struct automaton_pass *pass, const cell *next,          \
                       struct automaton_hit *hits, size_t room)                \
    {                                                                          \
        const struct automaton *a = pass->automaton;                           \
        const unsigned char *bytes = (const unsigned char *)pass->value.at;    \
        const unsigned char *classes = a->classes;                             \
        size_t size = pass->value.size, at = pass->at, found = 0;              \
        uint32_t from = a->hit_from, state = pass->state;                      \
                                                                               \
        while (at < size) {                                                    \
            state = next[state + classes[bytes[at++]]];                        \
            if (__builtin_expect(state >= from, 0)) {                          \
                hits[found].output = (state - from) / a->class_count;          \
                hits[found].end = (uint32_t)at;                                \
                if (++found == room) {                                         \
                    break;                                                     \
                }                                                              \
            }                                                                  \
        }                                                                      \
        pass->at = at;                                                         \
        pass->state = state;                                                   \
        return found;                                                          \
    }

FIND_DENSE(find_narrow, uint16_t)
FIND_DENSE(find_wide, uint32_t)

static uint32_t sparse_next(const struct automaton *a, uint32_t state,
                            uint32_t byte)
{
    for (;;) {
        const struct sparse_state *s = &a->sparse[state];
        uint32_t low = s->child, high = s->child + s->count;

        while (low < high) {
            uint32_t middle = low + (high - low) / 2;

            if (a->edges[middle].byte == byte) {
                return a->edges[middle].target;
            }
            if (a->edges[middle].byte < byte) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (state == 0) {
            return 0;
        }
        state = s->failure;
    }
}

static size_t find_sparse(struct automaton_pass *pass,
                          struct automaton_hit *hits, size_t room)
{
    const struct automaton *a = pass->automaton;
    size_t found = 0;

    while (pass->at < pass->value.size && found < room) {
        unsigned char byte = (unsigned char)pass->value.at[pass->at++];

        pass->state = sparse_next(a, pass->state, a->classes[byte]);
        if (a->sparse[pass->state].output != AUTOMATON_NONE) {
            hits[found].output = a->sparse[pass->state].output;
            hits[found].end = (uint32_t)pass->at;
            found++;
        }
    }
    return found;
}

size_t automaton_find(struct automaton_pass *pass, struct automaton_hit *hits,
                      size_t room)
{
    const struct automaton *a = pass->automaton;

    switch (a->form) {
    case AUTOMATON_NARROW:
        return find_narrow(pass, a->narrow, hits, room);
    case AUTOMATON_WIDE:
        return find_wide(pass, a->wide, hits, room);
    case AUTOMATON_SPARSE:
        break;
    }
    return find_sparse(pass, hits, room);
}

bool literal_stands(enum literal_test test, struct view value, size_t end,
                    size_t length)
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
