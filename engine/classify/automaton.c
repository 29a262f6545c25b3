/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass of an automaton over a value. The loops are the hottest of the
 * engine: per byte one load of the class, which waits for nothing, and one
 * of the next state, which waits for the last one of its lane.
 */
#include "classify/automaton.h"

#include <assert.h>

const char *const literal_test_names[LITERAL_TESTS] = {
    "contains", "word", "starts-with", "ends-with", "is"};

/* Shorter values are not worth dividing. */
#define LANES_FROM 64

void automaton_start(struct automaton_pass *pass,
                     const struct automaton *automaton, struct view value)
{
    size_t longest = automaton->longest, start = 0, end = value.size;

    assert(value.size <= UINT32_MAX);
    if (value.size > longest && automaton->reach != REACH_WHOLE) {
        start = automaton->reach == REACH_TAIL ? value.size - longest : 0;
        end = automaton->reach == REACH_HEAD ? longest : value.size;
        end = automaton->reach == REACH_FITTING ? 0 : end;
    }
    pass->automaton = automaton;
    pass->bytes = (const unsigned char *)value.at;
    pass->start = start;
    pass->end = end;
    pass->steps = end - start < LANES_FROM ? 0 : (end - start) / LANES;
    if (automaton->form == AUTOMATON_SPARSE) {
        pass->steps = 0;
    }
    pass->step = 0;
    pass->lane = pass->steps ? 0 : LANES - 1;
    pass->at = start + pass->steps;
    for (unsigned i = 0; i < LANES; i++) {
        pass->states[i] = 0;
    }
}

void automaton_start_part(struct automaton_pass *pass,
                          const struct automaton *automaton, struct view value,
                          size_t from, size_t to, uint32_t state)
{
    assert(automaton->reach == REACH_WHOLE && value.size <= UINT32_MAX);
    *pass = (struct automaton_pass){
        .automaton = automaton,
        .bytes = (const unsigned char *)value.at,
        .start = from,
        .end = to,
        .lane = LANES - 1,
        .at = from,
    };
    pass->states[LANES - 1] = state;
}

#define HIT(state, after)                                                      \
    if (__builtin_expect((state) >= from, 0)) {                                \
        hits[found].output = next[(state) + a->class_count + CELL_OUTPUT];     \
        hits[found++].end = (uint32_t)(after);                                 \
    }

/* All lanes, step by step, while the hits of a step find room. What a hit
 * needs stays out of the loop, so that all else fits the registers. */
#define STEP_TOGETHER(name, cell)                                              \
    static size_t name(struct automaton_pass *pass, const cell *next,          \
                       struct automaton_hit *hits, size_t room)                \
    {                                                                          \
        const struct automaton *a = pass->automaton;                           \
        const unsigned char *classes = a->classes;                             \
        size_t steps = pass->steps, far = 3 * steps, found = 0;                \
        const unsigned char *at = pass->bytes + pass->start + pass->step;      \
        const unsigned char *end = pass->bytes + pass->start + steps;          \
        size_t s0 = pass->states[0], s1 = pass->states[1];                     \
        size_t s2 = pass->states[2], s3 = pass->states[3];                     \
        uint32_t from = a->hit_from;                                           \
                                                                               \
        while (at < end) {                                                     \
            s0 = next[s0 + classes[at[0]]];                                    \
            s1 = next[s1 + classes[at[steps]]];                                \
            s2 = next[s2 + classes[at[2 * steps]]];                            \
            s3 = next[s3 + classes[at[far]]];                                  \
            at++;                                                              \
            if (__builtin_expect(s0 >= from || s1 >= from || s2 >= from ||     \
                                     s3 >= from,                               \
                                 0)) {                                         \
                size_t after = (size_t)(at - pass->bytes);                     \
                                                                               \
                HIT(s0, after)                                                 \
                HIT(s1, after + steps)                                         \
                HIT(s2, after + 2 * steps)                                     \
                HIT(s3, after + far)                                           \
                if (found + LANES > room) {                                    \
                    break;                                                     \
                }                                                              \
            }                                                                  \
        }                                                                      \
        pass->step = (size_t)(at - pass->bytes) - pass->start;                 \
        pass->states[0] = (uint32_t)s0;                                        \
        pass->states[1] = (uint32_t)s1;                                        \
        pass->states[2] = (uint32_t)s2;                                        \
        pass->states[3] = (uint32_t)s3;                                        \
        return found;                                                          \
    }

