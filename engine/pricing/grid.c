/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grid that people review: what each class, category and named agent
 * pays on each route.
 *
 *                          premium     api         otherwise
 *   human                  free        free        free
 *   agent                  0.03 usdc   0.01 usdc   free
 *   category ai-training   reject 403  0.01 usdc   free
 *   gptbot                 reject 403  ...
 *   gptbot, verified       ...
 *
 * A row assumes that just the rules that know such a client have fired. A
 * price with '?' depends on more than that; the dearest is shown, which is
 * what a request pays while that is unknown. Not for serving: it allocates.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "pricing/policy.h"

#define CELL_MAX 160
#define ROW_RULES_MAX 3
#define SCORE_OF_AGENT 100

enum status { STATUS_UNKNOWN, STATUS_VERIFIED, STATUS_SPOOFED, STATUSES };
static const char *const status_labels[STATUSES] = {NULL, "agent:verified",
                                                    "agent:spoofed"};
static const char *const status_names[STATUSES] = {"", ", verified",
                                                   ", spoofed"};

struct cell {
    char text[CELL_MAX];
    size_t size;
};

struct row {
    char name[2 * CELL_MAX];
    size_t size;
    struct cell *cells; /* of all routes and `otherwise` */
};

/* The first rule, not in count mode, that gives a label. */
struct giver {
    struct view label; /* NONE: free */
    size_t rule;
};

struct grid {
    const struct policy *policy;
    const struct program *program;
    struct evaluation *evaluation;
    struct value *values;
    size_t columns;
    struct row *rows;
    size_t row_count, row_room;
    struct giver *givers; /* a table, by hash */
    size_t giver_mask;
    size_t status_rules[STATUSES]; /* SIZE_MAX: no rule gives that label */
    bool unknown;                  /* some cell has a '?' */
    bool failed;                   /* out of memory */
    program_sink *sink;
    void *context;
};

/* ---- cells ---- */

static void fill_cell(struct grid *grid, struct cell *cell, size_t column)
{
    const struct policy *policy = grid->policy;
    struct text t = text_in(cell->text, sizeof cell->text - 1);
    struct choice choice = {0};

    if (column < policy->route_count) {
        route_choose(&policy->routes[column], grid->evaluation, TIME_UNKNOWN,
                     &choice);
    } else {
        choice.outcome = &policy->otherwise;
    }
    outcome_write(&t, choice.outcome);
    if (choice.unknown) {
        text_add_char(&t, '?');
        grid->unknown = true;
    }
    cell->size = t.size;
}

/* ---- rows ---- */

static struct row *new_row(struct grid *grid)
{
    struct row *row;

    if (grid->row_count == grid->row_room) {
        size_t room = grid->row_room ? 2 * grid->row_room : 64;
        struct row *rows = realloc(grid->rows, room * sizeof *rows);
        if (!rows) {
            return NULL;
        }
        grid->rows = rows;
        grid->row_room = room;
    }
    row = &grid->rows[grid->row_count];
    row->cells = calloc(grid->columns, sizeof *row->cells);
    if (!row->cells) {
        return NULL;
    }
    grid->row_count++;
    return row;
}

static bool same_cells(const struct grid *grid, const struct row *a,
                       const struct row *b)
{
    for (size_t i = 0; i < grid->columns; i++) {
        if (!view_equal(view_of(a->cells[i].text, a->cells[i].size),
                        view_of(b->cells[i].text, b->cells[i].size))) {
            return false;
        }
    }
    return true;
}

/* Adds a row for a client for whom these rules have fired; NULL: no memory.
 * The name is `lead`, `name` and `tail` in a row. */
static struct row *add_row(struct grid *grid, const char *lead,
                           struct view name, const char *tail, enum class class,
                           const size_t *rules, size_t rule_count)
{
    int score = class == CLASS_AGENT     ? SCORE_OF_AGENT
                : class == CLASS_SUSPECT ? SCORE_OF_AGENT / 2
                                         : 0;
    struct row *row = new_row(grid);
    struct text t;

    if (!row) {
        grid->failed = true;
        return NULL;
    }
    t = text_in(row->name, sizeof row->name - 1);
    text_add(&t, view_text(lead));
    text_add(&t, name);
    text_add(&t, view_text(tail));
    row->size = t.size;
    evaluation_assume(grid->evaluation, grid->values, rules, rule_count, class,
                      score);
    for (size_t i = 0; i < grid->columns; i++) {
        fill_cell(grid, &row->cells[i], i);
    }
    return row;
}

static void drop_last_row(struct grid *grid)
{
    free(grid->rows[--grid->row_count].cells);
}

static void add_classes(struct grid *grid)
{
    for (enum class class = CLASS_HUMAN; class <= CLASS_UNKNOWN; class ++) {
        add_row(grid, "", class_names[class], "", class, NULL, 0);
    }
}

