/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open addressing over row numbers; see table.h.
 */
#include "replay/table.h"

#include <stdint.h>
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

/* FNV-1a. */
static uint32_t add_hash(uint32_t hash, struct view v)
{
    for (size_t i = 0; i < v.size; i++) {
        hash = (hash ^ (unsigned char)v.at[i]) * 16777619U;
    }
    return (hash ^ 0xff) * 16777619U;
}

static bool is_row(const struct row *row, struct view name, struct view other,
                   struct view asset)
{
    return view_equal(row->name, name) && view_equal(row->other, other) &&
           view_equal(row->asset, asset);
}

static uint32_t key_hash(struct view name, struct view other, struct view asset)
{
    return add_hash(add_hash(add_hash(2166136261U, name), other), asset);
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

/* NONE stays NONE. */
static bool copy_name(struct arena *names, struct view from, struct view *to)
{
    *to = from.at ? arena_copy(names, from) : VIEW_NONE;
    return !from.at || to->at;
}

static struct row *add_row(struct table *table, struct view name,
                           struct view other, struct view asset, uint32_t hash)
{
    if (!grow(table)) {
        return NULL;
    }
    struct row *row = &table->rows[table->count];
    memset(row, 0, sizeof *row);
    row->hash = hash;
    if (!copy_name(table->names, name, &row->name) ||
        !copy_name(table->names, other, &row->other) ||
        !copy_name(table->names, asset, &row->asset)) {
        return NULL;
    }
    place(table, table->count++);
    return row;
}

static struct row *find(const struct table *table, struct view name,
                        struct view other, struct view asset, uint32_t hash)
{
    for (size_t i = hash & table->slot_mask; table->slots && table->slots[i];
         i = (i + 1) & table->slot_mask) {
        struct row *row = &table->rows[table->slots[i] - 1];
        if (row->hash == hash && is_row(row, name, other, asset)) {
            return row;
        }
    }
    return NULL;
}

const struct row *table_find(const struct table *table, struct view name,
                             struct view other, struct view asset)
{
    return find(table, name, other, asset, key_hash(name, other, asset));
}

static size_t near_place(struct view name, struct view other, struct view asset)
{
    uintptr_t sum = (uintptr_t)name.at ^ (uintptr_t)other.at << 1 ^
                    (uintptr_t)asset.at << 2;

    return (sum ^ sum >> 5 ^ sum >> 11) & (TABLE_NEAR - 1);
}

struct row *table_row_of_copies(struct table *table, struct view name,
                                struct view other, struct view asset)
{
    uint32_t hash = key_hash(name, other, asset);
    struct row *row = find(table, name, other, asset, hash);

    return row ? row : add_row(table, name, other, asset, hash);
}

struct row *table_row(struct table *table, struct view name, struct view other,
                      struct view asset)
{
    size_t near = near_place(name, other, asset);

    if (table->near[near].row && table->near[near].name == name.at &&
        table->near[near].other == other.at &&
        table->near[near].asset == asset.at) {
        return &table->rows[table->near[near].row - 1];
    }
    struct row *row = table_row_of_copies(table, name, other, asset);
    if (row) {
        table->near[near].name = name.at;
        table->near[near].other = other.at;
        table->near[near].asset = asset.at;
        table->near[near].row = (uint32_t)(row - table->rows) + 1;
    }
    return row;
}

void row_add(struct row *row, const struct row *from)
{
    row->requests += from->requests;
    row->charged += from->charged;
    row->overflow |= from->overflow || !amount_add(&row->amount, &from->amount);
}

bool table_merge(struct table *table, const struct table *from)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct row *other = &from->rows[i];
        struct row *row =
            table_row_of_copies(table, other->name, other->other, other->asset);
        if (!row) {
            return false;
        }
        row_add(row, other);
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
    order = order ? order : view_compare(x->other, y->other);
    return order ? order : view_compare(x->asset, y->asset);
}

void table_sort(struct table *table)
{
    if (table->count > 1) {
        qsort(table->rows, table->count, sizeof *table->rows, by_requests);
    }
}