/* A lane in the next one's part, until that one knows all it knows. */
#define STEP_BEYOND(name, cell)                                                \
    static size_t name(struct automaton_pass *pass, const cell *next,          \
                       struct automaton_hit *hits, size_t room)                \
    {                                                                          \
        const struct automaton *a = pass->automaton;                           \
        const unsigned char *bytes = pass->bytes, *classes = a->classes;       \
        const cell *depth = next + a->class_count + CELL_DEPTH;                \
        size_t border = pass->start + pass->steps * (pass->lane + 1);          \
        size_t state = pass->states[pass->lane], at = pass->at, found = 0;     \
        size_t end = pass->end;                                                \
        uint32_t from = a->hit_from;                                           \
                                                                               \
        while (depth[state] > at - border && at < end && found < room) {       \
            state = next[state + classes[bytes[at++]]];                        \
            HIT(state, at)                                                     \
        }                                                                      \
        pass->at = at;                                                         \
        pass->states[pass->lane] = (uint32_t)state;                            \
        return found;                                                          \
    }

/* The last lane, or the only one, to the end. */
#define STEP_ALONE(name, cell)                                                 \
    static size_t name(struct automaton_pass *pass, const cell *next,          \
                       struct automaton_hit *hits, size_t room)                \
    {                                                                          \
        const struct automaton *a = pass->automaton;                           \
        const unsigned char *classes = a->classes;                             \
        const unsigned char *at = pass->bytes + pass->at;                      \
        const unsigned char *end = pass->bytes + pass->end;                    \
        size_t state = pass->states[LANES - 1], found = 0;                     \
        uint32_t from = a->hit_from;                                           \
                                                                               \
        while (at < end) {                                                     \
            state = next[state + classes[*at++]];                              \
            if (__builtin_expect(state >= from, 0)) {                          \
                HIT(state, at - pass->bytes)                                   \
                if (found == room) {                                           \
                    break;                                                     \
                }                                                              \
            }                                                                  \
        }                                                                      \
        pass->at = (size_t)(at - pass->bytes);                                 \
        pass->states[LANES - 1] = (uint32_t)state;                             \
        return found;                                                          \
    }

#define FIND_DENSE(name, cell)                                                 \
    STEP_TOGETHER(name##_together, cell)                                       \
    STEP_BEYOND(name##_beyond, cell)                                           \
    STEP_ALONE(name##_alone, cell)                                             \
    static size_t name(struct automaton_pass *pass, const cell *next,          \
                       struct automaton_hit *hits, size_t room)                \
    {                                                                          \
        size_t found = 0;                                                      \
                                                                               \
        if (pass->step < pass->steps) {                                        \
            found = name##_together(pass, next, hits, room);                   \
            if (pass->step < pass->steps) {                                    \
                return found;                                                  \
            }                                                                  \
        }                                                                      \
        while (pass->lane < LANES - 1) {                                       \
            found += name##_beyond(pass, next, hits + found, room - found);    \
            if (found == room) {                                               \
                return found;                                                  \
            }                                                                  \
            pass->lane++;                                                      \
            pass->at = pass->start + pass->steps * (pass->lane + 1);           \
        }                                                                      \
        return found + name##_alone(pass, next, hits + found, room - found);   \
    }

/* The two dense forms differ in the width of their cells alone. */
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
    uint32_t state = pass->states[LANES - 1];
    size_t found = 0;

    while (pass->at < pass->end && found < room) {
        unsigned char byte = a->classes[pass->bytes[pass->at++]];

        state = sparse_next(a, state, byte);
        if (a->sparse[state].output != AUTOMATON_NONE) {
            hits[found].output = a->sparse[state].output;
            hits[found].end = (uint32_t)pass->at;
            found++;
        }
    }
    pass->states[LANES - 1] = state;
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
