/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool of slots. Slots are made when they are first needed and kept;
 * large buffers are made on first use only.
 */
#include "sidecar/slots.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct slots {
    pthread_mutex_t mutex;
    struct slot *idle;
    unsigned limit, made, taken;
    size_t record_bytes;
};

struct slots *slots_new(unsigned limit, size_t record_bytes)
{
    struct slots *slots = calloc(1, sizeof *slots);

    if (slots != NULL) {
        pthread_mutex_init(&slots->mutex, NULL);
        slots->limit = limit;
        slots->record_bytes = record_bytes;
    }
    return slots;
}

static void slot_free(struct slot *slot)
{
    if (slot != NULL) {
        wb_request_free(slot->request);
        free(slot->record);
        free(slot->text);
        free(slot);
    }
}

void slots_free(struct slots *slots)
{
    if (slots == NULL) {
        return;
    }
    while (slots->idle != NULL) {
        struct slot *next = slots->idle->next;

        slot_free(slots->idle);
        slots->idle = next;
    }
    pthread_mutex_destroy(&slots->mutex);
    free(slots);
}

static struct slot *slot_new(void)
{
    struct slot *slot = calloc(1, sizeof *slot);

    if (slot != NULL) {
        slot->request = wb_request_new();
        if (slot->request == NULL) {
            slot_free(slot);
            return NULL;
        }
    }
    return slot;
}

struct slot *slots_take(struct slots *slots)
{
    struct slot *slot;
    bool make;

    pthread_mutex_lock(&slots->mutex);
    slot = slots->idle;
    make = slot == NULL && slots->made < slots->limit;
    if (slot != NULL) {
        slots->idle = slot->next;
    }
    slots->made += make;
    slots->taken += slot != NULL || make;
    pthread_mutex_unlock(&slots->mutex);
    if (!make) {
        return slot;
    }
    slot = slot_new();
    if (slot == NULL) {
        pthread_mutex_lock(&slots->mutex);
        slots->made--;
        slots->taken--;
        pthread_mutex_unlock(&slots->mutex);
    }
    return slot;
}

void slots_give(struct slots *slots, struct slot *slot)
{
    wb_request_reset(slot->request);
    snapshot_unref(slot->snapshot);
    slot->snapshot = NULL;
    pthread_mutex_lock(&slots->mutex);
    slot->next = slots->idle;
    slots->idle = slot;
    slots->taken--;
    pthread_mutex_unlock(&slots->mutex);
}

unsigned slots_taken(struct slots *slots)
{
    unsigned taken;

    pthread_mutex_lock(&slots->mutex);
    taken = slots->taken;
    pthread_mutex_unlock(&slots->mutex);
    return taken;
}

size_t slots_record_bytes(const struct slots *slots)
{
    return slots->record_bytes;
}

char *slot_record(const struct slots *slots, struct slot *slot)
{
    if (slot->record == NULL) {
        slot->record = malloc(slots->record_bytes);
    }
    return slot->record;
}

char *slot_text(struct slot *slot, size_t room)
{
    if (slot->text_room < room) {
        char *text = realloc(slot->text, room);

        if (text == NULL) {
            return NULL;
        }
        slot->text = text;
        slot->text_room = room;
    }
    return slot->text;
}
