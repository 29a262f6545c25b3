/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a partial summary: head, each side's numbers, tables and times, what
 * moved between the sides, and the number of lines, by which a file that was
 * cut is known.
 */
#include <stdlib.h>
#include <string.h>

#include "replay/output.h"
#include "replay/partial.h"

struct writing {
    struct output out;
    uint64_t lines;
};

static void end_line(struct writing *p)
{
    json_close_object(&p->out.w);
    text_add_char(&p->out.text, '\n');
    p->out.w.comma = false;
    output_flush(&p->out);
    p->lines++;
}

static void put_list(struct writing *p, const char *key, const uint64_t *list,
                     size_t count)
{
    json_key(&p->out.w, key);
    json_open_array(&p->out.w);
    for (size_t i = 0; i < count; i++) {
        json_u64(&p->out.w, list[i]);
    }
    json_close_array(&p->out.w);
}

static void put_number(struct writing *p, const char *key, int64_t n)
{
    json_key(&p->out.w, key);
    json_number(&p->out.w, n);
}

static void put_head(struct writing *p, const struct result *result)
{
    json_open_object(&p->out.w);
    json_member(&p->out.w, "weighbridge", VIEW("partial"));
    output_u64(&p->out, "v", 1);
    output_u64(&p->out, "sides", result->sides);
    json_member(&p->out.w, "mode", view_text(result->mode));
    json_member(&p->out.w, "generation", view_text(result->generations[0]));
    json_member(&p->out.w, "against", view_text(result->generations[1]));
    output_u64(&p->out, "rates", result->counts);
    end_line(p);
}

static void put_numbers(struct writing *p, unsigned side, const struct tally *t)
{
    json_open_object(&p->out.w);
    output_u64(&p->out, "numbers", side);
    output_u64(&p->out, "read", t->read);
    output_u64(&p->out, "left_out", t->left_out);
    output_u64(&p->out, "allow", t->allowed);
    output_u64(&p->out, "reject", t->rejected);
    output_u64(&p->out, "browsers_charged", t->browsers_charged);
    output_u64(&p->out, "labelled", t->labelled);
    output_u64(&p->out, "timed", t->timed);
    put_number(p, "first", t->first);
    put_number(p, "last", t->last);
    put_list(p, "faults", t->faults, LINE_FAULTS);
    put_list(p, "classes", t->classes, TALLY_CLASSES);
    put_list(p, "bytes", t->bytes, TALLY_CLASSES);
    put_list(p, "confusion", t->confusion[0], TALLY_LABELS * TALLY_CLASSES);
    end_line(p);
    json_open_object(&p->out.w);
    output_u64(&p->out, "hours", side);
    put_list(p, "of", t->hours[0][0], PARTIAL_HOURS);
    end_line(p);
}

static void put_row(struct writing *p, unsigned side, const char *table,
                    const struct row *row)
{
    json_open_object(&p->out.w);
    output_u64(&p->out, "row", side);
    json_member(&p->out.w, "table", view_text(table));
    json_member(&p->out.w, "name", row->name);
    json_member(&p->out.w, "other", row->other);
    json_member(&p->out.w, "asset", row->asset);
    output_u64(&p->out, "requests", row->requests);
    output_u64(&p->out, "charged", row->charged);
    output_amount(&p->out, "amount", &row->amount, false);
    output_u64(&p->out, "overflow", row->overflow);
    end_line(p);
}

static void put_table(struct writing *p, unsigned side, const char *name,
                      const struct table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        put_row(p, side, name, &table->rows[i]);
    }
}

static void put_line(struct writing *p, unsigned side, struct view asset,
                     const struct timeline *line)
{
    static const struct bucket empty;

    for (size_t i = 0; i < line->count; i++) {
        const struct bucket *bucket = &line->buckets[i];
        if (!memcmp(bucket, &empty, sizeof empty)) {
            continue;
        }
        json_open_object(&p->out.w);
        output_u64(&p->out, "time", side);
        json_member(&p->out.w, "asset", asset);
        put_number(p, "start", timeline_start(line, i));
        put_number(p, "width", timeline_width(line));
        put_list(p, "of", bucket->classes, TIMELINE_CLASSES);
        output_u64(&p->out, "charged", bucket->charged);
        output_amount(&p->out, "amount", &bucket->amount, false);
        if (bucket->moved > 0) {
            output_u64(&p->out, "by_demand", bucket->moved);
            output_amount(&p->out, "demand", &bucket->demand, false);
        }
        end_line(p);
    }
}

static void put_side(struct writing *p, unsigned side, const struct tally *t)
{
    put_numbers(p, side, t);
    for (size_t i = 0; i < TALLY_TABLES; i++) {
        put_table(p, side, tally_tables[i], &t->tables[i]);
    }
    put_line(p, side, VIEW_NONE, &t->line);
    for (size_t i = 0; i < t->asset_count; i++) {
        const struct tally_asset *asset = &t->assets[i];
        json_open_object(&p->out.w);
        output_u64(&p->out, "asset", side);
        json_member(&p->out.w, "address", asset->address);
        json_member(&p->out.w, "network", asset->network);
        json_member(&p->out.w, "symbol", asset->symbol);
        output_u64(&p->out, "decimals", asset->decimals);
        end_line(p);
        put_line(p, side, asset->address, &asset->line);
    }
}

bool partial_write(const struct result *result, FILE *out)
{
    struct writing *p = malloc(sizeof *p);

    if (!p) {
        return false;
    }
    output_start(&p->out, out);
    p->lines = 0;
    put_head(p, result);
    for (unsigned side = 0; side < result->sides; side++) {
        put_side(p, side, &result->tallies[side]);
    }
    put_table(p, 0, PARTIAL_MOVES, &result->moves);
    json_open_object(&p->out.w);
    put_list(p, "moved", result->moved, MOVE_KINDS);
    end_line(p);
    json_open_object(&p->out.w);
    output_u64(&p->out, "end", p->lines);
    end_line(p);
    bool written = !p->out.failed;
    free(p);
    return written;
}