static struct giver *giver_of(const struct grid *grid, struct view label)
{
    size_t i = (size_t)hash_table(label) & grid->giver_mask;

    while (grid->givers[i].label.at &&
           !view_equal(grid->givers[i].label, label)) {
        i = (i + 1) & grid->giver_mask;
    }
    return &grid->givers[i];
}

/* All labels are looked for among all rules: thousands of both. */
static bool find_givers(struct grid *grid)
{
    size_t rules = program_rules(grid->program), size = 16, labels = 0;

    for (size_t i = 0; i < rules; i++) {
        const struct rule_info *info = program_rule(grid->program, i);
        labels += info->label_count;
    }
    while (size < 2 * labels) {
        size *= 2;
    }
    grid->giver_mask = size - 1;
    grid->givers = calloc(size, sizeof *grid->givers);
    for (size_t i = 0; i < rules && grid->givers; i++) {
        const struct rule_info *info = program_rule(grid->program, i);
        for (size_t j = 0; !info->counted && j < info->label_count; j++) {
            struct giver *giver = giver_of(grid, info->labels[j]);
            if (!giver->label.at) {
                *giver = (struct giver){info->labels[j], i};
            }
        }
    }
    return grid->givers != NULL;
}

static size_t rule_that_gives(const struct grid *grid, struct view label)
{
    const struct giver *giver = giver_of(grid, label);

    return giver->label.at ? giver->rule : SIZE_MAX;
}

/* An agent as such; then verified and spoofed where that makes a
 * difference. */
static void add_agent(struct grid *grid, struct view name, size_t rule)
{
    size_t rules[2] = {rule, 0};
    size_t plain = grid->row_count;

    if (!add_row(grid, "", name, "", CLASS_AGENT, rules, 1)) {
        return;
    }
    for (int status = STATUS_VERIFIED; status < STATUSES; status++) {
        struct row *row;
        if (grid->status_rules[status] == SIZE_MAX) {
            continue;
        }
        rules[1] = grid->status_rules[status];
        row = add_row(grid, "", name, status_names[status], CLASS_AGENT, rules,
                      2);
        if (row && same_cells(grid, row, &grid->rows[plain])) {
            drop_last_row(grid);
        }
    }
}

/* Rows for all labels with that prefix, in the program's order. */
static void add_labels(struct grid *grid, struct view prefix, bool agents)
{
    for (size_t i = 0; i < program_labels(grid->program); i++) {
        struct view label = program_label(grid->program, i);
        struct view rest;
        size_t rule;

        if (!view_starts(label, prefix)) {
            continue;
        }
        rest = view_of(label.at + prefix.size, label.size - prefix.size);
        rule = rule_that_gives(grid, label);
        if (rule == SIZE_MAX) {
            continue;
        }
        if (agents) {
            add_agent(grid, rest, rule);
        } else {
            add_row(grid, "category ", rest, "", CLASS_AGENT, &rule, 1);
        }
    }
}

/* ---- writing ---- */

static void put(struct grid *grid, struct view text)
{
    grid->sink(grid->context, text);
}

static void put_padded(struct grid *grid, struct view text, size_t width)
{
    static const char blanks[] = "                                ";
    size_t left = width > text.size ? width - text.size : 0;

    put(grid, text);
    while (left > 0) {
        size_t n = left < sizeof blanks - 1 ? left : sizeof blanks - 1;
        put(grid, view_of(blanks, n));
        left -= n;
    }
}

static struct view column_name(const struct grid *grid, size_t column)
{
    return column < grid->policy->route_count ? grid->policy->routes[column].id
                                              : VIEW("otherwise");
}

static size_t column_width(const struct grid *grid, size_t column)
{
    size_t width = column_name(grid, column).size;
    for (size_t i = 0; i < grid->row_count; i++) {
        size_t size = grid->rows[i].cells[column].size;
        width = size > width ? size : width;
    }
    return width + 2;
}

static size_t name_width(const struct grid *grid)
{
    size_t width = 0;
    for (size_t i = 0; i < grid->row_count; i++) {
        width = grid->rows[i].size > width ? grid->rows[i].size : width;
    }
    return width + 2;
}

/* A last column is not padded: no blanks at the end of a line. */
static void put_line(struct grid *grid, const struct row *row,
                     const size_t *widths)
{
    put_padded(grid, row ? view_of(row->name, row->size) : VIEW(""),
               widths[grid->columns]);
    for (size_t i = 0; i < grid->columns; i++) {
        struct view text = row ? view_of(row->cells[i].text, row->cells[i].size)
                               : column_name(grid, i);
        put_padded(grid, text, i + 1 < grid->columns ? widths[i] : 0);
    }
    put(grid, VIEW("\n"));
}

static void put_units(struct grid *grid, const struct route *route)
{
    char room[160];
    struct text t = text_in(room, sizeof room);
    const struct units *units = route->units;

    if (!units) {
        return;
    }
    text_addf(&t, ", per unit: %s %.*s, at most %llu",
              units->query.at ? "query field" : "header",
              VIEW_ARG(units->query.at ? units->query : units->header),
              (unsigned long long)units->most);
    put(grid, text_view(&t));
}

