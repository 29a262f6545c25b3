/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts decided requests; see tally.h.
 */
#include "replay/tally.h"

#include <stdlib.h>

const char *const tally_labels[TALLY_LABELS] = {"human", "bot"};

const char *const tally_tables[TALLY_TABLES] = {
    "agents", "routes",   "sites",   "payments",
    "rules",  "refusals", "revenue", "charges",
};

bool tally_start(struct tally *tally)
{
    memset(tally, 0, sizeof *tally);
    tally->names = arena_new();
    tally->kinds = calloc(1, sizeof *tally->kinds);
    if (!tally->names || !tally->kinds) {
        return false;
    }
    for (size_t i = 0; i < TALLY_TABLES; i++) {
        table_start(&tally->tables[i], tally->names);
    }
    return true;
}

void tally_end(struct tally *tally)
{
    for (size_t i = 0; i < TALLY_TABLES; i++) {
        table_end(&tally->tables[i]);
    }
    for (size_t i = 0; i < tally->asset_count; i++) {
        timeline_end(&tally->assets[i].line);
    }
    free(tally->assets);
    free(tally->kinds);
    tally_end_alike(tally);
    timeline_end(&tally->line);
    arena_free(tally->names);
}

void tally_seed(struct tally *tally, const struct wb_engine *engine)
{
    struct wb_text name;

    for (size_t i = 0; (name = wb_engine_rule(engine, i)).data; i++) {
        tally->failed |=
            !table_row(&tally->tables[TALLY_RULES],
                       view_of(name.data, name.size), VIEW_NONE, VIEW_NONE);
    }
    for (size_t i = 0; (name = wb_engine_route(engine, i)).data; i++) {
        tally->failed |=
            !table_row(&tally->tables[TALLY_ROUTES],
                       view_of(name.data, name.size), VIEW_NONE, VIEW_NONE);
    }
}

void tally_fault(struct tally *tally, enum line_fault fault)
{
    tally->faults[fault]++;
}

/* ---- prices ---- */

static void count_demand(struct bucket *bucket,
                         const struct wb_request *request)
{
    struct amount demand;

    if (bucket && amount_from_decimal(tally_answer(request, WB_ANSWER_DEMAND),
                                      6, &demand) == AMOUNT_OK) {
        bucket->moved++;
        amount_add(&bucket->demand, &demand);
    }
}

static void count_charge(struct tally *tally, const struct wb_request *request,
                         struct kind *kind)
{
    struct tally_asset *asset = tally_asset_of(tally, request);
    struct amount amount;

    if (!amount_from_digits(tally_answer(request, WB_ANSWER_PRICE_AMOUNT),
                            &amount)) {
        tally->failed = true;
        return;
    }
    kind->overflow |= !amount_add(&kind->amount, &amount);
    int64_t time = wb_request_time(request);
    if (time != TIME_UNKNOWN) {
        count_demand(tally_charge(tally, asset, time, &amount), request);
    }
}

static void count_label(struct tally *tally, const struct wb_request *request,
                        size_t class)
{
    struct wb_text label = wb_request_label(request);

    for (size_t i = 0; label.data && i < TALLY_LABELS; i++) {
        if (view_equal(view_of(label.data, label.size),
                       view_text(tally_labels[i]))) {
            tally->confusion[i][class]++;
            tally->labelled++;
        }
    }
}

void tally_request(struct tally *tally, const struct wb_request *request,
                   const struct line_extra *extra)
{
    struct kind room;
    struct kind *kind = tally_kind(tally, request, &room);
    bool browser =
        tally_answer(request, WB_ANSWER_BROWSER_CHARGED).at[0] == '1';

    kind->requests++;
    tally_line(tally, kind, browser, wb_request_time(request), extra);
    count_label(tally, request, kind->class);
    if (kind->charged) {
        count_charge(tally, request, kind);
    }
    if (kind == &room) {
        tally_tell(tally, request, kind);
    }
}

void tally_settle(struct tally *tally)
{
    tally_settle_kinds(tally);
    tally_settle_alike(tally);
}

/* ---- adding up ---- */

