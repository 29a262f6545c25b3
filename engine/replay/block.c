/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stages of a replay, each over one block; see block.h.
 */
#include "replay/block.h"

#include <stdlib.h>

/* Text of a block: always room for one more line of the greatest size. */
#define TEXT_SIZE (2 * LINE_SIZE_MAX)
/* Lines of a block: so few that its requests stay in a core's cache, so many
 * that a turn costs little. Even alone a thread is a tenth faster with 16 to
 * 64 than with one: each stage's code stays where it is. After a block of
 * whose lines few had a request they are more. */
#define LINES 32
#define LINES_OF_NUMBERS 256
/* Bytes of an unreadable line that are shown. */
#define SAMPLE_SIZE 160

/* Examples are taken from records, too. */
static bool makes_records(const struct block_job *job)
{
    return job->columns || job->fired || job->moved;
}

/* Is nothing asked of a request but what is counted? */
static bool counts_only(const struct block_job *job)
{
    return !makes_records(job) && !job->filter && job->sides == 1;
}

static bool make_side(struct block *block, const struct block *first,
                      unsigned side)
{
    block->requests[side] = calloc(block->room, sizeof *block->requests[side]);
    block->recalls[side] = first ? wb_recall_share(first->recalls[side])
                                 : wb_recall_new(block->job->engines[side]);
    return block->requests[side] && block->recalls[side];
}

struct block *block_new(const struct block_job *job, const struct block *first)
{
    struct block *block = calloc(1, sizeof *block);

    if (!block) {
        return NULL;
    }
    block->job = job;
    block->room = counts_only(job) ? LINES_OF_NUMBERS : LINES;
    block->used = LINES;
    block->lines = calloc(block->room, sizeof *block->lines);
    block->sketches = calloc(block->room, sizeof *block->sketches);
    block->numbers = calloc(block->room, sizeof *block->numbers);
    block->text = malloc(TEXT_SIZE);
    bool fine =
        block->lines && block->sketches && block->numbers && block->text;
    for (unsigned i = 0; i < SIDES; i++) {
        fine = tally_start(&block->tallies[i]) && fine;
        fine = fine && (i >= job->sides || make_side(block, first, i));
    }
    table_start(&block->moves, block->tallies[0].names);
    if (!fine) {
        block_free(block);
        return NULL;
    }
    return block;
}

void block_free(struct block *block)
{
    if (!block) {
        return;
    }
    table_end(&block->moves);
    for (unsigned side = 0; side < SIDES; side++) {
        for (size_t i = 0; block->requests[side] && i < block->room; i++) {
            wb_request_free(block->requests[side][i]);
        }
        free(block->requests[side]);
        wb_recall_free(block->recalls[side]);
        tally_end(&block->tallies[side]);
    }
    free(block->lines);
    free(block->sketches);
    free(block->numbers);
    free(block->text);
    free(block->records.at);
    free(block);
}

/* ---- taking lines ---- */

static void add_line(struct block *block, size_t *used,
                     const struct merged *from, enum line_fault fault)
{
    struct line *line = &block->lines[block->count++];

    line->at = block->text + *used;
    line->size = from->text.size;
    line->origin = from->origin;
    line->number = from->number;
    line->fault = fault;
    line->why = NULL;
    memcpy(line->at, from->text.at, from->text.size);
    *used += from->text.size;
}

enum reading block_take(struct block *block, struct merge *merge)
{
    size_t used = 0;

    size_t most = block->used > LINES / 2 ? LINES : block->room;
    block->count = 0;
    while (block->count < most && TEXT_SIZE - used >= LINE_SIZE_MAX) {
        struct merged line;
        enum reading reading = merge_next(merge, &line);
        if (reading == READING_LINE) {
            add_line(block, &used, &line, LINE_FINE);
        } else if (reading == READING_TOO_LONG) {
            line.text = VIEW("");
            add_line(block, &used, &line, LINE_TOO_LONG);
        } else if (reading == READING_BROKEN) {
            add_line(block, &used, &line, LINE_LOST);
        } else {
            return reading;
        }
    }
    return READING_LINE;
}

/* ---- the stages ---- */

/* The next request that is not used, which is made where there is none yet;
 * NULL: out of memory. */
static struct wb_request *next_request(struct block *block, unsigned side)
{
    struct wb_request **place = &block->requests[side][block->used];

    if (!*place && (*place = wb_request_new())) {
        wb_request_answers_only(*place, !makes_records(block->job));
        wb_request_recall(*place, block->recalls[side]);
    }
    return *place;
}

/* Begins the line's requests and weighs them; false: out of memory. `parts`:
 * of a line that is not sketched. */
