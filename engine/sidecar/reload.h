/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The snapshot in force: an engine and the settings read from it. A reload
 * swaps one pointer; threads that serve look at one generation number per
 * request and keep their own reference between.
 */
#ifndef WB_SIDECAR_RELOAD_H
#define WB_SIDECAR_RELOAD_H

#include "sidecar/setup.h"

struct snapshot {
    struct wb_engine *engine;
    struct setup setup;
    /* private to reload.c */
    _Atomic unsigned references;
};

struct reload;

struct reload_outcome {
    bool last_failed;
    unsigned long done, failed; /* without the first load */
    int64_t at;                 /* of the last that was done */
};

/* Loads for the first time; problems go to stderr. On failure NULL and the
 * process's exit code in *code. `path` NULL: the demo. */
struct reload *reload_open(const char *path,
                           const struct sidecar_options *options, int64_t now,
                           int *code);
/* No thread may serve any more. NULL is fine. */
void reload_close(struct reload *reload);
/* Loads again; what is in force stays on failure, false then. `lists`: only
 * for lists and databases; a configuration that has changed as well waits to
 * be asked for, and that is no failure. */
bool reload_again(struct reload *reload, bool lists, int64_t now);
struct reload_outcome reload_outcome(struct reload *reload);
/* What the last one found, as a JSON array of texts for people. */
struct page;
void reload_problems(struct reload *reload, struct page *page);

/* Generations that are kept, the one in force first: as many former ones as
 * admin.generations says. */
typedef void reload_visitor(void *context, const char *generation,
                            int64_t loaded, bool in_force);
void reload_generations(struct reload *reload, reload_visitor *visit,
                        void *context);
/* An engine with a reference for the caller, or NULL: it is not kept. */
struct wb_engine *reload_generation(struct reload *reload,
                                    const char *generation);

/* The snapshot in force, for this thread; valid until its next call. */
struct snapshot *reload_current(struct reload *reload);
/* For whoever keeps it longer. */
struct snapshot *snapshot_ref(struct snapshot *snapshot);
void snapshot_unref(struct snapshot *snapshot);

#endif
