/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens what a replay writes to, runs it, and tells what was found.
 */
#include "replay/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "replay/pipeline.h"
#include "replay/unpack.h"

#define THREADS_MAX 256
#define UNREADABLE_SHOWN 5
#define MOVE_EXAMPLES 3

/* One replay under way. */
struct run {
    const struct replay_options *options;
    struct outlet out;
    struct telling_outlets outlets;
    struct result result;
    struct wb_state *states[SIDES];
};

static unsigned threads_of(unsigned wanted)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned threads = wanted ? wanted : cores > 0 ? (unsigned)cores : 1;

    return threads < THREADS_MAX ? threads : THREADS_MAX;
}

static void name_side(struct result *result, unsigned side,
                      const struct wb_engine *engine)
{
    const char *mode = wb_engine_setting(engine, "mode");

    snprintf(result->generations[side], sizeof result->generations[side], "%s",
             wb_engine_generation(engine));
    if (side == 0) {
        snprintf(result->mode, sizeof result->mode, "%s",
                 mode ? mode : "enforce");
    }
    result->counts |= (unsigned)wb_engine_counts_rates(engine);
    tally_seed(&result->tallies[side], engine);
}

static bool has_filter(const struct filter *filter)
{
    return filter->count > 0 || filter->since_given || filter->until_given;
}

static bool write_head(struct run *run)
{
    const struct columns *columns = &run->options->columns;
    char room[8192];
    struct text head = text_in(room, sizeof room);

    if (!run->out.file || columns->form == COLUMNS_JSON) {
        return true;
    }
    columns_head(columns, &head);
    return !head.cut && fwrite(room, 1, head.size, run->out.file) == head.size;
}

/* ---- running ---- */

static int run_pipeline(struct run *run, struct wb_engine *engine)
{
    const struct replay_options *options = run->options;
    unsigned unreadable = UNREADABLE_SHOWN;
    struct progress progress = {.out = stderr};
    const struct block_job job = {
        .engines = {engine, options->against},
        .states = {run->states[0], run->states[1]},
        .sides = run->result.sides,
        .filter = has_filter(&options->filter) ? &options->filter : NULL,
        .columns = run->out.file ? &options->columns : NULL,
        .out = run->out.file,
        .err = stderr,
        .unreadable = &unreadable,
        .fired = options->samples > 0 ? &run->result.fired : NULL,
        .moved = options->against ? &run->result.examples : NULL,
    };
    const struct pipeline_options pipeline = {
        .job = &job,
        .format = options->format ? format_find(options->format) : NULL,
        .progress = isatty(STDERR_FILENO) ? &progress : NULL,
        .threads = threads_of(options->threads),
        .paths = options->paths,
        .path_count = options->path_count,
    };
    const struct pipeline_sums sums = {run->result.tallies, &run->result.moves,
                                       run->result.moved};
    int error = 0;
    enum pipeline_result result = pipeline_run(&pipeline, &sums, &error);

    progress_wipe(&progress);
    if (result == PIPELINE_MEMORY) {
        complain("replay", "out of memory");
    } else if (result == PIPELINE_WRITE) {
        run->out.error = error; /* closing it will tell */
    }                           /* what could not be read was said */
    return result == PIPELINE_DONE ? 0 : 2;
}

static bool open_states(struct run *run, struct wb_engine *engine)
{
    struct wb_engine *const engines[SIDES] = {engine, run->options->against};

    for (unsigned side = 0; side < run->result.sides; side++) {
        if (wb_state_open_replay(engines[side], &run->states[side]) != WB_OK) {
            return false;
        }
        name_side(&run->result, side, engines[side]);
    }
    return true;
}

static int conclude(struct run *run)
{
    const struct tally *tally = &run->result.tallies[0];
    const struct replay_options *options = run->options;
    int code = telling_tell(&options->telling, &run->outlets, &run->result,
                            is_stdout(options->out));

    if (code == 0 && tally->read + tally->left_out == 0 &&
        tally_unreadable(tally) > 0) {
        complain("no line could be read",
                 "is it another format? see weighbridge help replay");
        code = 1;
    }
    return code;
}

static int replay_into(struct run *run, struct wb_engine *engine)
{
    const struct replay_options *options = run->options;
    int code = 2;

    run->result.sides = options->against ? 2 : 1;
    run->result.fired.most = options->samples;
    run->result.fired.clients = options->clients;
    run->result.examples.most = options->against ? MOVE_EXAMPLES : 0;
    run->result.examples.clients = options->clients;
    if (!open_states(run, engine)) {
        complain("replay", "no state: out of memory");
    } else if (!write_head(run)) {
        run->out.error = errno ? errno : EIO;
    } else {
        code = run_pipeline(run, engine);
    }
    if (code == 0) {
        code = conclude(run);
    }
    wb_state_close(run->states[0]);
    wb_state_close(run->states[1]);
    return code;
}

int replay_run(struct wb_engine *engine, const struct replay_options *options)
{
    struct run run = {.options = options};
    int code = 2;

    if (!result_start(&run.result)) {
        complain("replay", "out of memory");
    } else if (outlet_open(&run.out, options->out) &&
               telling_open(&options->telling, &run.outlets)) {
        code = replay_into(&run, engine);
    }
    bool told = telling_close(&run.outlets);
    bool out = outlet_close(&run.out);
    result_end(&run.result);
    return told && out ? code : 2;
}

/* ---- adding up ---- */

static bool merge_file(struct result *result, const char *path, int *code)
{
    FILE *in = strcmp(path, "-") ? fopen(path, "rb") : stdin;
    const char *why = NULL;

    if (!in) {
        complain(path, strerror(errno));
        *code = 2;
        return false;
    }
    if (!partial_read(result, in, &why)) {
        complain(path, why);
        *code = 1;
    }
    if (in != stdin) {
        fclose(in);
    }
    return !why;
}

int replay_merge(const char *const *paths, size_t count,
                 const struct telling *telling)
{
    struct result result;
    struct telling_outlets outlets;
    int code = 0;

    memset(&outlets, 0, sizeof outlets);
    if (!result_start(&result)) {
        complain("merge", "out of memory");
        code = 2;
    }
    for (size_t i = 0; i < count && code == 0; i++) {
        merge_file(&result, paths[i], &code);
    }
    const char *name;
    for (size_t i = 0; code == 0 && (name = result_stateful(&result, i)); i++) {
        fprintf(stderr,
                "weighbridge: %s: each of the parts began without; they are "
                "as in one run only where no client, payer or key is in two "
                "parts\n",
                name);
    }
    if (code == 0) {
        code = telling_open(telling, &outlets)
                   ? telling_tell(telling, &outlets, &result, false)
                   : 2;
    }
    bool told = telling_close(&outlets);
    result_end(&result);
    return told ? code : 2;
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
