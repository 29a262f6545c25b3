/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open addressing over row numbers; see table.h.
 */
#include "replay/table.h"

#include <stdlib.h>

void table_start(struct table *table, struct arena *names)
{
    memset(table, 0, sizeof *table);
    table->names = names;
}

void table_end(struct table *table)
{
    free(table->rows);
    free(table->slots);
    table->rows = NULL;
    table->slots = NULL;
}

/* FNV-1a. Names come from the configuration, not from clients. */
static uint32_t add_hash(uint32_t hash, struct view v)
{
    for (size_t i = 0; i < v.size; i++) {
        hash = (hash ^ (unsigned char)v.at[i]) * 16777619U;
    }
    return (hash ^ 0xff) * 16777619U;
}

static bool is_row(const struct row *row, struct view name, struct view asset)
{
    return view_equal(row->name, name) && view_equal(row->asset, asset);
}

static void place(struct table *table, size_t row)
{
    size_t i = table->rows[row].hash & table->slot_mask;

    while (table->slots[i]) {
        i = (i + 1) & table->slot_mask;
    }
    table->slots[i] = (uint32_t)row + 1;
}

/* Room for one more row, at most half of the slots taken. */
static bool grow(struct table *table)
{
    if (table->count < table->room) {
        return true;
    }
    size_t room = table->room ? table->room * 2 : 32;
    struct row *rows = realloc(table->rows, room * sizeof *rows);
    if (!rows) {
        return false;
    }
    table->rows = rows;
    uint32_t *slots = calloc(room * 2, sizeof *slots);
    if (!slots) {
        return false;
    }
    free(table->slots);
    table->slots = slots;
    table->slot_mask = room * 2 - 1;
    table->room = room;
    for (size_t i = 0; i < table->count; i++) {
        place(table, i);
    }
    return true;
}

static struct row *add_row(struct table *table, struct view name,
                           struct view asset, uint32_t hash)
{
    if (!grow(table)) {
        return NULL;
    }
    struct row *row = &table->rows[table->count];
    memset(row, 0, sizeof *row);
    row->name = arena_copy(table->names, name);
    row->hash = hash;
    if (asset.at) {
        row->asset = arena_copy(table->names, asset);
    }
    if (!row->name.at || (asset.at && !row->asset.at)) {
        return NULL;
    }
    table->last = table->count;
    place(table, table->count++);
    return row;
}

struct row *table_row(struct table *table, struct view name, struct view asset)
{
    if (table->last < table->count &&
        is_row(&table->rows[table->last], name, asset)) {
        return &table->rows[table->last];
    }
    uint32_t hash = add_hash(add_hash(2166136261U, name), asset);
    for (size_t i = hash & table->slot_mask; table->slots && table->slots[i];
         i = (i + 1) & table->slot_mask) {
        size_t row = table->slots[i] - 1;
        if (table->rows[row].hash == hash &&
            is_row(&table->rows[row], name, asset)) {
            table->last = row;
            return &table->rows[row];
        }
    }
    return add_row(table, name, asset, hash);
}

bool table_merge(struct table *table, const struct table *from)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct row *other = &from->rows[i];
        struct row *row = table_row(table, other->name, other->asset);
        if (!row) {
            return false;
        }
        row->requests += other->requests;
        row->charged += other->charged;
        row->overflow |=
            other->overflow || !amount_add(&row->amount, &other->amount);
    }
    return true;
}

static int by_requests(const void *a, const void *b)
{
    const struct row *x = a;
    const struct row *y = b;

    if (x->requests != y->requests) {
        return x->requests > y->requests ? -1 : 1;
    }
    int order = view_compare(x->name, y->name);
    return order ? order : view_compare(x->asset, y->asset);
}

void table_sort(struct table *table)
{
    if (table->count > 1) {
        qsort(table->rows, table->count, sizeof *table->rows, by_requests);
    }
}
