/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots that are made of one header: its text, or what a browser says in it.
 * The user agent and the list of brands are read when the first slot asks,
 * and once.
 */
#include "request/browser.h"
#include "request/fill.h"

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

void fill_header(struct fill *fill, const struct source *source,
                 struct view text)
{
    struct header_facts facts = {.text = text};

    for (size_t i = 0; i < source->slot_count; i++) {
        fill_slot(fill, source->slots[i], &facts);
    }
}
