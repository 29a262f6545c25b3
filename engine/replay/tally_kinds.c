/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kinds of requests into a tally's tables; see kind.h.
 */
#include "replay/tally.h"

static bool is_text(struct view v, const char *text)
{
    return v.size > 0 && v.at[0] == text[0] && view_equal(v, view_text(text));
}

static size_t class_of(struct view name)
{
    size_t i = 0;

    while (i < TALLY_CLASSES && !is_text(name, tally_classes[i])) {
        i++;
    }
    return i < TALLY_CLASSES ? i : TALLY_UNKNOWN;
}

static bool is_name(struct view v)
{
    return v.size > 0 && !view_equal(v, VIEW("-"));
}

static void tell(struct tally *tally, enum tally_table table,
                 const struct kind *kind, struct view name, struct view other,
                 struct view asset)
{
    struct row *row = table_row(&tally->tables[table], name, other, asset);

    if (!row) {
        tally->failed = true;
        return;
    }
    row->requests += kind->requests;
    if (asset.at) {
        row->charged += kind->requests;
        row->overflow |=
            kind->overflow || !amount_add(&row->amount, &kind->amount);
    }
}

/* Requests that cost nothing are counted under the route alone. */
static void tell_route(struct tally *tally, const struct kind *kind)
{
    struct view route = kind_text(kind, KIND_ROUTE);
    struct view asset = kind_text(kind, KIND_ASSET);

    if (kind->charged) {
        tell(tally, TALLY_ROUTES, kind, route, VIEW_NONE, asset);
        tell(tally, TALLY_REVENUE, kind, kind_text(kind, KIND_AGENT), route,
             asset);
        tell(tally, TALLY_CHARGES, kind, kind_text(kind, KIND_CLASS), route,
             asset);
    } else if (is_name(route)) {
        tell(tally, TALLY_ROUTES, kind, route, VIEW_NONE, VIEW_NONE);
    }
}

void tally_tell_kind(struct tally *tally, struct kind *kind)
{
    struct view agent = kind_text(kind, KIND_AGENT);

    if (is_name(agent)) {
        tell(tally, TALLY_AGENTS, kind, agent, kind_text(kind, KIND_ORG),
             VIEW_NONE);
    }
    tell(tally, TALLY_SITES, kind, kind_text(kind, KIND_SITE), VIEW_NONE,
         VIEW_NONE);
    tell(tally, TALLY_PAYMENTS, kind, kind_text(kind, KIND_PAYMENT), VIEW_NONE,
         VIEW_NONE);
    if (!kind->allowed) {
        tell(tally, TALLY_REFUSALS, kind, kind_text(kind, KIND_REASON),
             VIEW_NONE, VIEW_NONE);
    }
    for (size_t i = KIND_NAMES; i < kind->names; i++) {
        tell(tally, TALLY_RULES, kind, kind_text(kind, i), VIEW_NONE,
             VIEW_NONE);
    }
    tell_route(tally, kind);
    kind->requests = 0;
}

void tally_start_kind(struct kind *kind)
{
    kind->class = (unsigned char)class_of(kind_text(kind, KIND_CLASS));
    kind->allowed = is_text(kind_text(kind, KIND_ACTION), "allow");
    kind->charged =
        kind->allowed && is_text(kind_text(kind, KIND_PRICE), "charge");
    kind->overflow = false;
    memset(&kind->amount, 0, sizeof kind->amount);
}

struct kind *tally_kind(struct tally *tally, const struct wb_request *request,
                        struct kind *room)
{
    if (!kind_read(room, request)) {
        tally_start_kind(room);
        return room;
    }
    struct kind *there = kinds_place(tally->kinds, room);
    if (there->requests > 0 && kind_is(there, room)) {
        return there;
    }
    if (there->requests > 0) {
        tally_tell_kind(tally, there);
    }
    *there = *room;
    tally_start_kind(there);
    return there;
}

void tally_tell(struct tally *tally, const struct wb_request *request,
                struct kind *kind)
{
    struct wb_text rule;

    for (size_t i = kind->names - KIND_NAMES;
         (rule = wb_decision_rule(request, i, NULL)).data; i++) {
        tell(tally, TALLY_RULES, kind, view_of(rule.data, rule.size), VIEW_NONE,
             VIEW_NONE);
    }
    tally_tell_kind(tally, kind);
}

void tally_settle_kinds(struct tally *tally)
{
    for (size_t i = 0; i < KIND_PLACES; i++) {
        if (tally->kinds->places[i].requests > 0) {
            tally_tell_kind(tally, &tally->kinds->places[i]);
        }
    }
}
