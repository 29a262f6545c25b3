/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows of time as they are written.
 *
 *   from, until   2026-12-01, 2026-12-01T08:00, 2026-12-01T08:00:00Z, ...
 *                 by the zone's clock where no offset is given; `until` is
 *                 the first moment that is out again
 *   weekdays      mon tue wed thu fri sat sun
 *   hours         "08:00-18:00"; "22:00-06:00" is a night of the first day
 */
#include "base/record_time.h"
#include "pricing/parts_load.h"

#define SECOND INT64_C(1000000)

static const char *const day_names[] = {"mon", "tue", "wed", "thu",
                                        "fri", "sat", "sun"};

struct window_keys {
    const struct node *from, *until, *hours, *zone;
    struct schema_texts weekdays;
};
static const struct schema_key window_schema[] = {
    {"from", SCHEMA_NODE, offsetof(struct window_keys, from), false, NULL, NULL,
     0, 0, "the first moment: a date, or a date and a time"},
    {"until", SCHEMA_NODE, offsetof(struct window_keys, until), false, NULL,
     NULL, 0, 0, "the first moment after it"},
    {"weekdays", SCHEMA_TEXTS, offsetof(struct window_keys, weekdays), false,
     NULL, NULL, 0, 0, "days of the week: [mon, tue]; any without it"},
    {"hours", SCHEMA_NODE, offsetof(struct window_keys, hours), false, NULL,
     NULL, 0, 0, "hours of the day: \"08:00-18:00\"; past midnight too"},
    {"zone", SCHEMA_NODE, offsetof(struct window_keys, zone), false, NULL, NULL,
     0, 0, "whose clock: +01:00, Europe/Berlin or a TZif file; UTC without it"},
    {0}};
static const struct shape_part window_parts[] = {{"from", &shape_scalar},
                                                 {"until", &shape_scalar},
                                                 {"hours", &shape_scalar},
                                                 {"zone", &shape_scalar},
                                                 {0}};
const struct shape window_shape = {.kind = SHAPE_KEYS,
                                   .name = "window",
                                   .keys = window_schema,
                                   .parts = window_parts};

/* "08:00" in minutes; 24:00 is the end of the day. */
static bool read_clock(struct view v, unsigned *out)
{
    unsigned long long hour;
    unsigned long long minute;

    if (v.size != 5 || v.at[2] != ':' ||
        !view_to_u64(view_of(v.at, 2), &hour) ||
        !view_to_u64(view_of(v.at + 3, 2), &minute) || hour > 24 ||
        minute > 59 || (hour == 24 && minute > 0)) {
        return false;
    }
    *out = (unsigned)(hour * 60 + minute);
    return true;
}

static bool read_hours(struct loader *loader, const struct node *node,
                       struct window *out)
{
    struct view text = node->kind == NODE_SCALAR ? node->text : VIEW_NONE;
    struct view start = view_trim(view_cut(&text, '-'));
    struct view end = view_trim(text);

    if (!read_clock(start, &out->start) || !read_clock(end, &out->end) ||
        out->start == out->end || out->start == 24 * 60) {
        return load_error(loader, node, "P046", NULL,
                          "expected hours such as \"08:00-18:00\", found "
                          "'%.*s'",
                          VIEW_ARG(load_shown(node->text)));
    }
    out->hours = true;
    return true;
}

static bool read_weekdays(struct loader *loader,
                          const struct schema_texts *texts, struct window *out)
{
    out->weekdays = 0;
    for (size_t i = 0; i < texts->count; i++) {
        unsigned day = 0;
        while (day < 7 &&
               !view_equal(texts->nodes[i]->text, view_text(day_names[day]))) {
            day++;
        }
        if (day == 7) {
            return load_error(loader, texts->nodes[i], "P046", NULL,
                              "expected one of mon, tue, wed, thu, fri, sat, "
                              "sun, found '%.*s'",
                              VIEW_ARG(load_shown(texts->nodes[i]->text)));
        }
        out->weekdays |= 1u << day;
    }
    return true;
}

/* The moment at which a zone's clock first shows so many seconds. */
static int64_t from_clock(const struct zone *zone, int64_t local)
{
    int64_t guess = local - zone_offset(zone, local);
    return local - zone_offset(zone, guess);
}

/* A date, or a date and a time with or without an offset. */
static bool read_moment(struct loader *loader, const struct node *node,
                        const struct zone *zone, int64_t *out)
{
    char room[64];
    struct text t = text_in(room, sizeof room);
    struct view text = node->kind == NODE_SCALAR ? node->text : VIEW_NONE;
    bool date = text.size == 10;
    bool minutes = text.size == 16;

    if (record_time_read(text, out) && text.size > 10 &&
        view_find(text, '-') == 4) {
        return true; /* it says its offset */
    }
    text_add(&t, text);
    text_add(&t, date      ? VIEW("T00:00:00Z")
                 : minutes ? VIEW(":00Z")
                           : VIEW("Z"));
    if (t.cut || view_find(text, '-') != 4 ||
        !record_time_read(text_view(&t), out)) {
        return load_error(loader, node, "P046", NULL,
                          "expected a date or a time such as 2026-12-01 or "
                          "2026-12-01T08:00, found '%.*s'",
                          VIEW_ARG(load_shown(node->text)));
    }
    *out = from_clock(zone, *out / SECOND) * SECOND;
    return true;
}

static bool read_bounds(struct loader *loader, const struct node *map,
                        const struct window_keys *keys, struct window *out)
{
    if ((keys->from &&
         !read_moment(loader, keys->from, &out->zone, &out->from)) ||
        (keys->until &&
         !read_moment(loader, keys->until, &out->zone, &out->until))) {
        return false;
    }
    return out->from < out->until ||
           load_error(loader, map, "P046", NULL, "it ends before it begins");
}

const struct window *window_read(struct loader *loader, const struct node *map)
{
    struct window_keys keys = {0};
    struct window *window = load_array(loader, map, 1, sizeof *window);

    if (!window || !load_map(loader, window_schema, map, "valid", &keys)) {
        return NULL;
    }
    if (map->count == 0 || (map->count == 1 && keys.zone)) {
        load_error(loader, map, "P025", NULL,
                   "'valid' says at least one of from, until, weekdays, "
                   "hours");
        return NULL;
    }
    window->from = INT64_MIN;
    window->until = INT64_MAX;
    window->weekdays = 0x7f;
    if ((keys.zone && !zone_read(loader, keys.zone, &window->zone)) ||
        (keys.hours && !read_hours(loader, keys.hours, window)) ||
        (node_get(map, "weekdays") &&
         !read_weekdays(loader, &keys.weekdays, window)) ||
        !read_bounds(loader, map, &keys, window)) {
        return NULL;
    }
    if (window->weekdays == 0) {
        load_error(loader, node_get(map, "weekdays"), "P025", NULL,
                   "'weekdays': an empty list is never");
        return NULL;
    }
    return window;
}
