/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps examples of requests; see sample.h. What a request said is taken from
 * its decision record, which is the library's view of it.
 */
#include "replay/sample.h"

#include <stdlib.h>

#include "replay/json_line.h"

#define RECORD_ROOM ((size_t)256 * 1024)
#define TEXT_MAX 300 /* bytes of one text that are kept */

bool samples_start(struct samples *s, size_t most, bool clients)
{
    memset(s, 0, sizeof *s);
    s->most = most;
    s->clients = clients;
    s->texts = arena_new();
    table_start(&s->things, s->texts);
    return s->texts != NULL;
}

void samples_end(struct samples *s)
{
    table_end(&s->things);
    free(s->samples);
    arena_free(s->texts);
}

static void keep(struct samples *s, struct view *place, struct view value)
{
    value.size = value.size < TEXT_MAX ? value.size : TEXT_MAX;
    *place = arena_copy(s->texts, value);
    json_line_unescape(place);
}

struct reading {
    struct samples *samples;
    struct sample *sample;
};

static void value_found(void *user, const struct view *keys, size_t depth,
                        struct view value)
{
    struct reading *r = user;
    struct sample *sample = r->sample;
    const struct {
        const char *key;
        struct view *place;
        bool nested;
    } places[] = {
        {"time", &sample->time, false},
        {"class", &sample->class, false},
        {"score", &sample->score, false},
        {"method", &sample->method, true},
        {"host", &sample->host, true},
        {"path", &sample->path, true},
        {"user_agent", &sample->user_agent, true},
        {"client_ip", &sample->client, true},
    };
    bool nested = depth == 2 && view_equal(keys[0], VIEW("request"));

    if (depth != 1 && !nested) {
        return;
    }
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (places[i].nested == nested &&
            view_equal(keys[depth - 1], view_text(places[i].key)) &&
            (places[i].place != &sample->client || r->samples->clients)) {
            keep(r->samples, places[i].place, value);
        }
    }
}

static bool make_room(struct samples *s)
{
    if (s->count < s->room) {
        return true;
    }
    size_t room = s->room ? s->room * 2 : 64;
    struct sample *samples = realloc(s->samples, room * sizeof *samples);
    if (!samples) {
        return false;
    }
    s->samples = samples;
    s->room = room;
    return true;
}

static void fill(struct samples *s, size_t row,
                 const struct wb_request *request)
{
    char *room = malloc(RECORD_ROOM);
    size_t size =
        room ? wb_decision_write(request, WB_FORM_RECORD, room, RECORD_ROOM)
             : SIZE_MAX;

    if (size > RECORD_ROOM || !make_room(s)) {
        s->failed = true;
    } else {
        struct sample *sample = &s->samples[s->count++];
        memset(sample, 0, sizeof *sample);
        sample->row = row;
        struct reading r = {s, sample};
        json_line_read(view_of(room, size), value_found, &r);
    }
    free(room);
}

void samples_add(struct samples *s, struct view name, struct view other,
                 struct view third, const struct wb_request *request)
{
    if (s->most == 0) {
        return;
    }
    struct row *row = table_row_of_copies(&s->things, name, other, third);
    if (!row) {
        s->failed = true;
    } else if (row->requests < s->most) {
        row->requests++;
        fill(s, (size_t)(row - s->things.rows), request);
    }
}

const struct sample *samples_of(const struct samples *s, struct view name,
                                struct view other, struct view third, size_t i)
{
    const struct row *row = table_find(&s->things, name, other, third);

    for (size_t k = 0; row && k < s->count; k++) {
        if (s->samples[k].row == (size_t)(row - s->things.rows) && i-- == 0) {
            return &s->samples[k];
        }
    }
    return NULL;
}
