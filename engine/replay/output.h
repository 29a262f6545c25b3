/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON straight to a file, piece by piece: for summaries of any size. A piece
 * (a row) that does not fit the room is a failure, not a cut.
 */
#ifndef WB_REPLAY_OUTPUT_H
#define WB_REPLAY_OUTPUT_H

#include <stdio.h>

#include "base/amount.h"
#include "base/json.h"

struct output {
    FILE *file;
    bool failed;
    struct json_writer w; /* into the text below */
    struct text text;
    char room[65536];
};

static inline void output_start(struct output *o, FILE *file)
{
    o->file = file;
    o->failed = false;
    o->text = text_in(o->room, sizeof o->room);
    o->w = (struct json_writer){&o->text, false};
}

/* What was written so far goes to the file. */
static inline void output_flush(struct output *o)
{
    o->failed |= o->text.cut ||
                 fwrite(o->room, 1, o->text.size, o->file) != o->text.size;
    o->text.size = 0;
    o->text.cut = false;
}

static inline void output_u64(struct output *o, const char *key, uint64_t n)
{
    json_key(&o->w, key);
    json_u64(&o->w, n);
}

/* A string of digits; null if it is too large to be known. */
static inline void output_amount(struct output *o, const char *key,
                                 const struct amount *amount, bool overflow)
{
    char room[AMOUNT_TEXT];
    struct text text = text_in(room, sizeof room);

    amount_write(&text, amount);
    json_member(&o->w, key, overflow ? VIEW_NONE : text_view(&text));
}

#endif
