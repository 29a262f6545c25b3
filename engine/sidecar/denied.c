/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of denials: sets of four, chosen by the id, which is random. A
 * lock is held for one copy of a few hundred bytes.
 */
#include "sidecar/denied.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SETS 256
#define WAYS 4
#define ID_SIZE 32
#define LIVES 2000000 /* microseconds */

struct denial {
    int64_t until; /* 0: free */
    char id[ID_SIZE];
    unsigned status;
    size_t count; /* of headers */
    struct {
        unsigned short name, value;
    } sizes[8];
    size_t body_size;
    char text[DENIED_TEXT_MAX]; /* names and values in turn, then the body */
};

struct denied {
    pthread_mutex_t mutex;
    struct denial table[SETS][WAYS];
};

struct denied *denied_new(void)
{
    struct denied *denied = calloc(1, sizeof *denied);

    if (denied != NULL) {
        pthread_mutex_init(&denied->mutex, NULL);
    }
    return denied;
}

void denied_free(struct denied *denied)
{
    if (denied != NULL) {
        pthread_mutex_destroy(&denied->mutex);
        free(denied);
    }
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_id(struct wb_text id)
{
    for (size_t i = 0; i < id.size; i++) {
        if (hex_value(id.data[i]) < 0) {
            return false;
        }
    }
    return id.size == ID_SIZE;
}

static struct denial *set_of(struct denied *denied, struct wb_text id)
{
    return denied->table[hex_value(id.data[0]) * 16 + hex_value(id.data[1])];
}

static size_t text_needed(const struct exchange *x)
{
    size_t size = x->answer_body.size;

    for (size_t i = 0; i < x->answer_count; i++) {
        size += x->answer[i].name.size + x->answer[i].value.size;
    }
    return size;
}

static char *put(char *at, struct wb_text text)
{
    if (text.size != 0) {
        memcpy(at, text.data, text.size);
    }
    return at + text.size;
}

static void denial_fill(struct denial *denial, struct wb_text id, int64_t now,
                        const struct exchange *x)
{
    char *at = denial->text;

    memcpy(denial->id, id.data, ID_SIZE);
    denial->until = now + LIVES;
    denial->status = x->status;
    denial->count = x->answer_count;
    for (size_t i = 0; i < x->answer_count; i++) {
        denial->sizes[i].name = (unsigned short)x->answer[i].name.size;
        denial->sizes[i].value = (unsigned short)x->answer[i].value.size;
        at = put(put(at, x->answer[i].name), x->answer[i].value);
    }
    put(at, x->answer_body);
    denial->body_size = x->answer_body.size;
}

void denied_remember(struct denied *denied, struct wb_text id, int64_t now,
                     struct exchange *x)
{
    struct denial *set, *oldest;

    if (is_id(id) && text_needed(x) <= DENIED_TEXT_MAX &&
        x->answer_count <= sizeof oldest->sizes / sizeof *oldest->sizes) {
        pthread_mutex_lock(&denied->mutex);
        set = oldest = set_of(denied, id);
        for (size_t i = 1; i < WAYS; i++) {
            if (set[i].until < oldest->until) {
                oldest = &set[i];
            }
        }
        denial_fill(oldest, id, now, x);
        pthread_mutex_unlock(&denied->mutex);
        exchange_set(x, text_of("X-Weighbridge-Denial"), id);
    }
    x->status = 403;
}

void denied_refusal(enum refusal refusal, struct exchange *x)
{
    static const char *const names[REFUSAL_COUNT] = {
#define REFUSAL_DOOR(name, status, error, message)                             \
    [REFUSE_##name] = "door-" error,
        REFUSALS(REFUSAL_DOOR)
#undef REFUSAL_DOOR
    };

    refusal_answer(refusal, x);
    exchange_set(x, text_of("X-Weighbridge-Denial"), text_of(names[refusal]));
    x->status = 403;
}

/* The one line that names the denial; no value: none, or two. */
static struct wb_text name_told(const struct exchange *x)
{
    struct wb_text told = {NULL, 0};

    for (size_t i = 0; i < x->field_count; i++) {
        if (text_is_fold(x->fields[i].name, text_of("x-weighbridge-denial"))) {
            if (told.data != NULL) {
                return (struct wb_text){NULL, 0};
            }
            told = x->fields[i].value;
        }
    }
    return told;
}

static enum refusal refusal_named(struct wb_text name)
{
    for (int i = REFUSE_NOT + 1; i < REFUSAL_COUNT; i++) {
        const char *error = refusal_error((enum refusal)i);

        if (name.size > 5 && memcmp(name.data, "door-", 5) == 0 &&
            text_is((struct wb_text){name.data + 5, name.size - 5}, error)) {
            return (enum refusal)i;
        }
    }
    return REFUSE_NOT;
}

static void denial_answer(const struct denial *denial, struct exchange *x,
                          char *room)
{
    const char *at = room;

    memcpy(room, denial->text, sizeof denial->text);
    x->status = denial->status;
    for (size_t i = 0; i < denial->count; i++) {
        struct wb_text name = {at, denial->sizes[i].name};
        struct wb_text value = {at + name.size, denial->sizes[i].value};

        exchange_set(x, name, value);
        at = value.data + value.size;
    }
    x->answer_body = (struct wb_text){at, denial->body_size};
}

static bool find_and_answer(struct denied *denied, struct wb_text id,
                            int64_t now, struct exchange *x, char *room)
{
    struct denial *set = set_of(denied, id);
    bool found = false;

    pthread_mutex_lock(&denied->mutex);
    for (size_t i = 0; i < WAYS && !found; i++) {
        if (set[i].until > now && memcmp(set[i].id, id.data, ID_SIZE) == 0) {
            denial_answer(&set[i], x, room);
            set[i].until = 0;
            found = true;
        }
    }
    pthread_mutex_unlock(&denied->mutex);
    return found;
}

bool denied_render(struct denied *denied, int64_t now, struct exchange *x,
                   char *room)
{
    struct wb_text name = name_told(x);
    enum refusal refusal;

    if (name.data != NULL && is_id(name) &&
        find_and_answer(denied, name, now, x, room)) {
        return true;
    }
    refusal = name.data != NULL ? refusal_named(name) : REFUSE_NOT;
    refusal_answer(refusal != REFUSE_NOT ? refusal : REFUSE_PLAIN, x);
    return refusal != REFUSE_NOT;
}
