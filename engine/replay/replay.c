/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens what a replay writes to, runs it, and tells what was found.
 */
#include "replay/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "replay/pipeline.h"
#include "replay/summary.h"
#include "replay/unpack.h"

#define THREADS_MAX 256

/* A place to write to: nothing, stdout or a file. */
struct outlet {
    const char *path;
    FILE *file; /* NULL: not asked for */
    int error;  /* errno of what failed; 0: nothing did */
};

static void complain(const char *what, const char *why)
{
    fprintf(stderr, "weighbridge: %s: %s\n", what, why);
}

static bool outlet_open(struct outlet *outlet, const char *path)
{
    outlet->path = path;
    outlet->file = NULL;
    outlet->error = 0;
    if (!path) {
        return true;
    }
    outlet->file = strcmp(path, "-") ? fopen(path, "wb") : stdout;
    if (!outlet->file) {
        complain(path, strerror(errno));
        return false;
    }
    return true;
}

/* False when what was written did not all arrive. */
static bool outlet_close(struct outlet *outlet)
{
    if (!outlet->file) {
        return true;
    }
    if (fflush(outlet->file) != 0 && outlet->error == 0) {
        outlet->error = errno;
    }
    if (outlet->file != stdout && fclose(outlet->file) != 0 &&
        outlet->error == 0) {
        outlet->error = errno;
    }
    outlet->file = NULL;
    if (outlet->error != 0) {
        complain(outlet->path, strerror(outlet->error));
    }
    return outlet->error == 0;
}

static unsigned threads_of(unsigned wanted)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned threads = wanted ? wanted : cores > 0 ? (unsigned)cores : 1;

    return threads < THREADS_MAX ? threads : THREADS_MAX;
}

/* ---- telling ---- */

static bool tell(const struct replay_options *options,
                 const struct wb_engine *engine, struct outlet *summary,
                 const struct tally *tally)
{
    const char *mode = wb_engine_setting(engine, "mode");
    bool stdout_taken = options->out && !strcmp(options->out, "-");

    mode = mode ? mode : "enforce";
    if (summary->file) {
        errno = 0;
        if (!summary_write(tally, mode, summary->file)) {
            summary->error = errno ? errno : ENOMEM;
        }
        return true; /* closing it will tell */
    }
    return stdout_taken || report_write(tally, mode, stdout);
}

static int conclude(const struct replay_options *options,
                    const struct wb_engine *engine, struct outlet *summary,
                    struct tally *tally)
{
    tally_finish(tally);
    if (!tell(options, engine, summary, tally)) {
        complain("stdout", "could not be written");
        return 2;
    }
    if (tally->read == 0 && tally_unreadable(tally) > 0) {
        complain("no line could be read",
                 "is it another format? see weighbridge help replay");
        return 1;
    }
    return 0;
}

/* ---- running ---- */

static int run(struct wb_engine *engine, const struct replay_options *options,
               struct wb_state *state, struct outlet *out, struct tally *tally)
{
    const struct pipeline_options pipeline = {
        .engine = engine,
        .state = state,
        .format = options->format ? format_find(options->format) : NULL,
        .out = out->file,
        .err = stderr,
        .threads = threads_of(options->threads),
        .paths = options->paths,
        .path_count = options->path_count,
    };
    int error = 0;

    switch (pipeline_run(&pipeline, tally, &error)) {
    case PIPELINE_DONE:
        return 0;
    case PIPELINE_MEMORY:
        complain("replay", "out of memory");
        return 2;
    case PIPELINE_WRITE:
        out->error = error; /* closing it will tell */
        return 2;
    default:
        return 2; /* the reader has said it */
    }
}

static int replay_into(struct wb_engine *engine,
                       const struct replay_options *options, struct outlet *out,
                       struct outlet *summary)
{
    struct wb_state *state = NULL;
    struct tally tally;
    int code = 2;

    if (!tally_start(&tally)) {
        complain("replay", "out of memory");
        return 2;
    }
    if (wb_state_open_replay(engine, &state) != WB_OK) {
        complain("replay", "no state: out of memory");
    } else {
        code = run(engine, options, state, out, &tally);
    }
    if (code == 0) {
        code = conclude(options, engine, summary, &tally);
    }
    wb_state_close(state);
    tally_end(&tally);
    return code;
}

int replay_run(struct wb_engine *engine, const struct replay_options *options)
{
    struct outlet out, summary;
    int code = 2;

    if (!outlet_open(&out, options->out)) {
        return 2;
    }
    if (outlet_open(&summary, options->summary)) {
        code = replay_into(engine, options, &out, &summary);
        if (!outlet_close(&summary)) {
            code = 2;
        }
    }
    return outlet_close(&out) ? code : 2;
}

const char *replay_unpacks(size_t i)
{
    const struct unpack_kind *kind;

    for (size_t row = 0; (kind = unpack_row(row)); row++) {
        if (kind->open && i-- == 0) {
            return kind->name;
        }
    }
    return NULL;
}

const char *replay_format(size_t i, const char **about)
{
    const struct format *row = format_row(i);

    if (!row) {
        return NULL;
    }
    *about = row->about;
    return row->name;
}
