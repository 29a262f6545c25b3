/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a snapshot lives: as long as anybody holds a reference. Who lets
 * go of the last one frees it, in whatever thread that is.
 */
#include "snapshot.h"

#include "memo.h"

struct wb_engine *wb_engine_ref(struct wb_engine *engine)
{
    atomic_fetch_add_explicit(&engine->references, 1, memory_order_relaxed);
    return engine;
}

static void engine_free(struct wb_engine *engine)
{
    wb_engine_unref(engine->shadow);
    for (size_t i = 0; i < engine->ruleset_count; i++) {
        memos_free(engine->rulesets[i].memos);
        program_free(engine->rulesets[i].program);
    }
    databases_close(&engine->databases);
    arena_free(engine->arena);
}

void wb_engine_unref(struct wb_engine *engine)
{
    if (engine && atomic_fetch_sub_explicit(&engine->references, 1,
                                            memory_order_acq_rel) == 1) {
        engine_free(engine);
    }
}