static bool weigh_line(struct block *block, struct line *line,
                       const struct log_line *parts)
{
    const struct block_job *job = block->job;

    line->request = block->used;
    for (unsigned side = 0; side < job->sides && line->fault == LINE_FINE;
         side++) {
        struct wb_request *request = next_request(block, side);
        enum wb_status status = WB_ERROR_MEMORY;
        if (request && line->sketched) {
            status = wb_request_begin(request, job->engines[side], line->time);
        } else if (request) {
            status = format_fill(request, job->engines[side], parts,
                                 &line->fault, &line->why);
        }
        if (status != WB_OK) {
            return false;
        }
        if (line->sketched) {
            wb_request_sketch(request, &block->sketches[line->sketch]);
        }
        if (line->fault == LINE_FINE) {
            wb_weigh(request);
        }
    }
    block->used++;
    return true;
}

/* Parses a line, and sketches it or weighs it at once; false: out of
 * memory. */
static bool read_line(struct block *block, struct line *line)
{
    struct log_line parts;

    line->fault =
        line->origin->format->read(line->at, line->size, &block->clock, &parts);
    line->alike = 0;
    line->extra.status = parts.status;
    line->extra.bytes = parts.bytes;
    line->sketched = line->fault == LINE_FINE &&
                     format_sketch(&parts, &block->sketches[block->sketched]);
    if (line->fault != LINE_FINE || !line->sketched) {
        return line->fault != LINE_FINE || weigh_line(block, line, &parts);
    }
    line->time = parts.time;
    line->sketch = block->sketched++;
    return true;
}

/* Numbers are found for all sketches at once. */
static bool weigh_sketches(struct block *block)
{
    bool fine = true;

    if (counts_only(block->job)) {
        wb_recall_find(block->recalls[0], block->sketches, block->sketched,
                       block->numbers);
    }
    for (size_t i = 0; i < block->count && fine; i++) {
        struct line *line = &block->lines[i];
        if (line->fault == LINE_FINE && line->sketched) {
            unsigned number = block->numbers[line->sketch];
            line->alike = tally_knows(&block->tallies[0], number) ? number : 0;
            fine = line->alike || weigh_line(block, line, NULL);
        }
    }
    return fine;
}

void block_weigh(struct block *block)
{
    bool fine = true;

    block->sketched = block->used = 0;
    for (size_t i = 0; i < block->count && fine; i++) {
        fine = block->lines[i].fault != LINE_FINE ||
               read_line(block, &block->lines[i]);
    }
    block->failed |= !fine || !weigh_sketches(block);
}

/* Has it a request of its own? */
static bool has_request(const struct line *line)
{
    return line->fault == LINE_FINE && !line->alike;
}

void block_decide(struct block *block)
{
    const struct block_job *job = block->job;

    for (size_t i = 0; i < block->count && !block->failed; i++) {
        const struct line *line = &block->lines[i];
        for (unsigned side = 0; side < job->sides && has_request(line);
             side++) {
            wb_decide_blocking(block->requests[side][line->request],
                               job->states[side]);
        }
    }
}

/* ---- counting ---- */

/* Room for more records; false: out of memory. */
static bool grow(struct block *block)
{
    size_t room = block->records.room * 2 + 16384;
    char *at = realloc(block->records.at, room);

    if (!at) {
        block->failed = true;
        return false;
    }
    block->records.at = at;
    block->records.room = room;
    block->records.cut = false;
    return true;
}

/* One record and its newline, at the end of what there is; its size, or 0 if
 * it does not fit. */
static size_t write_record(struct block *block,
                           const struct wb_request *request)
{
    char *at = block->records.at + block->records.size;
    size_t left = block->records.room - block->records.size;
    size_t size =
        left < 2 ? SIZE_MAX
                 : wb_decision_write(request, WB_FORM_RECORD, at, left - 1);

    if (size >= left) {
        return 0;
    }
    at[size] = '\n';
    return size + 1;
}

/* A row in place of the record, which stands behind it meanwhile. */
static bool write_row(struct block *block, size_t record)
{
    struct text *all = &block->records;
    size_t start = all->size;
    size_t room = (all->room - start - record) / 2;
    char *at = all->at + all->room - record;

    memmove(at, all->at + start, record);
    struct text row = text_in(all->at + start, room);
    columns_row(block->job->columns, view_of(at, record - 1), &row);
    all->size += row.cut ? 0 : row.size;
    return !row.cut;
}

static void add_record(struct block *block, const struct wb_request *request)
{
    for (;;) {
        size_t size = write_record(block, request);
        if (size > 0 && block->job->columns->form == COLUMNS_JSON) {
            block->records.size += size;
            return;
        }
        if (size > 0 && write_row(block, size)) {
            return;
        }
        if (!grow(block)) {
            return;
        }
    }
}

