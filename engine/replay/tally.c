/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts decided requests; see tally.h.
 */
#include "replay/tally.h"

const char *const tally_classes[TALLY_CLASSES] = {"human", "suspect", "agent",
                                                  "unknown"};
const char *const tally_labels[TALLY_LABELS] = {"human", "bot"};

bool tally_start(struct tally *tally)
{
    memset(tally, 0, sizeof *tally);
    tally->names = arena_new();
    if (!tally->names) {
        return false;
    }
    table_start(&tally->agents, tally->names);
    table_start(&tally->routes, tally->names);
    table_start(&tally->sites, tally->names);
    table_start(&tally->payments, tally->names);
    return true;
}

void tally_end(struct tally *tally)
{
    table_end(&tally->agents);
    table_end(&tally->routes);
    table_end(&tally->sites);
    table_end(&tally->payments);
    arena_free(tally->names);
}

void tally_fault(struct tally *tally, enum line_fault fault)
{
    tally->faults[fault]++;
}

static struct view answer(const struct wb_request *request,
                          enum wb_answer which)
{
    struct wb_text text = wb_decision_answer(request, which);

    return view_of(text.data, text.size);
}

static bool is_text(struct view v, const char *text)
{
    return v.size > 0 && v.at[0] == text[0] && view_equal(v, view_text(text));
}

/* The place of `name` in `names`, or n. */
static size_t place_of(struct view name, const char *const *names, size_t n)
{
    size_t i = 0;

    while (i < n && !is_text(name, names[i])) {
        i++;
    }
    return i;
}

static bool is_name(struct view v)
{
    return v.size > 0 && !view_equal(v, VIEW("-"));
}

static void count(struct tally *tally, struct table *table, struct view name)
{
    struct row *row = table_row(table, name, VIEW_NONE);

    if (row) {
        row->requests++;
    } else {
        tally->failed = true;
    }
}

/* Requests that cost nothing are counted under the route alone. */
static void count_route(struct tally *tally, const struct wb_request *request,
                        bool allowed)
{
    struct view route = answer(request, WB_ANSWER_ROUTE);
    bool charged =
        allowed &&
        view_equal(answer(request, WB_ANSWER_PRICE_ACTION), VIEW("charge"));
    struct view asset =
        charged ? answer(request, WB_ANSWER_PRICE_ASSET) : VIEW_NONE;

    if (!charged && !is_name(route)) {
        return;
    }
    struct row *row = table_row(&tally->routes, route, asset);
    struct amount amount;
    if (!row) {
        tally->failed = true;
        return;
    }
    row->requests++;
    if (charged) {
        row->charged++;
        row->overflow |=
            !amount_from_digits(answer(request, WB_ANSWER_PRICE_AMOUNT),
                                &amount) ||
            !amount_add(&row->amount, &amount);
    }
}

static void count_label(struct tally *tally, const struct wb_request *request,
                        size_t class)
{
    struct wb_text label = wb_request_label(request);

    if (label.data) {
        size_t i = place_of(view_of(label.data, label.size), tally_labels,
                            TALLY_LABELS);
        if (i < TALLY_LABELS) {
            tally->confusion[i][class]++;
            tally->labelled++;
        }
    }
}

static void count_time(struct tally *tally, int64_t time)
{
    if (!tally->timed || time < tally->first) {
        tally->first = time;
    }
    if (!tally->timed || time > tally->last) {
        tally->last = time;
    }
    tally->timed = true;
}

void tally_request(struct tally *tally, const struct wb_request *request,
                   const struct line_extra *extra)
{
    size_t class = place_of(answer(request, WB_ANSWER_CLASS), tally_classes,
                            TALLY_CLASSES);

    if (class == TALLY_CLASSES) {
        class = TALLY_UNKNOWN;
    }
    int64_t time = wb_request_time(request);
    if (time != TIME_UNKNOWN) {
        count_time(tally, time);
    }
    tally->read++;
    tally->classes[class]++;
    tally->bytes[class] += extra->bytes;
    bool allowed = view_equal(answer(request, WB_ANSWER_ACTION), VIEW("allow"));
    tally->allowed += allowed;
    tally->rejected += !allowed;
    count_label(tally, request, class);
    struct view agent = answer(request, WB_ANSWER_AGENT_NAME);
    if (is_name(agent)) {
        count(tally, &tally->agents, agent);
    }
    count(tally, &tally->sites, answer(request, WB_ANSWER_SITE));
    count(tally, &tally->payments, answer(request, WB_ANSWER_PAYMENT_STATE));
    count_route(tally, request, allowed);
}

static void merge_numbers(struct tally *tally, const struct tally *from)
{
    if (from->timed) {
        count_time(tally, from->first);
        count_time(tally, from->last);
    }
    tally->read += from->read;
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
}

void tally_merge(struct tally *tally, const struct tally *from)
{
    merge_numbers(tally, from);
    if (from->failed || !table_merge(&tally->agents, &from->agents) ||
        !table_merge(&tally->routes, &from->routes) ||
        !table_merge(&tally->sites, &from->sites) ||
        !table_merge(&tally->payments, &from->payments)) {
        tally->failed = true;
    }
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

/* A route's requests that cost nothing join its row of those that did. */
static void join_routes(struct table *routes)
{
    size_t kept = 0;

    for (size_t i = 0; i < routes->count; i++) {
        struct row *row = &routes->rows[i];
        struct row *other =
            row->asset.at ? NULL : charged_row(routes, row->name);
        if (other) {
            other->requests += row->requests;
            row->requests = 0;
        }
    }
    for (size_t i = 0; i < routes->count; i++) {
        if (routes->rows[i].requests > 0) {
            routes->rows[kept++] = routes->rows[i];
        }
    }
    routes->count = kept;
}

void tally_finish(struct tally *tally)
{
    table_sort(&tally->agents);
    table_sort(&tally->sites);
    table_sort(&tally->payments);
    table_sort(&tally->routes);
    join_routes(&tally->routes);
    table_sort(&tally->routes);
}
