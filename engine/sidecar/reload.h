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

/* The snapshot in force, for this thread; valid until its next call. */
struct snapshot *reload_current(struct reload *reload);
/* For whoever keeps it longer. */
struct snapshot *snapshot_ref(struct snapshot *snapshot);
void snapshot_unref(struct snapshot *snapshot);

#endif