/* What it has in common with lines to come. */
static void learn(struct block *block, const struct wb_request *request)
{
    unsigned number = wb_recall_keep(block->recalls[0], request);

    if (number) {
        tally_learn(&block->tallies[0], number, request);
    }
}

static void count_request(struct block *block, struct line *line)
{
    const struct block_job *job = block->job;
    struct wb_request *request = block->requests[0][line->request];

    line->left_out = job->filter && !filter_passes(job->filter, request);
    if (line->left_out) {
        block->tallies[0].left_out++;
        return;
    }
    for (unsigned side = 0; side < job->sides; side++) {
        tally_request(&block->tallies[side],
                      block->requests[side][line->request], &line->extra);
    }
    if (job->sides > 1 &&
        !moves_count(&block->moves, request, block->requests[1][line->request],
                     block->moved)) {
        block->failed = true;
    }
    if (job->columns) {
        add_record(block, request);
    }
    if (counts_only(job)) {
        learn(block, request);
    }
}

static void count_line(struct block *block, struct line *line)
{
    line->left_out = false;
    if (line->alike) {
        tally_known(&block->tallies[0], line->alike, line->time, &line->extra);
    } else {
        count_request(block, line);
    }
}

void block_count(struct block *block)
{
    block->records.size = 0;
    for (size_t i = 0; i < block->count && !block->failed; i++) {
        enum line_fault fault = block->lines[i].fault;
        if (fault == LINE_FINE) {
            count_line(block, &block->lines[i]);
        } else if (fault != LINE_NOTE) {
            tally_fault(&block->tallies[0], fault);
        }
    }
    block->failed |= block->tallies[0].failed || block->tallies[1].failed;
}

/* ---- what goes out ---- */

const char *line_fault_text(enum line_fault fault)
{
    static const char *const texts[LINE_FAULTS] = {
        [LINE_FINE] = "",
        [LINE_TOO_LONG] = "longer than 64 KiB",
        [LINE_NO_TIME] = "not in this format",
        [LINE_NO_REQUEST] = "holds no HTTP request",
        [LINE_CUT] = "cut within a field",
        [LINE_NO_RECORD] = "not a request record",
        [LINE_NOTE] = "",
        [LINE_LOST] = "the rest of a compressed file is lost",
    };
    return texts[fault];
}

static void show(const struct line *line, FILE *err)
{
    char room[SAMPLE_SIZE * 6 + 2];
    size_t size = line->size < SAMPLE_SIZE ? line->size : SAMPLE_SIZE;
    size_t n = wb_json_quote(line->at, size, room, sizeof room);

    fprintf(err, "%s:%llu: unreadable: %s", line->origin->path,
            (unsigned long long)line->number, line_fault_text(line->fault));
    if (line->why) {
        fprintf(err, " (%s)", line->why);
    }
    fprintf(err, ": %.*s%s\n", (int)(n <= sizeof room ? n : 0), room,
            size < line->size ? "..." : "");
}

/* Its text is the reason. */
static void show_lost(const struct line *line, FILE *err)
{
    fprintf(err, "%s:%llu: %s: %.*s\n", line->origin->path,
            (unsigned long long)line->number, line_fault_text(line->fault),
            (int)line->size, line->at);
}

/* In order, so that examples are the first of the input. */
static void sample(struct block *block, size_t i)
{
    const struct block_job *job = block->job;
    size_t place = block->lines[i].request;
    struct wb_request *request = block->requests[0][place];
    struct wb_text rule;

    for (size_t k = 0;
         job->fired && (rule = wb_decision_rule(request, k, NULL)).data; k++) {
        samples_add(job->fired, view_of(rule.data, rule.size), VIEW_NONE,
                    VIEW_NONE, request);
    }
    if (job->sides > 1 && job->moved) {
        moves_sample(job->moved, request, block->requests[1][place]);
    }
}

bool block_write(struct block *block)
{
    const struct block_job *job = block->job;

    for (size_t i = 0; i < block->count; i++) {
        const struct line *line = &block->lines[i];
        if (line->fault == LINE_LOST) {
            show_lost(line, job->err);
        } else if (line->fault == LINE_FINE) {
            if ((job->fired || job->moved) && !line->left_out) {
                sample(block, i);
            }
        } else if (line->fault != LINE_NOTE && *job->unreadable != 0) {
            show(line, job->err);
            --*job->unreadable;
        }
    }
    return !job->out || block->records.size == 0 ||
           fwrite(block->records.at, 1, block->records.size, job->out) ==
               block->records.size;
}
