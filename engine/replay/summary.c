/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The summary of a replay as JSON; see summary.h.
 */
#include "replay/summary.h"

#include <stdlib.h>

#include "base/json.h"

/* Bytes that a row takes besides its names, and all that is no row. */
#define ROW_SIZE 256
#define REST_SIZE 4096

static size_t room_for(const struct table *table)
{
    size_t room = 0;

    for (size_t i = 0; i < table->count; i++) {
        const struct row *row = &table->rows[i];
        room += ROW_SIZE + 6 * (row->name.size + row->asset.size);
    }
    return room;
}

static void member_u64(struct json_writer *w, const char *key, uint64_t n)
{
    json_key(w, key);
    json_u64(w, n);
}

static void write_classes(struct json_writer *w, const char *key,
                          const uint64_t counts[TALLY_CLASSES])
{
    json_key(w, key);
    json_open_object(w);
    for (size_t i = 0; i < TALLY_CLASSES; i++) {
        member_u64(w, tally_classes[i], counts[i]);
    }
    json_close_object(w);
}

static void write_table(struct json_writer *w, const char *key,
                        const char *name, const struct table *table)
{
    json_key(w, key);
    json_open_array(w);
    for (size_t i = 0; i < table->count; i++) {
        json_open_object(w);
        json_member(w, name, table->rows[i].name);
        member_u64(w, "requests", table->rows[i].requests);
        json_close_object(w);
    }
    json_close_array(w);
}

static void write_payments(struct json_writer *w, const struct table *table)
{
    json_key(w, "payments");
    json_open_object(w);
    for (size_t i = 0; i < table->count; i++) {
        json_key_view(w, table->rows[i].name);
        json_u64(w, table->rows[i].requests);
    }
    json_close_object(w);
}

static void write_routes(struct json_writer *w, const struct table *table)
{
    json_key(w, "routes");
    json_open_array(w);
    for (size_t i = 0; i < table->count; i++) {
        const struct row *row = &table->rows[i];
        char room[AMOUNT_TEXT];
        struct text amount = text_in(room, sizeof room);
        amount_write(&amount, &row->amount);
        json_open_object(w);
        json_member(w, "id", row->name);
        member_u64(w, "requests", row->requests);
        member_u64(w, "charged", row->charged);
        json_member(w, "amount",
                    row->overflow ? VIEW_NONE : text_view(&amount));
        json_member(w, "asset", row->asset);
        json_close_object(w);
    }
    json_close_array(w);
}

static void write_lines(struct json_writer *w, const struct tally *tally)
{
    json_key(w, "lines");
    json_open_object(w);
    member_u64(w, "read", tally->read);
    member_u64(w, "unreadable", tally_unreadable(tally));
    json_close_object(w);
    write_classes(w, "classes", tally->classes);
    json_key(w, "actions");
    json_open_object(w);
    member_u64(w, "allow", tally->allowed);
    member_u64(w, "reject", tally->rejected);
    json_close_object(w);
}

static void write_confusion(struct json_writer *w, const struct tally *tally)
{
    json_key(w, "confusion");
    json_open_object(w);
    for (size_t i = 0; i < TALLY_LABELS; i++) {
        write_classes(w, tally_labels[i], tally->confusion[i]);
    }
    json_close_object(w);
}

/* Whole seconds, or three decimals where there are some. */
static void write_seconds(struct json_writer *w, const struct tally *tally)
{
    char room[32];
    struct text seconds = text_in(room, sizeof room);
    uint64_t ms = (uint64_t)(tally->last - tally->first) / 1000;

    text_add_u64(&seconds, ms / 1000);
    if (ms % 1000) {
        text_addf(&seconds, ".%03u", (unsigned)(ms % 1000));
    }
    json_key(w, "seconds");
    json_raw_text(w, text_view(&seconds));
}

static void write_all(struct text *text, const struct tally *tally,
                      const char *mode)
{
    struct json_writer w = {text, false};

    json_open_object(&w);
    write_lines(&w, tally);
    write_payments(&w, &tally->payments);
    write_table(&w, "agents", "name", &tally->agents);
    write_routes(&w, &tally->routes);
    write_confusion(&w, tally);
    write_table(&w, "sites", "id", &tally->sites);
    json_member(&w, "mode", view_text(mode));
    write_seconds(&w, tally);
    json_close_object(&w);
    text_add_char(text, '\n');
}

bool summary_write(const struct tally *tally, const char *mode, FILE *out)
{
    size_t size = REST_SIZE + room_for(&tally->agents) +
                  room_for(&tally->routes) + room_for(&tally->sites) +
                  room_for(&tally->payments);
    char *room = malloc(size);

    if (!room) {
        return false;
    }
    struct text text = text_in(room, size);
    write_all(&text, tally, mode);
    bool written = !text.cut && fwrite(room, 1, text.size, out) == text.size;
    free(room);
    return written;
}
