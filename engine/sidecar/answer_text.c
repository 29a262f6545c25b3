/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers as text. Nobody looks behind the last header's end, so that a copy
 * may end there.
 */
#include "sidecar/answer_text.h"

#include <stdlib.h>
#include <string.h>

#define FIELD_MAX (8 * 1024)

static size_t add(struct answer_text *text, size_t at, struct wb_text part)
{
    if (part.size != 0) {
        memcpy(text->text + at, part.data, part.size);
    }
    text->text[at + part.size] = '\0';
    return at + part.size + 1;
}

bool answer_text_write(struct answer_text *text, const struct exchange *x)
{
    size_t at = 0;

    text->count = 0;
    for (size_t i = 0; i < x->answer_count; i++) {
        const struct field *field = &x->answer[i];

        size_t size = field->name.size + field->value.size + 2;

        if (size > FIELD_MAX || size > sizeof text->text - at) {
            return false;
        }
        text->at[i].name = (uint16_t)at;
        at = add(text, at, field->name);
        text->at[i].value = (uint16_t)at;
        at = add(text, at, field->value);
        text->at[i].end = (uint16_t)at;
    }
    text->count = x->answer_count;
    return !x->answer_over;
}

bool answer_text_same(const struct answer_text *a, const struct answer_text *b,
                      size_t i)
{
    size_t size;

    if (a == NULL || i >= a->count || i >= b->count) {
        return false;
    }
    size = (size_t)(b->at[i].end - b->at[i].name);
    return a->at[i].end - a->at[i].name == b->at[i].end - b->at[i].name &&
           memcmp(a->text + a->at[i].name, b->text + b->at[i].name, size) == 0;
}

static size_t used(const struct answer_text *text)
{
    return text->count != 0 ? text->at[text->count - 1].end : 0;
}

struct answer_text *answer_text_copy(struct answer_text *other,
                                     const struct answer_text *text)
{
    size_t size = offsetof(struct answer_text, text) + used(text);

    if (other == NULL || used(other) < used(text)) {
        free(other);
        other = malloc(size);
    }
    if (other != NULL) {
        memcpy(other, text, size);
    }
    return other;
}
