/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filling the values of a plan, in passes that cost by the request:
 *
 *   1. a copy of "all absent" (or "all unknown") values
 *   2. slots of no source: method, path, client address, ...
 *   3. each header line: one look-up; a source that is found fills its slots
 *   4. each cookie and query field in the same way, if slots ask for any
 *
 * What is dear (user agent families, client hints, header order) is made
 * when the first slot asks for it.
 */
#include "request/browser.h"
#include "request/plan.h"
#include "request/shape.h"
#include "request/transform.h"

struct fill {
    const struct plan *plan;
    const struct request *request;
    struct value *values;
    struct arena *workspace;
    bool *cut;
};

static void put_unknown(struct fill *fill, unsigned slot)
{
    fill->values[slot].state = VALUE_UNKNOWN;
    *fill->cut = true;
}

static void put_text(struct fill *fill, unsigned slot, struct view text)
{
    if (!transform_value(&fill->plan->slots[slot], text, &fill->values[slot],
                         fill->workspace)) {
        *fill->cut = true;
    }
}

static void put_number(struct fill *fill, unsigned slot, uint64_t number)
{
    fill->values[slot].state = VALUE_PRESENT;
    fill->values[slot].number = number;
}

static void put_state(struct fill *fill, const struct slot_list *list,
                      enum value_state state)
{
    for (size_t i = 0; i < list->count; i++) {
        fill->values[list->slots[i]].state = state;
    }
}

/* ---- slots of no source ---- */

/* Where the request holds the text of a field, plus one; 0: nowhere. */
#define AT(member) (offsetof(struct request, member) + 1)
static const size_t text_at[FIELD_COUNT] = {
    [FIELD_METHOD] = AT(method),
    [FIELD_SCHEME] = AT(scheme),
    [FIELD_HOST] = AT(host_name),
    [FIELD_SITE] = AT(site),
    [FIELD_PATH] = AT(path.canonical),
    [FIELD_RAW_PATH] = AT(path.raw),
    [FIELD_HTTP_VERSION] = AT(http_version),
    [FIELD_COUNTRY] = AT(country),
    [FIELD_AS_ORG] = AT(as_org),
    [FIELD_JA3] = AT(ja3),
    [FIELD_JA4] = AT(ja4),
    [FIELD_TRANSPORT] = AT(transport),
};
/* The same of what is absent, not unknown, where there is none: once the
 * payment is parsed, or the target known. */
static const size_t optional_at[FIELD_COUNT] = {
    [FIELD_QUERY] = AT(path.query),
    [FIELD_PAYMENT_PROTOCOL] = AT(payment.protocol),
    [FIELD_PAYMENT_SCHEME] = AT(payment.scheme),
    [FIELD_PAYMENT_NETWORK] = AT(payment.network),
    [FIELD_PAYMENT_PAYER] = AT(payment.payer),
};
#undef AT

static struct view text_of(const struct request *request, size_t at)
{
    struct view text;

    memcpy(&text, (const char *)request + at - 1, sizeof(text));
    return text;
}

static void fill_optional(struct fill *fill, unsigned slot, enum field field)
{
    const struct request *request = fill->request;
    struct view text = text_of(request, optional_at[field]);
    bool known = field == FIELD_QUERY ? request->path.raw.at != NULL
                                      : request->payment.filled;

    if (known && text.at) {
        put_text(fill, slot, text);
    } else if (known) {
        fill->values[slot].state = VALUE_ABSENT;
    }
}

static void fill_payment(struct fill *fill, unsigned slot, enum field field)
{
    const struct payment_slots *payment = &fill->request->payment;
    struct value *value = &fill->values[slot];

    if (!payment->filled) {
        return;
    }
    value->state = VALUE_ABSENT;
    if (field == FIELD_PAYMENT_STATE && payment->state) {
        put_text(fill, slot, view_text(payment->state));
    } else if (field == FIELD_PAYMENT_VERSION && payment->version > 0) {
        put_number(fill, slot, payment->version);
    } else if (field == FIELD_PAYMENT_AMOUNT && payment->has_amount) {
        value->state = VALUE_PRESENT;
        value->amount = &payment->amount;
    }
}

