/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots of values that may have been there before: what was made of one is
 * taken from the memory, or made (facts_header.c) and kept there.
 */
#include "request/fill.h"

/* Is its text made in the workspace? */
static bool is_written(const struct slot *slot)
{
    return slot->transforms[0] != TRANSFORM_NONE ||
           slot->field == FIELD_CH_BRANDS;
}

/* Keeps what a slot's value was made into; false: there is no room. */
static bool keep_made(const struct slot *slot, const struct value *value,
                      const struct value_table *table, struct remembered *entry,
                      struct view text, struct made *made)
{
    *made = (struct made){.state = (unsigned char)value->state};
    if (value->state != VALUE_PRESENT) {
        return true;
    }
    if (slot->type != FIELD_TYPE_TEXT) {
        made->is.number = value->number;
        return true;
    }
    made->size = (uint16_t)value->text.size;
    if (is_written(slot)) {
        made->of = MADE_WRITTEN;
        made->is.at = value_memory_write(table, entry, value->text);
        return made->is.at != SIZE_MAX;
    }
    if (value->text.at >= text.at && value->text.at <= text.at + text.size) {
        made->of = MADE_SENT;
        made->is.at = (size_t)(value->text.at - text.at);
    } else {
        made->of = MADE_LITERAL;
        made->is.literal = value->text.at;
    }
    return true;
}

/* The note of the table for a slot of few values; NULL: it has none. */
static uint32_t *note_of_few(struct fill *fill, unsigned slot, struct view text)
{
    struct value_table *table = &fill->memory->of_slot[slot];
    struct remembered *entry = NULL;
    bool known = false;

    if (table->stride > 0) {
        entry = value_memory_find(fill->memory, table, text, &known);
    }
    if (!entry) {
        return NULL;
    }
    entry->made[0].note = known ? entry->made[0].note : 0;
    return &entry->made[0].note;
}

/* What new values are made into was often there before. */
static void share_note(struct fill *fill, unsigned slot, struct made *made)
{
    struct value *value = &fill->values[slot];
    uint32_t *note =
        made->of == MADE_NUMBER ? NULL : note_of_few(fill, slot, value->text);

    if (note) {
        made->note = *note;
        value->note = note;
    }
}

/* False: what was filled is not kept. */
static bool remember(struct fill *fill, const struct source *source,
                     const struct value_table *table, struct remembered *entry,
                     struct view text)
{
    bool fine;

    fill_anew(fill, source, text, &entry->facts);
    fine = !*fill->cut;
    for (size_t i = 0; i < source->slot_count && fine; i++) {
        unsigned slot = source->slots[i];

        fine = keep_made(&fill->plan->slots[slot], &fill->values[slot], table,
                         entry, text, &entry->made[i]);
        fill->values[slot].note = &entry->made[i].note;
        share_note(fill, slot, &entry->made[i]);
    }
    if (!fine) {
        for (size_t i = 0; i < source->slot_count; i++) {
            fill->values[source->slots[i]].note = NULL;
        }
        value_memory_drop(entry);
        return false;
    }
    if (source == fill->plan->agent) {
        fill->agent = &entry->facts.browser;
    }
    return true;
}

static void recall_text(struct fill *fill, unsigned slot,
                        const struct value_table *table,
                        struct remembered *entry, const struct made *made)
{
    struct view text =
        view_of(value_memory_text(table, entry) + made->is.at, made->size);
    char *room = arena_alloc(fill->workspace, text.size);

    if (!room) {
        put_unknown(fill, slot);
        return;
    }
    memcpy(room, text.at, text.size);
    fill->values[slot].text = view_of(room, text.size);
}

static void recall(struct fill *fill, const struct source *source,
                   const struct value_table *table, struct remembered *entry,
                   struct view text)
{
    struct value *values = fill->values;
    const unsigned *slots = source->slots;
    struct made *made = entry->made;

    for (size_t n = source->slot_count; n > 0; n--, made++) {
        unsigned slot = *slots++;
        struct value *value = &values[slot];

        value->state = (enum value_state)made->state;
        value->note = &made->note;
        if (made->of == MADE_NUMBER) {
            value->number = made->is.number;
        } else if (made->of == MADE_SENT) {
            value->text = view_of(text.at + made->is.at, made->size);
        } else if (made->of == MADE_LITERAL) {
            value->text = view_of(made->is.literal, made->size);
        } else {
            recall_text(fill, slot, table, entry, made);
        }
    }
    if (source == fill->plan->agent) {
        fill->agent = &entry->facts.browser;
    }
}

/* Those of two headers are made each time; no note is kept of them. */
static void fill_joint(struct fill *fill, const struct source *source,
                       const struct value_facts *told)
{
    for (size_t i = 0; i < source->slot_count; i++) {
        unsigned slot = source->slots[i];
        enum field field = fill->plan->slots[slot].field;

        if (field_is_joint(field)) {
            fill_same(fill, slot, field, told);
            fill->values[slot].note = NULL;
        }
    }
}

/* False: its values are not remembered. */
static bool fill_remembered(struct fill *fill, const struct source *source,
                            struct view text)
{
    struct value_table *table =
        &fill->memory->of_source[source - fill->plan->sources];
    struct remembered *entry = NULL;
    bool known = false;

    if (table->stride > 0) {
        entry = value_memory_find(fill->memory, table, text, &known);
    }
    if (!entry) {
        return false;
    }
    if (known) {
        recall(fill, source, table, entry, text);
    } else if (!remember(fill, source, table, entry, text)) {
        return true;
    }
    if (source->joint) {
        fill_joint(fill, source, &entry->facts);
    }
    return true;
}

void put_remembered(struct fill *fill, unsigned slot, struct view text)
{
    put_text(fill, slot, text);
    if (fill->memory) {
        fill->values[slot].note = note_of_few(fill, slot, text);
    }
}

void fill_header(struct fill *fill, const struct source *source,
                 struct view text)
{
    if (fill->memory && fill_remembered(fill, source, text)) {
        return;
    }
    if (source->bare) {
        fill->values[source->slots[0]].state = VALUE_PRESENT;
        fill->values[source->slots[0]].text = text;
    } else {
        fill_anew(fill, source, text, NULL);
    }
}
