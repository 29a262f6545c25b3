/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests of the whole engine share. Include it in one .c file of a
 * program.
 */
#ifndef WB_TEST_UNIT_ENGINE_H
#define WB_TEST_UNIT_ENGINE_H

#include "tap.h"
#include "weighbridge.h"

/* The engine of a configuration (NULL: the demo's), its problems as notes;
 * NULL: it does not load. */
static inline struct wb_engine *engine_at(const char *path)
{
    struct wb_problems *problems = wb_problems_new();
    struct wb_engine *engine = NULL;

    wb_engine_load(path, problems, &engine);
    for (size_t i = 0; i < wb_problems_count(problems); i++) {
        tap_note("%s", wb_problem_text(problems, i));
    }
    wb_problems_free(problems);
    return engine;
}

/* ... and a state under it; false: there is none. */
static inline bool engine_open(const char *path, struct wb_engine **engine,
                               struct wb_state **state)
{
    *engine = engine_at(path);
    return *engine && wb_state_open(*engine, NULL, state) == WB_OK;
}

/* A number below n, the same in every run. */
static inline unsigned engine_draw(uint64_t *seed, unsigned n)
{
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (unsigned)(*seed >> 33) % n;
}

#endif