/* Are all header lines here, and nothing else? */
static bool headers_whole(const struct request *request)
{
    return !request->headers_limited && !request->overflow;
}

static void fill_order(struct fill *fill, unsigned slot, enum field field)
{
    struct view text;

    if (!headers_whole(fill->request) || !fill->request->order_kept) {
        return;
    }
    text = shape_order(fill->request, fill->workspace);
    if (text.at && field == FIELD_HEADER_SHAPE) {
        text = shape_hash(text, fill->workspace);
    }
    if (text.at) {
        put_text(fill, slot, text);
    } else {
        put_unknown(fill, slot);
    }
}

/* Facts that are neither plain text nor optional. */
static void fill_other(struct fill *fill, unsigned slot, enum field field)
{
    const struct request *request = fill->request;

    switch (field) {
    case FIELD_PATH_AMBIGUOUS:
        if (request->path.raw.at) {
            put_number(fill, slot, request->path.ambiguous);
        }
        break;
    case FIELD_HEADER_COUNT:
        if (headers_whole(request)) {
            put_number(fill, slot, request->header_count);
        }
        break;
    case FIELD_HEADER_ORDER:
    case FIELD_HEADER_SHAPE:
        fill_order(fill, slot, field);
        break;
    case FIELD_CLIENT_IP:
        if (request->client_known) {
            fill->values[slot].state = VALUE_PRESENT;
            fill->values[slot].address = &request->client;
        }
        break;
    case FIELD_ASN:
        if (request->has_asn) {
            put_number(fill, slot, request->asn);
        }
        break;
    case FIELD_PAYMENT_STATE:
    case FIELD_PAYMENT_VERSION:
    case FIELD_PAYMENT_AMOUNT:
        fill_payment(fill, slot, field);
        break;
    default: /* label, score, class, rates: others write them */
        break;
    }
}

static void fill_plain(struct fill *fill)
{
    for (size_t i = 0; i < fill->plan->plain.count; i++) {
        unsigned slot = fill->plan->plain.slots[i];
        enum field field = fill->plan->slots[slot].field;

        if (text_at[field]) {
            struct view text = text_of(fill->request, text_at[field]);

            if (text.at) {
                put_text(fill, slot, text);
            }
        } else if (optional_at[field]) {
            fill_optional(fill, slot, field);
        } else {
            fill_other(fill, slot, field);
        }
    }
}

/* ---- slots of headers ---- */

/* What is made of one header's text, once. */
struct header_facts {
    struct view text;
    struct browser browser;
    bool has_browser;
    struct hints hints;
    struct view brands;
    enum value_state brands_state;
    bool has_brands;
};

static void read_brands(struct fill *fill, struct header_facts *facts)
{
    char *room = arena_alloc(fill->workspace, facts->text.size);
    struct text brands = text_in(room, facts->text.size);

    facts->has_brands = true;
    facts->brands_state = VALUE_UNKNOWN;
    facts->hints.has_major = false;
    if (room) {
        bool read = hints_read(&facts->hints, facts->text, &brands);

        facts->brands_state = read ? VALUE_PRESENT : VALUE_ABSENT;
        facts->hints.has_major &= read;
        facts->brands = text_view(&brands);
    }
}

static void put_optional(struct fill *fill, unsigned slot, struct view text)
{
    if (text.at) {
        put_text(fill, slot, text);
    } else {
        fill->values[slot].state = VALUE_ABSENT;
    }
}

static void put_major(struct fill *fill, unsigned slot, bool has,
                      uint64_t major)
{
    if (has) {
        put_number(fill, slot, major);
    } else {
        fill->values[slot].state = VALUE_ABSENT;
    }
}

static void fill_browser(struct fill *fill, unsigned slot, enum field field,
                         struct header_facts *facts)
{
    struct browser *browser = &facts->browser;

