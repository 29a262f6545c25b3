/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of remembered values. A set of two entries for each hash; the one
 * that was used less lately goes. Pages that no value came to are never
 * touched.
 */
#include "request/value_table.h"

#include <stdlib.h>

#define WAYS 2

bool value_table_make(struct value_table *table, size_t entries,
                      size_t size_max, bool tells)
{
    table->mask = entries / WAYS - 1;
    table->size_max = size_max;
    table->stride = (sizeof(struct remembered) + size_max + 15) / 16 * 16;
    if (tells) {
        table->told_at = table->stride;
        table->stride += (sizeof(struct told) + 15) / 16 * 16;
    }
    table->entries = calloc(entries, table->stride);
    table->last = (struct remembered *)(void *)table->entries;
    return table->entries != NULL;
}

void value_table_free(struct value_table *table)
{
    free(table->entries);
}

static struct remembered *entry_at(const struct value_table *table, size_t i)
{
    return (struct remembered *)(void *)(table->entries + i * table->stride);
}

void value_table_forget_notes(const struct value_table *table)
{
    for (size_t i = 0; table->stride > 0 && i < (table->mask + 1) * WAYS; i++) {
        struct remembered *entry = entry_at(table, i);

        if (entry->used) {
            entry->note = 0;
        }
    }
}

/* Both ends and all between, sixteen bytes at a time. */
static uint64_t hash_of(struct view text)
{
    const uint64_t one = UINT64_C(0x9e3779b97f4a7c15);
    const uint64_t two = UINT64_C(0xc2b2ae3d27d4eb4f);
    uint64_t hash = text.size * one, head, tail;
    size_t i = 0;

    if (text.size < 8) {
        for (head = 0; i < text.size; i++) {
            head = head << 8 | (unsigned char)text.at[i];
        }
        hash = (hash ^ head) * two;
        return hash ^ hash >> 32;
    }
    for (; i + 16 < text.size; i += 16) {
        memcpy(&head, text.at + i, 8);
        memcpy(&tail, text.at + i + 8, 8);
        hash = (hash ^ head) * one + tail * two;
        hash ^= hash >> 32;
    }
    memcpy(&head, text.at + (text.size < 16 ? 0 : text.size - 16), 8);
    memcpy(&tail, text.at + text.size - 8, 8);
    hash = (hash ^ head) * one + tail * two;
    return hash ^ hash >> 32;
}

static bool holds(const struct remembered *entry, uint64_t hash,
                  struct view text)
{
    return entry->hash == hash && entry->size == text.size && entry->used &&
           value_bytes_equal(entry->text, text.at, text.size);
}

/* The first of a hash's two. */
static struct remembered *set_of(const struct value_table *table, uint64_t hash)
{
    return entry_at(table, (hash & table->mask) * WAYS);
}

struct remembered *value_table_seek(struct value_table *table, struct view text)
{
    struct remembered *entry;

    if (text.size > table->size_max) {
        return NULL;
    }
    table->hash = hash_of(text);
    entry = set_of(table, table->hash);
    if (!holds(entry, table->hash, text)) {
        entry = (struct remembered *)(void *)((char *)entry + table->stride);
        if (!holds(entry, table->hash, text)) {
            return NULL;
        }
    }
    entry->used = ++table->clock;
    table->last = entry;
    return entry;
}

struct remembered *value_table_add(struct value_table *table, struct view text)
{
    struct remembered *entry, *second;

    if (text.size > table->size_max) {
        return NULL;
    }
    entry = set_of(table, table->hash);
    second = (struct remembered *)(void *)((char *)entry + table->stride);
    if (second->used < entry->used) {
        entry = second;
    }
    entry->hash = table->hash;
    entry->used = ++table->clock;
    entry->size = (uint32_t)text.size;
    entry->note = 0;
    memcpy(entry->text, text.at, text.size);
    table->last = entry;
    return entry;
}
