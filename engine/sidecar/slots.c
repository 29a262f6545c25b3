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
    unsigned limit, taken;
    unsigned own;   /* slots that are a listener's, whatever others take */
    unsigned spare; /* of those of all listeners, what is not taken */
    unsigned taken_by[LISTENERS_MAX];
    size_t record_bytes;
};

struct slots *slots_new(unsigned limit, size_t listeners, size_t record_bytes)
{
    struct slots *slots = calloc(1, sizeof *slots);

    if (slots != NULL) {
        pthread_mutex_init(&slots->mutex, NULL);
        slots->limit = limit;
        slots->own = limit / 2 / (unsigned)listeners;
        slots->spare = slots->own * (unsigned)listeners;
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

/* taken + spare never exceeds the limit: so one of a listener's own is there
 * when it is wanted. */
static bool count_taken(struct slots *slots, unsigned listener)
{
    bool own = slots->taken_by[listener] < slots->own;

    if (!own && slots->taken + slots->spare >= slots->limit) {
        return false;
    }
    slots->spare -= own;
    slots->taken_by[listener]++;
    slots->taken++;
    return true;
}

static void count_given(struct slots *slots, unsigned listener)
{
    slots->taken--;
    slots->taken_by[listener]--;
    slots->spare += slots->taken_by[listener] < slots->own;
}

struct slot *slots_take(struct slots *slots, unsigned listener)
{
    struct slot *slot = NULL;
    bool may;

    pthread_mutex_lock(&slots->mutex);
    may = count_taken(slots, listener);
    if (may && slots->idle != NULL) {
        slot = slots->idle;
        slots->idle = slot->next;
    }
    pthread_mutex_unlock(&slots->mutex);
    if (may && slot == NULL) {
        slot = slot_new();
        if (slot == NULL) {
            pthread_mutex_lock(&slots->mutex);
            count_given(slots, listener);
            pthread_mutex_unlock(&slots->mutex);
        }
    }
    if (slot != NULL) {
        slot->listener = listener;
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
    count_given(slots, slot->listener);
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
