/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decision records as CSV and TSV; see columns.h.
 */
#include "replay/columns.h"

#include "replay/json_line.h"

static const char usual[] =
    "time,id,site,request.method,request.host,request.path,"
    "request.user_agent,class,score,agent.name,agent.org,action,status,reason,"
    "price.action,price.route,price.amount,price.asset,payment.state";

bool columns_form(struct columns *columns, const char *name)
{
    static const char *const names[] = {"json", "csv", "tsv"};

    for (unsigned i = 0; i < 3; i++) {
        if (!strcmp(name, names[i])) {
            columns->form = (enum columns_form)i;
            return true;
        }
    }
    return false;
}

bool columns_list(struct columns *columns, const char *list)
{
    struct view rest = view_text(list);

    columns->count = 0;
    while (rest.at) {
        struct view key = view_trim(view_cut(&rest, ','));
        if (key.size == 0 || columns->count == COLUMNS_MAX) {
            return false;
        }
        columns->keys[columns->count++] = key;
    }
    return true;
}

void columns_default(struct columns *columns)
{
    if (columns->count == 0) {
        columns_list(columns, usual);
    }
}

/* ---- cells ---- */

static bool is_formula(struct view v)
{
    return v.size > 0 && v.at[0] && strchr("=+-@", v.at[0]);
}

/* The two-byte escapes of JSON that are plain text in a cell. */
static size_t plain_escape(struct view v, size_t i)
{
    return v.at[i] == '\\' && i + 1 < v.size && v.at[i + 1] &&
                   strchr("\"\\/", v.at[i + 1])
               ? 1
               : 0;
}

/* `v` is a JSON string's inside, or a number. */
static void add_csv(struct text *out, struct view v)
{
    text_add_char(out, '"');
    if (is_formula(v) || view_starts(v, VIEW("\\t")) ||
        view_starts(v, VIEW("\\r"))) {
        text_add_char(out, '\'');
    }
    for (size_t i = 0; i < v.size; i++) {
        i += plain_escape(v, i);
        if (v.at[i] == '"') {
            text_add_char(out, '"');
        }
        text_add_char(out, v.at[i]);
    }
    text_add_char(out, '"');
}

static void add_tsv(struct text *out, struct view v)
{
    for (size_t i = 0; i < v.size; i++) {
        bool backslash =
            view_starts(view_of(v.at + i, v.size - i), VIEW("\\\\"));
        i += backslash ? 0 : plain_escape(v, i);
        if (backslash) { /* stays two, for \t is one of ours */
            text_add_char(out, v.at[i++]);
        }
        text_add_char(out, v.at[i]);
    }
}

static void add_cell(const struct columns *columns, struct text *out, size_t i,
                     struct view v)
{
    if (i > 0) {
        text_add_char(out, columns->form == COLUMNS_CSV ? ',' : '\t');
    }
    if (columns->form == COLUMNS_CSV && v.at) {
        add_csv(out, v);
    } else {
        add_tsv(out, v);
    }
}

static void end_row(const struct columns *columns, struct text *out)
{
    text_add(out, columns->form == COLUMNS_CSV ? VIEW("\r\n") : VIEW("\n"));
}

void columns_head(const struct columns *columns, struct text *out)
{
    for (size_t i = 0; i < columns->count; i++) {
        add_cell(columns, out, i, columns->keys[i]);
    }
    end_row(columns, out);
}

/* ---- rows ---- */

struct row_cells {
    const struct columns *columns;
    struct view cells[COLUMNS_MAX];
};

/* Do these keys lead to a column? */
static bool leads_to(struct view column, const struct view *keys, size_t depth)
{
    struct view rest = column;

    for (size_t i = 0; i < depth; i++) {
        if (!rest.at || !view_equal(view_cut(&rest, '.'), keys[i])) {
            return false;
        }
    }
    return !rest.at;
}

/* Of a list ("labels") the last item is told. */
static void value_found(void *user, const struct view *keys, size_t depth,
                        struct view value)
{
    struct row_cells *row = user;

    for (size_t i = 0; i < row->columns->count; i++) {
        if (leads_to(row->columns->keys[i], keys, depth)) {
            row->cells[i] = value;
        }
    }
}

void columns_row(const struct columns *columns, struct view record,
                 struct text *out)
{
    struct row_cells row = {.columns = columns};

    json_line_read(record, value_found, &row);
    for (size_t i = 0; i < columns->count; i++) {
        add_cell(columns, out, i, row.cells[i]);
    }
    end_row(columns, out);
}
