/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key of a request: first a word for each source of its plan (header or
 * order of headers), then one for each slot of none and of two.
 */
#include "classify/memo.h"
#include "request/shape.h"

/* Bytes of an order of headers that is remembered, as shape_code() has it. */
#define ORDER_CODE_MAX 160

/* ---- words of slots ---- */

uint32_t memo_stretch(const struct keyed_slot *keyed, uint64_t number)
{
    uint32_t low = 0, high = keyed->bound_count;

    if (high > 0 && number < keyed->bounds[0]) {
        return 0; /* as most counts are */
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (keyed->bounds[middle] <= number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* What is asked seldom and is not remembered waits until it is asked. */
static uint32_t word_of_text(struct evaluation *e, struct keyed_slot *keyed,
                             bool remembered)
{
    struct view text = e->values[keyed->slot].text;
    struct remembered *entry = NULL;
    uint32_t number;

    if (keyed->few.stride > 0) {
        entry = value_table_find(&keyed->few, text);
        if (entry && entry->note) {
            return entry->note;
        }
        entry = entry ? entry : value_table_add(&keyed->few, text);
    }
    if (!entry && !remembered && e->program->slots[keyed->slot].lazy) {
        return VALUE_PRESENT;
    }
    number = memo_effect(e, keyed);
    if (entry && number) {
        entry->note = MEMO_WORD(number);
    }
    return number ? MEMO_WORD(number) : 0;
}

/* `remembered`: the word of the slot's header is noted. 0: it has none, and the
 * memo is full. */
static inline uint32_t word_of_slot(struct evaluation *e,
                                    struct keyed_slot *keyed, bool remembered)
{
    const struct value *value = &e->values[keyed->slot];
    uint32_t number;

    if (value->state != VALUE_PRESENT) {
        return value->state;
    }
    switch (keyed->by) {
    case KEYED_TEXT:
        return word_of_text(e, keyed, remembered);
    case KEYED_NUMBER:
        return MEMO_WORD(memo_stretch(keyed, value->number));
    case KEYED_ADDRESS:
        number = weighing_nest(e, keyed->slot);
        return number == IMAGE_NONE ? VALUE_PRESENT : MEMO_WORD(number);
    default:
        return VALUE_PRESENT;
    }
}

/* ---- words of headers ---- */

static uint32_t word_of_part(struct evaluation *e, uint32_t source,
                             bool remembered)
{
    struct memo *memo = e->memo;
    const struct part *part = &memo->parts[source];
    struct keyed_slot *slots = memo->slots + part->first;
    uint32_t number;

    if (part->count == 1) {
        return word_of_slot(e, slots, remembered);
    }
    memo->words[0] = e->program->atom_count + source;
    for (uint32_t i = 0; i < part->count; i++) {
        memo->words[i + 1] = word_of_slot(e, &slots[i], remembered);
    }
    number = memo->full ? 0 : memo_number(memo, memo->words, part->count + 1);
    return number ? MEMO_WORD(number) : 0;
}

/* The word of a user agent that was there with other build numbers, or 0: what
 * is to be remembered is *agent then. */
static uint32_t word_of_build(struct memo *memo, struct part *part,
                              struct view *agent, char room[MEMO_AGENT_MAX])
{
    struct view plain = memo_without_builds(memo, *agent, room);

    if (!plain.at) {
        return 0;
    }
    part->met = value_table_find(&part->table, plain);
    *agent = plain;
    return part->met ? part->met->note : 0;
}

/* Fills in the slots of a header whose value has no note, and notes it. */
static uint32_t fill_word(struct evaluation *e, uint32_t source,
                          struct view text)
{
    struct part *part = &e->memo->parts[source];
    struct told *told = NULL;
    uint32_t word;
    bool added = false;

    if (!part->met && text.at) {
        part->met = value_table_add(&part->table, text);
        added = part->met;
    }
    if (added) {
        told = value_table_told(&part->table, part->met);
    }
    facts_fill_source(e->fill, source, told);
    if (*e->fill->cut) {
        if (added) {
            part->met->used = 0;
        }
        return 0;
    }
    word = word_of_part(e, source, part->met != NULL);
    if (part->met) {
        part->met->note = word;
    }
    return word;
}

/* The same, but of a user agent no more than is new; one that begins anew was
 * not there with other build numbers either. */
static uint32_t find_word(struct evaluation *e, uint32_t source,
                          struct view text)
{
    struct part *part = &e->memo->parts[source];
    struct view kept = text;
    char room[MEMO_AGENT_MAX];
    uint32_t word = 0;

    if (source == e->fill->plan->agent) {
        if (!memo_seek_stem(e->memo, text) && text.at && !part->met) {
            word = word_of_build(e->memo, part, &kept, room);
        }
        if (word) {
            return word;
        }
        memo_take_stem(e, text);
    }
    return fill_word(e, source, kept);
}

/* False: it has none. */
static inline bool add_part(struct evaluation *e, uint32_t source,
                            struct view text)
{
    struct part *part = &e->memo->parts[source];
    uint32_t word = 0;

    part->met = text.at ? value_table_find(&part->table, text) : NULL;
    if (part->met) {
        word = part->met->note;
    }
    if (word == 0) {
        word = find_word(e, source, text);
    }
    memo_put_word(e->memo, source, word);
    return word != 0;
}

static bool add_order(struct evaluation *e)
{
    struct fill *fill = e->fill;
    uint32_t order = fill->plan->order;
    char code[ORDER_CODE_MAX];

    return fill->lines[order].first == 0 || e->memo->parts[order].plain ||
           add_part(e, order, shape_code(fill->request, code, sizeof(code)));
}

static bool add_headers(struct evaluation *e)
{
    const struct fill *fill = e->fill;

    for (size_t i = 0; i < fill->present_count; i++) {
        uint32_t source = fill->present[i];
        const struct part *part = &e->memo->parts[source];

        if (!part->plain) {
            if (!add_part(e, source, facts_line(fill, source))) {
                return false;
            }
        } else if (part->count > 0) {
            memo_put_word(e->memo, source, VALUE_PRESENT);
        }
    }
    return true;
}

/* ---- the other slots ---- */

static const struct told *told_of(const struct memo *memo, uint32_t source)
{
    const struct part *part = &memo->parts[source];

    return part->met ? value_table_told(&part->table, part->met) : NULL;
}

/* The user agent is not read again, now or once somebody asks. */
static void take_agent(struct evaluation *e)
{
    struct fill *fill = e->fill;
    uint32_t agent = fill->plan->agent;
    const struct told *told =
        fill->lines[agent].first > 0 ? told_of(e->memo, agent) : NULL;

    if (told && !fill->has_browser) {
        fill->browser = told->browser;
        fill->has_browser = true;
    }
}

/* Two headers are compared anew each time, by what is remembered of them. */
static void compare(struct evaluation *e, uint32_t slot)
{
    struct fill *fill = e->fill;
    uint32_t source = fill->plan->source_of[slot];
    const struct told *told = told_of(e->memo, source);

    if (fill->lines[source].done) {
        return;
    }
    if (fill->lines[source].first > 0 && told) {
        fill_same(fill, slot, told);
    } else {
        facts_fill_source(fill, source, NULL);
    }
}

static bool add_singles(struct evaluation *e)
{
    struct memo *memo = e->memo;
    uint32_t at = memo->part_count;

    for (uint32_t i = memo->first_single; i < memo->slot_count; i++, at++) {
        struct keyed_slot *keyed = &memo->slots[i];
        uint32_t word;

        if (keyed->joint) {
            compare(e, keyed->slot);
        }
        word = word_of_slot(e, keyed, false);
        if (word == 0 && e->values[keyed->slot].state == VALUE_PRESENT) {
            return false;
        }
        memo_put_word(memo, at, word);
    }
    return true;
}

/* ---- all of it ---- */

static void add_missing(struct memo *memo, const struct fill *fill)
{
    if (fill->whole) {
        memcpy(memo->key, memo->absent, memo->part_count * sizeof(*memo->key));
        return;
    }
    for (uint32_t i = 0; i < memo->part_count; i++) {
        memo->key[i] = facts_missing(fill, i);
    }
}

bool memo_make_key(struct evaluation *e)
{
    struct memo *memo = e->memo;

    if (memo->full) {
        memo_forget(memo);
    }
    memo->key_size = memo->part_count + memo->slot_count - memo->first_single;
    if (memo->key_size > MEMO_WORDS) {
        return false;
    }
    memo->hash = 0;
    add_missing(memo, e->fill);
    if (!add_headers(e) || !add_order(e)) {
        return false;
    }
    take_agent(e);
    return add_singles(e) && !*e->fill->cut;
}

/* ---- effects ---- */

static void take_word(struct evaluation *e, const struct keyed_slot *keyed,
                      uint32_t word)
{
    if (keyed->by == KEYED_TEXT && word > VALUE_PRESENT) {
        e->effects[keyed->slot] = word - MEMO_WORD(0);
    }
}

static void take_part(struct evaluation *e, uint32_t source, uint32_t word)
{
    const struct memo *memo = e->memo;
    const struct part *part = &memo->parts[source];
    const struct keyed_slot *slots = memo->slots + part->first;
    const uint32_t *words;

    if (part->count == 1) {
        take_word(e, slots, word);
        return;
    }
    words = memo->items + memo->lists[word - MEMO_WORD(0)].first + 1;
    for (uint32_t k = 0; k < part->count; k++) {
        take_word(e, &slots[k], words[k]);
    }
}

/* Most parts are not there. */
void memo_take_effects(struct evaluation *e)
{
    const struct memo *memo = e->memo;
    const uint32_t *word = memo->key + memo->part_count;

    memset(e->effects, 0, e->program->slot_count * sizeof(*e->effects));
    for (uint32_t i = 0; i < memo->part_count; i++) {
        if (memo->key[i] > VALUE_PRESENT) {
            take_part(e, i, memo->key[i]);
        }
    }
    for (uint32_t i = memo->first_single; i < memo->slot_count; i++) {
        take_word(e, &memo->slots[i], *word++);
    }
}

void memo_apply(struct evaluation *e, uint32_t number)
{
    const struct numbered_list *list = &e->memo->lists[number];

    for (uint32_t i = 0; i < list->count; i++) {
        weighing_set_atom(e, e->memo->items[list->first + i], TRUTH_TRUE);
    }
}
