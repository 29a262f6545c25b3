/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filling the values of a plan, at a cost by the request and by what is asked:
 *
 *   1. slots of no source: method, path, client address, ...
 *   2. each header line: one look-up, and its source knows its line
 *   3. each cookie and query field, if slots ask for any
 *   4. a source's slots, once one of them is asked for
 */
#include "request/fill.h"
#include "request/shape.h"

/* ---- the sources' lines ---- */

/* Sources that are there are listed at `present`; told is where the list
 * ends. */
static inline unsigned *add_line(struct line *lines, unsigned *present,
                                 unsigned source, size_t place)
{
    if (lines[source].first > 0) {
        lines[source].more = true;
        return present;
    }
    lines[source].first = (unsigned char)(place + 1);
    *present = source;
    return present + 1;
}

static unsigned *find_lines(struct fill *fill, unsigned *present)
{
    const struct request *request = fill->request;
    const struct plan *plan = fill->plan;

    for (size_t i = 0; i < request->header_count; i++) {
        unsigned found =
            plan_find(plan, SOURCE_HEADER, request->headers[i].name);

        if (found != 0) {
            present = add_line(fill->lines, present, found - 1, i);
        }
    }
    return present;
}

/* The same of names that were looked up: those that are not known are no
 * source's. */
static unsigned *find_known_lines(struct fill *fill, unsigned *present)
{
    const struct header *headers = fill->request->headers;
    size_t count = fill->request->header_count;
    const unsigned *of_name = fill->plan->of_name;
    struct line *lines = fill->lines;

    for (size_t i = 0; i < count; i++) {
        const struct known_name *known = headers[i].known;
        unsigned found = known ? of_name[known->number] : 0;

        if (found != 0) {
            present = add_line(lines, present, found - 1, i);
        }
    }
    return present;
}

static void find_sources(struct fill *fill)
{
    const struct plan *plan = fill->plan;
    bool known = fill->request->names && fill->request->names == plan->names;
    unsigned *end = known ? find_known_lines(fill, fill->present)
                          : find_lines(fill, fill->present);

    fill->present_count = (size_t)(end - fill->present);
    if (plan->order < plan->source_count && fill->whole &&
        fill->request->order_kept) {
        fill->lines[plan->order].first = 1;
    }
}

/* Headers that were looked for, of a limited transport, are absent. */
static void find_known(struct fill *fill)
{
    const struct request *request = fill->request;

    if (!request->headers_limited || request->overflow) {
        return;
    }
    for (size_t i = 0; i < request->headers_known_count; i++) {
        unsigned found =
            plan_find(fill->plan, SOURCE_HEADER, request->headers_known[i]);

        if (found != 0) {
            fill->lines[found - 1].known = true;
        }
    }
}

/* ---- a source's slots ---- */

static bool is_of(const struct fill *fill, size_t place, unsigned source)
{
    return view_equal_fold(fill->request->headers[place].name,
                           fill->plan->sources[source].name);
}

/* The lines of one header joined with ", ". */
static struct view join(struct fill *fill, unsigned source, size_t first)
{
    const struct request *request = fill->request;
    size_t size = 0;
    struct text text;
    char *room;

    for (size_t i = first; i < request->header_count; i++) {
        if (is_of(fill, i, source)) {
            size += request->headers[i].value.size + (i > first ? 2 : 0);
        }
    }
    room = arena_alloc(fill->workspace, size);
    if (!room) {
        return VIEW_NONE;
    }
    text = text_in(room, size);
    for (size_t i = first; i < request->header_count; i++) {
        if (is_of(fill, i, source)) {
            if (i > first) {
                text_add(&text, VIEW(", "));
            }
            text_add(&text, request->headers[i].value);
        }
    }
    return text_view(&text);
}

struct view fill_text(struct fill *fill, unsigned source)
{
    const struct line *line = &fill->lines[source];

    return line->more ? join(fill, source, line->first - 1u)
                      : fill->request->headers[line->first - 1].value;
}

static void put_states(struct fill *fill, const struct plan_source *source,
                       enum value_state state)
{
    for (size_t i = 0; i < source->slot_count; i++) {
        fill->values[source->slots[i]].state = state;
    }
}

static void fill_order(struct fill *fill, const struct plan_source *source)
{
    struct view order = shape_order(fill->request, fill->workspace);

    for (size_t i = 0; i < source->slot_count; i++) {
        unsigned slot = source->slots[i];
        struct view text = order;

        if (order.at && fill->plan->slots[slot].field == FIELD_HEADER_SHAPE) {
            text = shape_hash(order, fill->workspace);
        }
        if (text.at) {
            put_text(fill, slot, text);
        } else {
            put_unknown(fill, slot);
        }
    }
}

