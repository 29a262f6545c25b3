/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rates: what is counted, by which key, over which window.
 *
 *   rates: { ip-minute: { per: client-ip, window: 60s } }
 *
 * They are known to all packs of a snapshot; that a `rate.NAME` is declared
 * is checked when all are there.
 */
#include "base/hash.h"
#include "classify/draft_load.h"

#include "config/schema.h"

#define SECOND INT64_C(1000000)
#define DAY (24 * 60 * 60 * SECOND)
#define PER_MAX 4
#define NAME_MAX_BYTES 64

struct rate_text {
    struct schema_texts per;
    int64_t window;
};

static const struct schema_key rate_keys[] = {
    {"per", SCHEMA_TEXTS, offsetof(struct rate_text, per), true, NULL, NULL, 0,
     0, "fields that make the key, such as client-ip"},
    {"window", SCHEMA_DURATION, offsetof(struct rate_text, window), true, NULL,
     NULL, SECOND, DAY, "what is counted, back from now"},
    {0}};

static const struct shape rate_shape = {.kind = SHAPE_KEYS, .keys = rate_keys};
const struct shape rates_shape = {.kind = SHAPE_MAP, .of = &rate_shape};

static bool read_part(struct rules *rules, const struct node *node,
                      struct reading *reading, size_t *slot)
{
    enum field field;

    if (!slot_read(rules, node, node->text, reading, slot)) {
        return false;
    }
    field = plan_slot_at(rules->plan, *slot)->field;
    if (field == FIELD_LABEL || field == FIELD_SCORE || field == FIELD_CLASS ||
        field == FIELD_RATE) {
        rules_refuse(rules, node->place, RULE_RATE, NULL,
                     "a rate cannot be counted per '%.*s', expected a field "
                     "of the request",
                     VIEW_ARG(node->text));
        return false;
    }
    return true;
}

static bool read_parts(struct rules *rules, const struct node *node,
                       const struct schema_texts *per, struct draft_rate *rate)
{
    struct reading reading = {0};
    size_t *slots = arena_array(rules->arena, per->count + 1, sizeof(*slots));

    if (!slots) {
        return rules_no_memory(rules);
    }
    if (per->count == 0 || per->count > PER_MAX) {
        rules_refuse(rules, node->place, RULE_RATE, NULL,
                     "a rate counts per %zu fields, expected 1 to %d",
                     per->count, PER_MAX);
        return false;
    }
    for (size_t i = 0; i < per->count; i++) {
        if (!read_part(rules, per->nodes[i], &reading, &slots[i])) {
            return false;
        }
    }
    rate->info.slots = slots;
    rate->info.slot_count = per->count;
    rate->of_payment = reading.reads_payment;
    return true;
}

static bool add(struct rules *rules, const struct node *node,
                const struct draft_rate *rate)
{
    size_t count = rules->rate_names.count;
    struct draft_rate *rates = list_room(
        rules->arena, rules->rates, &rules->rate_room, count, sizeof(*rates));

    if (!rates) {
        return rules_no_memory(rules);
    }
    rules->rates = rates;
    if (names_add(&rules->rate_names, node->key) == SIZE_MAX) {
        return rules_no_memory(rules);
    }
    rates[count] = *rate;
    return true;
}

static bool read_rate(struct rules *rules, const struct node *node)
{
    struct rate_text text = {0};
    struct draft_rate rate = {
        .info = {.name = node->key, .name_hash = hash_table(node->key)},
        .place = node->key_place};
    size_t other = names_find(&rules->rate_names, node->key);

    if (!id_is_good(node->key) || node->key.size > NAME_MAX_BYTES) {
        rules_refuse(rules, node->key_place, RULE_RATE, NULL,
                     "a rate's name, found '%.*s', expected small letters, "
                     "digits and '-'",
                     VIEW_ARG(node->key));
        return false;
    }
    if (other != SIZE_MAX) {
        struct place place = rules->rates[other].place;

        rules_refuse(rules, node->key_place, RULE_RATE, NULL,
                     "the rate '%.*s' is declared already, at %.*s:%u",
                     VIEW_ARG(node->key), VIEW_ARG(place.source->name),
                     place.line);
        return false;
    }
    if (!schema_read(rate_keys, node, "a rate", &text, rules->arena,
                     rules->problems) ||
        !read_parts(rules, node, &text.per, &rate)) {
        return false;
    }
    rate.info.window = text.window;
    return add(rules, node, &rate);
}

bool rates_read(struct rules *rules, const struct node *node)
{
    bool good = true;

    if (!schema_expect(node, NODE_MAP, rules->problems)) {
        return false;
    }
    for (const struct node *n = node->first; n; n = n->next) {
        good = read_rate(rules, n) && good;
    }
    return good;
}

bool rates_check(struct rules *rules)
{
    bool good = true;

    for (size_t i = 0; i < rules->rate_reader_count; i++) {
        const struct rate_reader *reader = &rules->rate_readers[i];
        struct view name = plan_slot_at(rules->plan, reader->slot)->parameter;
        char room[HINT_ROOM];

        if (names_find(&rules->rate_names, name) != SIZE_MAX) {
            continue;
        }
        rules_refuse(
            rules, reader->place, RULE_RATE,
            hint_nearest(room, names_nearest(&rules->rate_names, name)),
            "no pack declares the rate '%.*s'", VIEW_ARG(name));
        good = false;
    }
    return good;
}
