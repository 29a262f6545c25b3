/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structured fields (RFC 9651, which holds RFC 8941): a strict pull reader
 * of dictionaries and single items that allocates nothing.
 *
 *   sig1=("@authority" "x";key="a");created=1;tag="t", sig2=:AAE=:
 *
 *   struct sf sf;
 *   sf_start(&sf, text);
 *   while (sf_member(&sf, &key)) {          sig1 ...
 *       if (sf_list(&sf)) {                 it is an inner list
 *           while (sf_next(&sf, &item)) {   "@authority", "x"
 *               while (sf_param(&sf, &name, &item)) { key="a" }
 *           }
 *       } else {
 *           sf_item(&sf, &item);
 *       }
 *       while (sf_param(&sf, &name, &item)) { created=1, tag="t" }
 *   }
 *   sf.failed: the text is no structured field, and nothing read of it counts
 *
 * Every member, item and parameter must be read in this order, to its end.
 * Equal keys are not told apart here: the caller decides.
 */
#ifndef WB_BASE_STRUCTURED_FIELD_H
#define WB_BASE_STRUCTURED_FIELD_H

#include <stdint.h>

#include "base/text.h"
#include "base/view.h"

enum sf_kind {
    SF_INTEGER,
    SF_DECIMAL,
    SF_STRING,
    SF_TOKEN,
    SF_BYTES,
    SF_BOOLEAN,
    SF_DATE,
    SF_DISPLAY
};

struct sf_item {
    enum sf_kind kind;
    /* As written: a string, a byte sequence or a display string without what
     * it stands between (escapes of a string stay), a number with its sign. */
    struct view text;
    int64_t number; /* INTEGER, DATE; BOOLEAN as 0 or 1 */
};

struct sf {
    struct view input;
    size_t at;
    bool failed;
    bool begun; /* a member was read: the next comes after a comma */
};

void sf_start(struct sf *sf, struct view text);
/* The next member of a dictionary: its key; false at the end or when the
 * text is none. A member that is only a key is the item true. */
bool sf_member(struct sf *sf, struct view *key);
/* After a member's key: does an inner list follow? Then it is entered. */
bool sf_list(struct sf *sf);
/* The next item of an inner list; false at its end, which is read. */
bool sf_next(struct sf *sf, struct sf_item *item);
/* After a member's key, or of a text that is one item. */
bool sf_item(struct sf *sf, struct sf_item *item);
/* The next parameter of the item or the inner list just read. */
bool sf_param(struct sf *sf, struct view *key, struct sf_item *value);
/* A text that is an item: nothing but spaces may follow. False if not. */
bool sf_done(struct sf *sf);

/* Writes an item as RFC 9651 section 4.1.3 says, from what was read. */
void sf_write(struct text *out, const struct sf_item *item);

#endif
