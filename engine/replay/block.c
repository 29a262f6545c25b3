/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stages of a replay, each over one block; see block.h.
 */
#include "replay/block.h"

#include <stdlib.h>

/* Text of a block: always room for one more line of the greatest size. */
#define TEXT_SIZE (2 * LINE_SIZE_MAX)
/* Bytes of an unreadable line that are shown. */
#define SAMPLE_SIZE 160

struct block *block_new(size_t lines)
{
    struct block *block = calloc(1, sizeof *block);

    if (!block) {
        return NULL;
    }
    block->lines = calloc(lines, sizeof *block->lines);
    block->requests = calloc(lines, sizeof *block->requests);
    block->text = malloc(TEXT_SIZE);
    if (!tally_start(&block->tally) || !block->lines || !block->requests ||
        !block->text) {
        block_free(block);
        return NULL;
    }
    for (; block->room < lines; block->room++) {
        block->requests[block->room] = wb_request_new();
        if (!block->requests[block->room]) {
            block_free(block);
            return NULL;
        }
    }
    return block;
}

void block_free(struct block *block)
{
    if (!block) {
        return;
    }
    for (size_t i = 0; i < block->room; i++) {
        wb_request_free(block->requests[i]);
    }
    tally_end(&block->tally);
    free(block->lines);
    free(block->requests);
    free(block->text);
    free(block->records);
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

    block->count = 0;
    while (block->count < block->room && TEXT_SIZE - used >= LINE_SIZE_MAX) {
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

/* Parses a line into its request and weighs it; false: out of memory. */
static bool weigh_line(struct block *block, size_t i, struct wb_engine *engine)
{
    struct line *line = &block->lines[i];
    struct log_line parts;

    line->fault =
        line->origin->format->read(line->at, line->size, &block->clock, &parts);
    if (line->fault != LINE_FINE) {
        return true;
    }
    line->extra.status = parts.status;
    line->extra.bytes = parts.bytes;
    if (format_fill(block->requests[i], engine, &parts, &line->fault,
                    &line->why) != WB_OK) {
        return false;
    }
    if (line->fault == LINE_FINE) {
        wb_weigh(block->requests[i]);
    }
    return true;
}

void block_weigh(struct block *block, struct wb_engine *engine)
{
    for (size_t i = 0; i < block->count; i++) {
        if (block->lines[i].fault == LINE_FINE &&
            !weigh_line(block, i, engine)) {
            block->failed = true;
            return;
        }
    }
}

void block_decide(struct block *block, struct wb_state *state)
{
    for (size_t i = 0; i < block->count && !block->failed; i++) {
        if (block->lines[i].fault == LINE_FINE) {
            wb_decide_blocking(block->requests[i], state);
        }
    }
}

/* One record and its newline; the room grows as needed. */
static void add_record(struct block *block, const struct wb_request *request)
{
    for (;;) {
        size_t left = block->records_room - block->records_size;
        size_t size =
            left < 2 ? SIZE_MAX
                     : wb_decision_write(request, WB_FORM_RECORD,
                                         block->records + block->records_size,
                                         left - 1);
        if (size < left) {
            block->records_size += size;
            block->records[block->records_size++] = '\n';
            return;
        }
        size_t room = block->records_room * 2 + 16384;
        char *records = realloc(block->records, room);
        if (!records) {
            block->failed = true;
            return;
        }
        block->records = records;
        block->records_room = room;
    }
}

void block_count(struct block *block, bool records)
{
    block->records_size = 0;
    for (size_t i = 0; i < block->count && !block->failed; i++) {
        struct line *line = &block->lines[i];
        if (line->fault != LINE_FINE) {
            if (line->fault != LINE_NOTE) {
                tally_fault(&block->tally, line->fault);
            }
            continue;
        }
        tally_request(&block->tally, block->requests[i], &line->extra);
        if (records) {
            add_record(block, block->requests[i]);
        }
    }
    block->failed |= block->tally.failed;
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

bool block_write(struct block *block, FILE *out, FILE *err, unsigned *samples)
{
    for (size_t i = 0; i < block->count; i++) {
        if (block->lines[i].fault == LINE_LOST) {
            show_lost(&block->lines[i], err);
        } else if (block->lines[i].fault != LINE_FINE &&
                   block->lines[i].fault != LINE_NOTE && *samples != 0) {
            show(&block->lines[i], err);
            --*samples;
        }
    }
    return !out || block->records_size == 0 ||
           fwrite(block->records, 1, block->records_size, out) ==
               block->records_size;
}
