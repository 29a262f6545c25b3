/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of the field table and finding one by name. Loading only looks
 * fields up, so a walk over the table is fast enough.
 */
#include "request/field.h"

/* The name of a family ends in '.': "header." takes "accept". */
#define FIELD_ROW(id, name, type, folds, doc)                                  \
    {name, FIELD_TYPE_##type, folds, name[sizeof(name) - 2] == '.', doc},

const struct field_row field_rows[FIELD_COUNT] = {FIELD_TABLE(FIELD_ROW)};

#undef FIELD_ROW

enum field field_find(struct view name, struct view *parameter)
{
    *parameter = VIEW_NONE;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        struct view row = view_text(field_rows[i].name);

        if (!field_rows[i].takes_parameter) {
            if (view_equal(name, row)) {
                return (enum field)i;
            }
        } else if (name.size > row.size && view_starts(name, row)) {
            *parameter = view_of(name.at + row.size, name.size - row.size);
            return (enum field)i;
        }
    }
    return FIELD_COUNT;
}
