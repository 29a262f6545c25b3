/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transforms copy only when there is something to change, and once for all
 * of a slot: each writes no more than it reads.
 */
#include "request/transform.h"

#include "request/path_wide.h"

/* A text that may still be the request's own bytes. */
struct changing {
    struct view text;
    char *copy; /* NULL: not copied yet */
    struct arena *workspace;
};

/* Makes the text ours to write. */
static bool own(struct changing *c)
{
    char *copy;

    if (c->copy) {
        return true;
    }
    copy = arena_alloc(c->workspace, c->text.size);
    if (!copy) {
        return false;
    }
    memcpy(copy, c->text.at, c->text.size);
    c->copy = copy;
    c->text.at = copy;
    return true;
}

static bool lower(struct changing *c)
{
    size_t i = 0;

    while (i < c->text.size && ascii_lower(c->text.at[i]) == c->text.at[i]) {
        i++;
    }
    if (i == c->text.size) {
        return true;
    }
    if (!own(c)) {
        return false;
    }
    for (char *at = c->copy; i < c->text.size; i++) {
        at[i] = ascii_lower(at[i]);
    }
    return true;
}

static bool url_decode(struct changing *c)
{
    size_t size = 0;

    if (view_find(c->text, '%') == c->text.size &&
        view_find(c->text, '+') == c->text.size) {
        return true;
    }
    if (!own(c)) {
        return false;
    }
    for (size_t i = 0; i < c->text.size; i++) {
        int byte = c->copy[i] == '%' && i + 2 < c->text.size
                       ? path_hex(c->copy[i + 1], c->copy[i + 2])
                       : -1;

        if (byte >= 0) {
            c->copy[size++] = (char)byte;
            i += 2;
        } else {
            c->copy[size++] = c->copy[i] == '+' ? ' ' : c->copy[i];
        }
    }
    c->text.size = size;
    return true;
}

/* Moves the bytes that are left to the copy's start. */
static void trim(struct changing *c)
{
    c->text = view_trim(c->text);
    if (c->copy) {
        memmove(c->copy, c->text.at, c->text.size);
        c->text.at = c->copy;
    }
}

bool transform_value(const struct slot *slot, struct view text,
                     struct value *value, struct arena *workspace)
{
    struct changing c = {text, NULL, workspace};
    bool fits = true;

    for (unsigned i = 0; i < TRANSFORMS_MAX && fits; i++) {
        switch (slot->transforms[i]) {
        case TRANSFORM_LOWER:
            fits = lower(&c);
            break;
        case TRANSFORM_URL_DECODE:
            fits = url_decode(&c);
            break;
        case TRANSFORM_TRIM:
            trim(&c);
            break;
        case TRANSFORM_LENGTH:
            value->number = c.text.size;
            break;
        default:
            break;
        }
    }
    value->state = fits ? VALUE_PRESENT : VALUE_UNKNOWN;
    value->text = slot->type == FIELD_TYPE_NUMBER ? VIEW_NONE : c.text;
    return fits;
}