static void add_factor(struct text *t, uint64_t factor)
{
    struct amount amount = amount_from_u64(factor);

    amount_write_decimal(t, &amount, 6);
    text_add_char(t, 'x');
}

/* What a route's prices are multiplied with, and how low one that was told
 * may be that is paid without a quote. */
static void put_moves(struct grid *grid, const struct route *route)
{
    char room[320];
    struct text t = text_in(room, sizeof room);
    const struct volume *volume = route->volume;
    const struct demand *demand = route->demand;

    if (volume) {
        text_addf(&t, ", volume %.*s down to ", VIEW_ARG(volume->name));
        add_factor(&t, volume->steps[volume->step_count - 1].factor);
    }
    if (demand) {
        text_addf(&t, ", demand %.*s from ", VIEW_ARG(demand->name));
        add_factor(&t, demand->floor);
        text_add(&t, VIEW(" to "));
        add_factor(&t, demand->ceiling);
        if (grid->policy->without_token) {
            text_addf(&t, ", the least of the last %lld s holds",
                      (long long)(grid->policy->quote_ttl / 1000000));
        }
    }
    put(grid, text_view(&t));
}

static void put_routes(struct grid *grid)
{
    for (size_t i = 0; i < grid->policy->route_count; i++) {
        const struct route *route = &grid->policy->routes[i];
        put(grid, VIEW("route "));
        put(grid, route->id);
        put(grid, VIEW(":"));
        for (unsigned bit = 0; bit < grid->policy->methods.count; bit++) {
            if (route->methods >> bit & 1) {
                put(grid, VIEW(" "));
                put(grid, grid->policy->methods.names[bit]);
            }
        }
        for (size_t j = 0; j < route->host_count; j++) {
            put(grid, VIEW(" "));
            put(grid, route->hosts[j]);
        }
        for (size_t j = 0; j < route->path_count; j++) {
            put(grid, VIEW(" /"));
            put(grid, route->paths[j].text);
        }
        for (size_t j = 0; j < route->query_count; j++) {
            put(grid, j ? VIEW("&") : VIEW(" ?"));
            put(grid, route->queries[j].name);
            put(grid, route->queries[j].value.at ? VIEW("=") : VIEW(""));
            put(grid, route->queries[j].value);
        }
        put_units(grid, route);
        put_moves(grid, route);
        put(grid, route->window ? VIEW(", at its times only\n") : VIEW("\n"));
    }
    for (size_t i = 0; i < grid->policy->always_free_count; i++) {
        put(grid, i ? VIEW(" /") : VIEW("always free: /"));
        put(grid, grid->policy->always_free[i].text);
    }
    put(grid, grid->policy->always_free_count ? VIEW("\n\n") : VIEW("\n"));
}

static void put_grid(struct grid *grid)
{
    size_t *widths = calloc(grid->columns + 1, sizeof *widths);

    if (!widths) {
        grid->failed = true;
        return;
    }
    for (size_t i = 0; i < grid->columns; i++) {
        widths[i] = column_width(grid, i);
    }
    widths[grid->columns] = name_width(grid);
    put_routes(grid);
    put_line(grid, NULL, widths);
    for (size_t i = 0; i < grid->row_count; i++) {
        put_line(grid, &grid->rows[i], widths);
    }
    if (grid->unknown) {
        put(grid, VIEW("\n? depends on more than class and labels; the "
                       "dearest is shown\n"));
    }
    free(widths);
}

static void fill_grid(struct grid *grid)
{
    for (int i = 0; i < STATUSES; i++) {
        grid->status_rules[i] =
            status_labels[i]
                ? rule_that_gives(grid, view_text(status_labels[i]))
                : SIZE_MAX;
    }
    add_classes(grid);
    add_labels(grid, VIEW("agent:category:"), false);
    add_labels(grid, VIEW("agent:name:"), true);
}

void policy_dump(const struct policy *policy, const struct program *program,
                 program_sink *sink, void *context)
{
    struct grid grid = {.policy = policy,
                        .program = program,
                        .columns = policy->route_count + 1,
                        .sink = sink,
                        .context = context};

    grid.evaluation = evaluation_new(program);
    grid.values = calloc(program_slots(program) + 1, sizeof *grid.values);
    if (grid.evaluation && grid.values && find_givers(&grid)) {
        fill_grid(&grid);
        put_grid(&grid);
    } else {
        grid.failed = true;
    }
    if (grid.failed) {
        put(&grid, VIEW("out of memory\n"));
    }
    free(grid.givers);
    while (grid.row_count > 0) {
        drop_last_row(&grid);
    }
    free(grid.rows);
    free(grid.values);
    evaluation_free(grid.evaluation);
}
