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
    size_t longest = automaton->longest;

    assert(value.size <= UINT32_MAX);
    *pass = (struct automaton_pass){.automaton = automaton,
                                    .bytes = (const unsigned char *)value.at,
                                    .end = value.size};
    if (value.size <= longest) {
        return;
    }
    switch (automaton->reach) {
    case REACH_WHOLE:
        break;
    case REACH_HEAD:
        pass->end = longest;
        break;
    case REACH_TAIL:
        pass->at = value.size - longest;
        break;
    case REACH_FITTING:
        pass->at = value.size;
        break;
    }
}

/* The two dense forms differ in the width of their cells alone. */
#define STEP(n)                                                                \
    state = next[state + classes[bytes[at + (n)]]];                            \
    if (__builtin_expect(state >= from, 0)) {                                  \
        at += (n) + 1;                                                         \
        goto hit;                                                              \
    }

#define FIND_DENSE(name, cell)                                                 \
    static size_t name(struct automaton_pass *pass, const cell *next,          \
                       struct automaton_hit *hits, size_t room)                \
    {                                                                          \
        const struct automaton *a = pass->automaton;                           \
        const unsigned char *bytes = pass->bytes, *classes = a->classes;       \
        size_t end = pass->end, at = pass->at, found = 0;                      \
        uint32_t from = a->hit_from;                                           \
        size_t state = pass->state;                                            \
                                                                               \
        for (;;) {                                                             \
            while (end - at >= 4) {                                            \
                STEP(0) STEP(1) STEP(2) STEP(3) at += 4;                       \
            }                                                                  \
            while (at < end) {                                                 \
                STEP(0) at++;                                                  \
            }                                                                  \
            break;                                                             \
        hit:                                                                   \
            hits[found].output = next[state + a->class_count];                 \
            hits[found].end = (uint32_t)at;                                    \
            if (++found == room) {                                             \
                break;                                                         \
            }                                                                  \
        }                                                                      \
        pass->at = at;                                                         \
        pass->state = (uint32_t)state;                                         \
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

    while (pass->at < pass->end && found < room) {
        unsigned char byte = a->classes[pass->bytes[pass->at++]];

        pass->state = sparse_next(a, pass->state, byte);
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