    if (!facts->has_browser) {
        browser_read(browser, facts->text);
        facts->has_browser = true;
    }
    switch (field) {
    case FIELD_UA_FAMILY:
        put_optional(fill, slot, browser->family);
        break;
    case FIELD_UA_PLATFORM:
        put_optional(fill, slot, browser->platform);
        break;
    case FIELD_UA_MAJOR:
        put_major(fill, slot, browser->has_major, browser->major);
        break;
    default:
        put_number(fill, slot, browser->mobile);
        break;
    }
}

static void fill_brands(struct fill *fill, unsigned slot, enum field field,
                        struct header_facts *facts)
{
    if (!facts->has_brands) {
        read_brands(fill, facts);
    }
    if (facts->brands_state == VALUE_UNKNOWN) {
        put_unknown(fill, slot);
    } else if (field == FIELD_CH_MAJOR) {
        put_major(fill, slot, facts->hints.has_major, facts->hints.major);
    } else if (facts->brands_state == VALUE_PRESENT) {
        put_text(fill, slot, facts->brands);
    } else {
        fill->values[slot].state = VALUE_ABSENT;
    }
}

static void fill_mobile_hint(struct fill *fill, unsigned slot, struct view text)
{
    text = view_trim(text);
    if (view_equal(text, VIEW("?1")) || view_equal(text, VIEW("?0"))) {
        put_number(fill, slot, text.at[1] == '1');
    } else {
        fill->values[slot].state = VALUE_ABSENT;
    }
}

static void fill_slot(struct fill *fill, unsigned slot,
                      struct header_facts *facts)
{
    enum field field = fill->plan->slots[slot].field;

    switch (field) {
    case FIELD_UA_FAMILY:
    case FIELD_UA_MAJOR:
    case FIELD_UA_PLATFORM:
    case FIELD_UA_MOBILE:
        fill_browser(fill, slot, field, facts);
        break;
    case FIELD_CH_BRANDS:
    case FIELD_CH_MAJOR:
        fill_brands(fill, slot, field, facts);
        break;
    case FIELD_CH_PLATFORM:
        put_optional(fill, slot, hints_unquote(facts->text));
        break;
    case FIELD_CH_MOBILE:
        fill_mobile_hint(fill, slot, facts->text);
        break;
    default: /* the header itself */
        put_text(fill, slot, facts->text);
    }
}

/* A source that the request has: its first line and the number of lines. */
struct found {
    const struct source *source;
    size_t first;
    size_t lines;
};

static size_t find_headers(const struct fill *fill,
                           struct found found[REQUEST_HEADERS_MAX])
{
    const struct request *request = fill->request;
    size_t count = 0;

    for (size_t i = 0; i < request->header_count; i++) {
        const struct source *source =
            plan_find(fill->plan, SOURCE_HEADER, request->headers[i].name);
        size_t at = 0;

        if (!source) {
            continue;
        }
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

static void fill_header(struct fill *fill, const struct found *found)
{
    const struct source *source = found->source;
    struct header_facts facts = {.has_browser = false};

    if (source->slot_count == 0) {
        return;
    }
    facts.text = found->lines == 1 ? fill->request->headers[found->first].value
                                   : join(fill, found);
    for (size_t i = 0; i < source->slot_count; i++) {
        if (facts.text.at) {
            fill_slot(fill, source->slots[i], &facts);
        } else {
            put_unknown(fill, source->slots[i]);
        }
    }
}

/* ---- slots of cookies and query fields ---- */

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

void facts_fill(const struct plan *plan, const struct request *request,
                struct value *values, struct arena *workspace, bool *cut)
{
    struct fill fill = {plan, request, values, workspace, cut};
    struct found found[REQUEST_HEADERS_MAX];
    size_t count;

    if (plan->count == 0) {
        return;
    }
    memcpy(values, headers_whole(request) ? plan->absent : plan->unknown,
           plan->count * sizeof(*values));
    fill_plain(&fill);
    fill_known(&fill);
    count = find_headers(&fill, found);
    for (size_t i = 0; i < count; i++) {
        fill_header(&fill, &found[i]);
        if (found[i].source == plan->cookie_header) {
            fill_cookies(&fill, &found[i]);
        }
    }
    fill_query(&fill);
}