static void merge_hours(struct tally *tally, const struct tally *from)
{
    for (size_t day = 0; day < WEEK_DAYS; day++) {
        for (size_t hour = 0; hour < DAY_HOURS; hour++) {
            for (size_t i = 0; i < TALLY_CLASSES; i++) {
                tally->hours[day][hour][i] += from->hours[day][hour][i];
            }
        }
    }
}

static void merge_numbers(struct tally *tally, const struct tally *from)
{
    if (from->timed) {
        tally_span(tally, from->first, from->last);
    }
    tally->read += from->read;
    tally->left_out += from->left_out;
    tally->browsers_charged += from->browsers_charged;
    for (size_t i = 0; i < LINE_FAULTS; i++) {
        tally->faults[i] += from->faults[i];
    }
    for (size_t i = 0; i < TALLY_CLASSES; i++) {
        tally->classes[i] += from->classes[i];
        tally->bytes[i] += from->bytes[i];
        for (size_t k = 0; k < TALLY_LABELS; k++) {
            tally->confusion[k][i] += from->confusion[k][i];
        }
    }
    tally->allowed += from->allowed;
    tally->rejected += from->rejected;
    tally->labelled += from->labelled;
    merge_hours(tally, from);
}

static bool merge_asset(struct tally *tally, const struct tally_asset *from)
{
    struct tally_asset *asset = tally_asset(tally, from->address);

    if (!asset) {
        return false;
    }
    if (!asset->symbol.at) {
        asset->symbol = arena_copy(tally->names, from->symbol);
        asset->network = arena_copy(tally->names, from->network);
        asset->decimals = from->decimals;
    }
    return timeline_merge(&asset->line, &from->line);
}

void tally_merge(struct tally *tally, const struct tally *from)
{
    merge_numbers(tally, from);
    bool fine = !from->failed && timeline_merge(&tally->line, &from->line);
    for (size_t i = 0; i < TALLY_TABLES; i++) {
        fine = fine && table_merge(&tally->tables[i], &from->tables[i]);
    }
    for (size_t i = 0; i < from->asset_count; i++) {
        fine = fine && merge_asset(tally, &from->assets[i]);
    }
    tally->failed |= !fine;
}

uint64_t tally_unreadable(const struct tally *tally)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < LINE_FAULTS; i++) {
        sum += tally->faults[i];
    }
    return sum;
}

/* The row of the same route that was charged most often, or NULL. */
static struct row *charged_row(struct table *routes, struct view name)
{
    for (size_t i = 0; i < routes->count; i++) {
        struct row *row = &routes->rows[i];
        if (row->charged > 0 && view_equal(row->name, name)) {
            return row;
        }
    }
    return NULL;
}

/* A route's requests that cost nothing join its row of those that did; what
 * was never asked for stands once, last. */
static void join_routes(struct table *routes)
{
    size_t kept = 0;
    bool *joined = calloc(routes->count ? routes->count : 1, sizeof *joined);

    for (size_t i = 0; joined && i < routes->count; i++) {
        struct row *row = &routes->rows[i];
        struct row *other =
            row->asset.at ? NULL : charged_row(routes, row->name);
        if (other) {
            other->requests += row->requests;
            joined[i] = true;
        }
    }
    for (size_t i = 0; joined && i < routes->count; i++) {
        if (!joined[i]) {
            routes->rows[kept++] = routes->rows[i];
        }
    }
    routes->count = joined ? kept : routes->count;
    free(joined);
}

static int by_address(const void *a, const void *b)
{
    const struct tally_asset *x = a;
    const struct tally_asset *y = b;

    return view_compare(x->address, y->address);
}

void tally_finish(struct tally *tally)
{
    for (size_t i = 0; i < TALLY_TABLES; i++) {
        table_sort(&tally->tables[i]);
    }
    join_routes(&tally->tables[TALLY_ROUTES]);
    table_sort(&tally->tables[TALLY_ROUTES]);
    if (tally->asset_count > 1) {
        qsort(tally->assets, tally->asset_count, sizeof *tally->assets,
              by_address);
    }
}