void facts_fill_source(struct fill *fill, unsigned source, struct told *told)
{
    const struct plan_source *from = &fill->plan->sources[source];
    struct view text;

    fill->lines[source].done = true;
    if (from->slot_count == 0) {
        return;
    }
    if (fill->lines[source].first == 0) {
        put_states(fill, from, facts_missing(fill, source));
        return;
    }
    if (from->kind == SOURCE_ORDER) {
        fill_order(fill, from);
        return;
    }
    text = fill_text(fill, source);
    if (text.at) {
        fill_header(fill, from, text, told);
    } else {
        *fill->cut = true;
        put_states(fill, from, VALUE_UNKNOWN);
    }
}

void facts_fill_slot(struct fill *fill, unsigned slot)
{
    unsigned source = fill->plan->source_of[slot];
    const struct line *line = &fill->lines[source];

    if (line->first == 0 || line->more ||
        !fill_alone(fill, slot, facts_line(fill, source))) {
        facts_fill_source(fill, source, NULL);
    }
}

/* ---- slots of cookies and query fields ---- */

static void put_state(struct fill *fill, const struct slot_list *list,
                      enum value_state state)
{
    for (size_t i = 0; i < list->count; i++) {
        fill->values[list->slots[i]].state = state;
    }
}

/* Fills the slots of a cookie or query field, the first of its name only. */
static void fill_named(struct fill *fill, enum source_kind kind,
                       struct view name, struct view value)
{
    unsigned found = plan_find(fill->plan, kind, name);
    const struct plan_source *source;

    if (found == 0) {
        return;
    }
    source = &fill->plan->sources[found - 1];
    if (fill->values[source->slots[0]].state != VALUE_ABSENT) {
        return;
    }
    for (size_t i = 0; i < source->slot_count; i++) {
        put_text(fill, source->slots[i], value);
    }
}

static void fill_cookies(struct fill *fill)
{
    const struct request *request = fill->request;
    unsigned source = fill->plan->cookie_header;
    const struct slot_list *list = &fill->plan->of_kind[SOURCE_COOKIE];

    if (list->count == 0) {
        return;
    }
    if (fill->lines[source].first == 0) {
        put_state(fill, list, facts_missing(fill, source));
        return;
    }
    put_state(fill, list, VALUE_ABSENT);
    for (size_t i = fill->lines[source].first - 1u; i < request->header_count;
         i++) {
        struct view rest = request->headers[i].value;

        if (!is_of(fill, i, source)) {
            continue;
        }
        while (rest.at) {
            struct view value = view_trim(view_cut(&rest, ';'));
            struct view name = view_cut(&value, '=');

            if (value.at) {
                fill_named(fill, SOURCE_COOKIE, name, value);
            }
        }
    }
}

static void fill_query(struct fill *fill)
{
    const struct slot_list *list = &fill->plan->of_kind[SOURCE_QUERY];
    struct view rest = fill->request->path.query;

    if (list->count == 0) {
        return;
    }
    put_state(fill, list,
              fill->request->path.raw.at ? VALUE_ABSENT : VALUE_UNKNOWN);
    while (rest.at) {
        struct view value = view_cut(&rest, '&');
        struct view name = view_cut(&value, '=');

        fill_named(fill, SOURCE_QUERY, name,
                   value.at ? value : view_of(name.at + name.size, 0));
    }
}

/* ---- all of it ---- */

bool facts_start(struct fill *fill, const struct plan *plan,
                 const struct request *request, struct value *values,
                 struct arena *workspace, bool *cut)
{
    fill->plan = plan;
    fill->request = request;
    fill->values = values;
    fill->workspace = workspace;
    fill->cut = cut;
    fill->whole = !request->headers_limited && !request->overflow;
    fill->has_browser = false;
    fill->lines =
        arena_array(workspace, plan->source_count + 1, sizeof(*fill->lines));
    if (!fill->lines) {
        for (unsigned i = 0; i < plan->count; i++) {
            put_unknown(fill, i);
        }
        return false;
    }
    fill->lines[plan->source_count].done = true;
    fill_plain(fill);
    find_known(fill);
    find_sources(fill);
    fill_cookies(fill);
    fill_query(fill);
    return true;
}

void facts_finish(struct fill *fill)
{
    for (unsigned i = 0; i < fill->plan->source_count; i++) {
        if (!fill->lines[i].done &&
            fill->plan->sources[i].kind <= SOURCE_ORDER) {
            facts_fill_source(fill, i, NULL);
        }
    }
}

/* No slot's text is longer than all headers, each with a comma; nor are lines
 * that are joined. */
bool facts_may_wait(const struct fill *fill)
{
    size_t most = fill->request->header_bytes + 2 * REQUEST_HEADERS_MAX;

    return (fill->plan->written + 1) * most <= arena_left(fill->workspace);
}

void facts_fill(const struct plan *plan, const struct request *request,
                struct value *values, struct arena *workspace, bool *cut)
{
    struct fill fill;

    if (facts_start(&fill, plan, request, values, workspace, cut)) {
        facts_finish(&fill);
    }
}
