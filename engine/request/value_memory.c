/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of remembered values. A set of two entries for each hash; the
 * one that was used less lately goes. Pages that no value came to are never
 * touched.
 */
#include "request/value_memory.h"

#include <stdlib.h>

#include "request/plan.h"

#define WAYS 2
/* Bytes of a value, and of a value with what is written of it. */
#define AGENT_MAX 320
#define ORDER_MAX 768
#define VALUE_MAX 160
/* Entries of a table. */
#define AGENTS 1024
#define ORDERS 64
#define VALUES 64
#define FEW 16

static bool make_table(struct value_table *table, size_t slots, size_t entries,
                       size_t size_max)
{
    table->slots = slots;
    table->mask = entries / WAYS - 1;
    table->size_max = size_max;
    table->room = size_max + size_max / 2;
    table->text_at = sizeof(struct remembered) + slots * sizeof(struct made);
    table->stride = (table->text_at + table->room + 15) / 16 * 16;
    table->entries = calloc(entries, table->stride);
    table->last = (struct remembered *)(void *)table->entries;
    return table->entries != NULL;
}

static bool is_plain_text(const struct slot *slot)
{
    return slot->type == FIELD_TYPE_TEXT &&
           slot->transforms[0] == TRANSFORM_NONE;
}

/* Facts of few values, whatever else they are made of. */
static size_t values_of(enum field field)
{
    switch (field) {
    case FIELD_METHOD:
    case FIELD_SCHEME:
    case FIELD_HTTP_VERSION:
    case FIELD_TRANSPORT:
    case FIELD_ROBOTS:
    case FIELD_SITE:
    case FIELD_UA_FAMILY:
    case FIELD_UA_PLATFORM:
    case FIELD_UA_ENGINE:
    case FIELD_CH_PLATFORM:
    case FIELD_ACCEPT_KIND:
    case FIELD_ENCODING_KIND:
        return FEW;
    case FIELD_HEADER_ORDER:
        return ORDERS;
    default:
        return 0;
    }
}

static size_t share_of(size_t entries, size_t shares)
{
    while (shares > 1 && entries > FEW) {
        shares /= 2;
        entries /= 2;
    }
    return entries;
}

/* Worth it, unless its text is all that is made of it and nobody reads it. */
static bool is_asked(const struct source *source, const bool *asked)
{
    bool any = !source->bare;

    for (size_t i = 0; i < source->slot_count; i++) {
        any |= asked[source->slots[i]];
    }
    return source->kind == SOURCE_HEADER && source->slot_count > 0 && any;
}

static bool make_tables(struct value_memory *memory, const struct plan *plan,
                        const bool *asked, size_t shares)
{
    for (size_t i = 0; i < plan->source_count; i++) {
        const struct source *source = &plan->sources[i];
        bool agent = view_equal(source->name, VIEW("user-agent"));

        if (is_asked(source, asked) &&
            !make_table(&memory->of_source[i], source->slot_count,
                        share_of(agent ? AGENTS : VALUES, shares),
                        agent ? AGENT_MAX : VALUE_MAX)) {
            return false;
        }
    }
    for (size_t i = 0; i < plan->count; i++) {
        enum field field = plan->slots[i].field;

        if (values_of(field) > 0 && asked[i] &&
            is_plain_text(&plan->slots[i]) &&
            !make_table(&memory->of_slot[i], 1,
                        share_of(values_of(field), shares),
                        field == FIELD_HEADER_ORDER ? ORDER_MAX : VALUE_MAX)) {
            return false;
        }
    }
    return true;
}

struct value_memory *value_memory_new(const struct plan *plan,
                                      const bool *asked, size_t shares)
{
    struct value_memory *memory = calloc(1, sizeof(*memory));

    if (!memory) {
        return NULL;
    }
    memory->sources = plan->source_count;
    memory->slots = plan->count;
    memory->of_source =
        calloc(plan->source_count + 1, sizeof(*memory->of_source));
    memory->of_slot = calloc(plan->count + 1, sizeof(*memory->of_slot));
    if (!memory->of_source || !memory->of_slot ||
        !make_tables(memory, plan, asked, shares)) {
        value_memory_free(memory);
        return NULL;
    }
    return memory;
}

static void free_tables(struct value_table *tables, size_t count)
{
    for (size_t i = 0; tables && i < count; i++) {
        free(tables[i].entries);
    }
    free(tables);
}

void value_memory_free(struct value_memory *memory)
{
    if (memory) {
        free_tables(memory->of_source, memory->sources);
        free_tables(memory->of_slot, memory->slots);
        free(memory);
    }
}

static struct remembered *entry_at(const struct value_table *table, size_t i)
{
    return (struct remembered *)(void *)(table->entries + i * table->stride);
}

static void forget_notes(const struct value_table *table)
{
    for (size_t i = 0; table->stride > 0 && i < (table->mask + 1) * WAYS; i++) {
        struct remembered *entry = entry_at(table, i);

        for (size_t k = 0; entry->used && k < table->slots; k++) {
            entry->made[k].note = 0;
        }
    }
}

void value_memory_forget_notes(struct value_memory *memory)
{
    for (size_t i = 0; i < memory->sources; i++) {
        forget_notes(&memory->of_source[i]);
    }
    for (size_t i = 0; i < memory->slots; i++) {
        forget_notes(&memory->of_slot[i]);
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

static bool holds(const struct value_table *table, struct remembered *entry,
                  uint64_t hash, struct view text)
{
    return entry->hash == hash && entry->size == text.size && entry->used &&
           value_bytes_equal(value_memory_text(table, entry), text.at,
                             text.size);
}

struct remembered *value_memory_seek(struct value_memory *memory,
                                     struct value_table *table,
                                     struct view text, bool *known)
{
    struct remembered *first, *second;
    uint64_t hash;

    if (text.size > table->size_max) {
        return NULL;
    }
    hash = hash_of(text);
    first = entry_at(table, (hash & table->mask) * WAYS);
    second = entry_at(table, (hash & table->mask) * WAYS + 1);
    memory->clock++;
    *known = holds(table, first, hash, text);
    if (!*known) {
        *known = holds(table, second, hash, text);
        if (*known || second->used < first->used) {
            first = second;
        }
    }
    first->used = memory->clock;
    table->last = first;
    if (!*known) {
        first->hash = hash;
        first->size = (uint16_t)text.size;
        first->written = 0;
        memset(&first->facts, 0, sizeof(first->facts));
        memcpy(value_memory_text(table, first), text.at, text.size);
    }
    return first;
}

size_t value_memory_write(const struct value_table *table,
                          struct remembered *entry, struct view text)
{
    size_t at = (size_t)entry->size + entry->written;

    if (text.size > table->room - at) {
        return SIZE_MAX;
    }
    memcpy(value_memory_text(table, entry) + at, text.at, text.size);
    entry->written = (uint16_t)(entry->written + text.size);
    return at;
}

void value_memory_drop(struct remembered *entry)
{
    entry->used = 0;
}
