/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filling the values of a plan, in passes that cost by the request:
 *
 *   1. a copy of "all absent" (or "all unknown") values
 *   2. slots of no source: method, path, client address, ...
 *   3. each header line: one look-up; a source that is found fills its slots
 *   4. each cookie and query field in the same way, if slots ask for any
 */
#include "request/fill.h"

/* ---- headers ---- */

/* A source that the request has: its first line and the number of lines. */
struct found {
    const struct source *source;
    size_t first;
    size_t lines;
};

/* Were the headers' names looked up where this plan's are? */
static bool is_looked_up(const struct fill *fill)
{
    return fill->request->names && fill->request->names == fill->plan->names;
}

/* Of names that are looked up, the unknown ones are no source's. */
static const struct source *source_of(const struct fill *fill,
                                      const struct header *header)
{
    if (is_looked_up(fill)) {
        return header->known ? fill->plan->of_name[header->known->number]
                             : NULL;
    }
    return plan_find(fill->plan, SOURCE_HEADER, header->name);
}

static size_t find_headers(const struct fill *fill,
                           struct found found[REQUEST_HEADERS_MAX])
{
    const struct request *request = fill->request;
    uint64_t met = 0; /* a bit for each source, or for several */
    size_t count = 0;

    for (size_t i = 0; i < request->header_count; i++) {
        const struct source *source = source_of(fill, &request->headers[i]);
        size_t at = count;
        uint64_t bit;

        if (!source) {
            continue;
        }
        bit = UINT64_C(1) << ((size_t)(source - fill->plan->sources) % 64);
        if (met & bit) {
            at = 0;
        }
        met |= bit;
        while (at < count && found[at].source != source) {
            at++;
        }
        if (at == count) {
            found[count++] = (struct found){source, i, 0};
        }
        found[at].lines++;
    }
    return count;
}

/* The lines of one header joined with ", ". */
static struct view join(struct fill *fill, const struct found *found)
{
    const struct request *request = fill->request;
    struct view name = found->source->name;
    size_t size = 2 * (found->lines - 1);
    struct text text;
    char *room;

    for (size_t i = found->first; i < request->header_count; i++) {
        if (view_equal_fold(request->headers[i].name, name)) {
            size += request->headers[i].value.size;
        }
    }
    room = arena_alloc(fill->workspace, size);
    if (!room) {
        return VIEW_NONE;
    }
    text = text_in(room, size);
    for (size_t i = found->first; i < request->header_count; i++) {
        if (view_equal_fold(request->headers[i].name, name)) {
            if (i > found->first) {
                text_add(&text, VIEW(", "));
            }
            text_add(&text, request->headers[i].value);
        }
    }
    return text_view(&text);
}

static void fill_found(struct fill *fill, const struct found *found)
{
    const struct source *source = found->source;
    struct view text = fill->request->headers[found->first].value;

    if (source->slot_count > 0 && found->lines > 1) {
        text = join(fill, found);
    }
    if (text.at) {
        fill_header(fill, source, text);
        return;
    }
    for (size_t i = 0; i < source->slot_count; i++) {
        put_unknown(fill, source->slots[i]);
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
                       struct view name, struct view value,
                       enum value_state none)
{
    const struct source *source = plan_find(fill->plan, kind, name);

    if (!source || fill->values[source->slots[0]].state != none) {
        return;
    }
    for (size_t i = 0; i < source->slot_count; i++) {
        put_text(fill, source->slots[i], value);
    }
}

static void fill_cookies(struct fill *fill, const struct found *found)
{
    const struct request *request = fill->request;

    put_state(fill, &fill->plan->of_kind[SOURCE_COOKIE], VALUE_ABSENT);
    for (size_t i = found->first; i < request->header_count; i++) {
        struct view rest = request->headers[i].value;

        if (!view_equal_fold(request->headers[i].name, VIEW("cookie"))) {
            continue;
        }
        while (rest.at) {
            struct view value = view_trim(view_cut(&rest, ';'));
            struct view name = view_cut(&value, '=');

            if (value.at) {
                fill_named(fill, SOURCE_COOKIE, name, value, VALUE_ABSENT);
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
                   value.at ? value : view_of(name.at + name.size, 0),
                   VALUE_ABSENT);
    }
}

/* ---- all of it ---- */

/* Headers that were looked for, of a limited transport, are absent. */
static void fill_known(struct fill *fill)
{
    const struct request *request = fill->request;

    if (!request->headers_limited || request->overflow) {
        return;
    }
    for (size_t i = 0; i < request->headers_known_count; i++) {
        const struct source *source =
            plan_find(fill->plan, SOURCE_HEADER, request->headers_known[i]);

        for (size_t j = 0; source && j < source->slot_count; j++) {
            fill->values[source->slots[j]].state = VALUE_ABSENT;
        }
        if (source && source == fill->plan->cookie_header) {
            put_state(fill, &fill->plan->of_kind[SOURCE_COOKIE], VALUE_ABSENT);
        }
    }
}

static void fill_headers(struct fill *fill)
{
    struct found found[REQUEST_HEADERS_MAX];
    size_t count = find_headers(fill, found);

    for (size_t i = 0; i < count; i++) {
        fill_found(fill, &found[i]);
        if (found[i].source == fill->plan->cookie_header) {
            fill_cookies(fill, &found[i]);
        }
    }
}

static const struct source *known_source(const struct fill *fill,
                                         const struct header *header)
{
    return header->known ? fill->plan->of_name[header->known->number] : NULL;
}

/* Before the hints that are compared with it. */
static void fill_agent(struct fill *fill)
{
    const struct request *request = fill->request;

    for (size_t i = 0; i < request->header_count; i++) {
        const struct header *header = &request->headers[i];

        if (known_source(fill, header) == fill->plan->agent) {
            fill_header(fill, fill->plan->agent, header->value);
            return;
        }
    }
}

/* As most requests are: names looked up, none of them twice. */
static void fill_known_once(struct fill *fill)
{
    const struct request *request = fill->request;
    const struct source *agent = fill->plan->agent;

    if (agent) {
        fill_agent(fill);
    }

    for (size_t i = 0; i < request->header_count; i++) {
        const struct header *header = &request->headers[i];
        const struct source *source = known_source(fill, header);

        if (!source || source == agent) {
            continue;
        }
        fill_header(fill, source, header->value);
        if (source == fill->plan->cookie_header) {
            fill_cookies(fill, &(struct found){source, i, 1});
        }
    }
}

void facts_fill(const struct plan *plan, const struct request *request,
                struct value *values, struct arena *workspace, bool *cut)
{
    struct fill fill;

    if (plan->count == 0) {
        return;
    }
    fill.plan = plan;
    fill.request = request;
    fill.values = values;
    fill.workspace = workspace;
    fill.cut = cut;
    fill.has_browser = false;
    fill.agent = NULL;
    fill.memory = NULL;
    memcpy(values, headers_whole(request) ? plan->absent : plan->unknown,
           plan->count * sizeof(*values));
    if (is_looked_up(&fill)) {
        fill.memory = request->memory;
    }
    fill_plain(&fill);
    fill_known(&fill);
    if (is_looked_up(&fill) && !request->repeated) {
        fill_known_once(&fill);
    } else {
        fill.memory = NULL; /* of lines that are joined nothing is */
        fill_headers(&fill);
    }
    fill_query(&fill);
}
