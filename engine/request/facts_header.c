/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots that are made of one header: its text, or what a browser says in it.
 * The user agent and the list of brands are read when the first slot asks,
 * and once.
 */
#include "request/accept.h"
#include "request/browser.h"
#include "request/fill.h"

/* What is made of one header's text, once. */
struct header_facts {
    struct view text;
    struct hints hints;
    bool has_hints;
    bool is_list;
    struct view brands; /* NONE: no room */
    bool has_brands;
    bool looked; /* for Chromium alone */
    struct told told;
};

/* The list of brands is written down only for who asks for it. */
static void read_hints(struct fill *fill, struct header_facts *facts,
                       bool brands)
{
    char *room = NULL;
    struct text text;

    if (facts->has_hints && (!brands || facts->has_brands)) {
        return;
    }
    if (brands) {
        room = arena_alloc(fill->workspace, facts->text.size);
        text = text_in(room, facts->text.size);
        facts->has_brands = true;
    }
    facts->has_hints = true;
    facts->is_list =
        hints_read(&facts->hints, facts->text, room ? &text : NULL);
    facts->hints.has_major &= facts->is_list;
    if (room) {
        facts->brands = text_view(&text);
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

static const struct browser *browser_of(struct fill *fill, struct view text)
{
    if (!fill->has_browser) {
        browser_read(&fill->browser, text);
        fill->has_browser = true;
    }
    return &fill->browser;
}

static void fill_browser(struct fill *fill, unsigned slot, enum field field,
                         struct header_facts *facts)
{
    const struct browser *browser = browser_of(fill, facts->text);

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
    case FIELD_UA_ENGINE:
        put_optional(fill, slot, browser->engine);
        break;
    case FIELD_UA_ENGINE_MAJOR:
        put_major(fill, slot, browser->has_engine_major, browser->engine_major);
        break;
    default:
        put_number(fill, slot, browser->mobile);
        break;
    }
}

static void fill_brands(struct fill *fill, unsigned slot,
                        struct header_facts *facts)
{
    read_hints(fill, facts, true);
    if (!facts->brands.at) {
        put_unknown(fill, slot);
    } else if (facts->is_list) {
        put_text(fill, slot, facts->brands);
    } else {
        fill->values[slot].state = VALUE_ABSENT;
    }
}

/* Chromium's version in the list, looked for once. */
static bool chromium_of(struct header_facts *facts)
{
    if (!facts->looked) {
        facts->looked = true;
        facts->told.chromium =
            hints_chromium(facts->text, &facts->told.chromium_major);
    }
    return facts->told.chromium;
}

/* Lists that do not name Chromium have their own rules. */
static void fill_grease(struct fill *fill, unsigned slot,
                        struct header_facts *facts)
{
    fill->values[slot].state = VALUE_ABSENT;
    if (chromium_of(facts)) {
        put_number(fill, slot, hints_grease(facts->text));
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

/* The user agent read, for comparing hints with it; NULL if there is none. */
static const struct browser *other_half(struct fill *fill)
{
    unsigned agent = fill->plan->agent;
    struct view text;

    if (fill->has_browser) {
        return &fill->browser;
    }
    if (fill->lines[agent].first == 0) {
        return NULL;
    }
    text = fill_text(fill, agent);
    if (!text.at) {
        *fill->cut = true;
        return NULL;
    }
    return browser_of(fill, text);
}

/* Absent where one of the two does not say it. */
void fill_same(struct fill *fill, unsigned slot, const struct told *told)
{
    const struct browser *browser = other_half(fill);

    if (!browser) {
        fill->values[slot].state = facts_missing(fill, fill->plan->agent);
        return;
    }
    fill->values[slot].state = VALUE_ABSENT;
    if (fill->plan->slots[slot].field == FIELD_CH_SAME_PLATFORM) {
        if (told->platform.at && browser->platform.at) {
            put_number(fill, slot,
                       view_equal(told->platform, browser->platform));
        }
        return;
    }
    if (told->chromium && browser->has_engine_major &&
        view_equal(browser->engine, VIEW("blink"))) {
        put_number(fill, slot, told->chromium_major == browser->engine_major);
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
    case FIELD_UA_ENGINE:
    case FIELD_UA_ENGINE_MAJOR:
        fill_browser(fill, slot, field, facts);
        break;
    case FIELD_CH_BRANDS:
        fill_brands(fill, slot, facts);
        break;
    case FIELD_CH_MAJOR:
        read_hints(fill, facts, false);
        put_major(fill, slot, facts->hints.has_major, facts->hints.major);
        break;
    case FIELD_CH_GREASE:
        fill_grease(fill, slot, facts);
        break;
    case FIELD_CH_PLATFORM:
        put_optional(fill, slot, hints_unquote(facts->text));
        break;
    case FIELD_CH_MOBILE:
        fill_mobile_hint(fill, slot, facts->text);
        break;
    case FIELD_CH_SAME_MAJOR:
        (void)chromium_of(facts);
        fill_same(fill, slot, &facts->told);
        break;
    case FIELD_CH_SAME_PLATFORM:
        facts->told.platform = hints_platform(hints_unquote(facts->text));
        fill_same(fill, slot, &facts->told);
        break;
    case FIELD_ENCODING_KIND:
        put_text(fill, slot, encoding_kind(facts->text));
        break;
    default:
        (void)fill_alone(fill, slot, facts->text);
    }
}

bool fill_alone(struct fill *fill, unsigned slot, struct view text)
{
    switch (fill->plan->slots[slot].field) {
    case FIELD_ACCEPT_KIND:
        put_text(fill, slot, accept_kind(text));
        return true;
    case FIELD_HEADER:
    case FIELD_USER_AGENT:
        put_text(fill, slot, text);
        return true;
    default:
        return false;
    }
}

void fill_header(struct fill *fill, const struct plan_source *source,
                 struct view text, struct told *told)
{
    struct header_facts facts = {.text = text};

    for (size_t i = 0; i < source->slot_count; i++) {
        fill_slot(fill, source->slots[i], &facts);
    }
    if (told) {
        *told = facts.told;
        if (source == &fill->plan->sources[fill->plan->agent]) {
            told->browser = *browser_of(fill, text);
        }
    }
}
