/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What makes a rule worth a look. For each rule it finds a set of events
 *
 *   an atom found by an automaton or an index, a slot's state, a label raised
 *
 * such that without any of them the rule is exactly false; the set that
 * seldom happens is chosen where there is a choice:
 *
 *   quiet(n)   events without which n is false      a test: its hit, or its
 *                                                   slot unknown
 *   firm(n)    events without which n is true       `absent`: its slot
 *                                                   present or unknown
 *   all: quiet = the best part's       firm = all parts' together
 *   any: quiet = all parts' together   firm = the best part's
 *   not: quiet and firm change places
 *
 * A rule without such a set is looked at always.
 */
#include "classify/draft_load.h"

#include <stdlib.h>

#define NEVER 0u          /* needs no event: it is settled */
#define ALWAYS UINT32_MAX /* there is no such set */
#define COST_MAX 1000000u

/* How often things happen, in about thousandths of requests. */
#define COST_UNKNOWN 30u
#define COST_SURE 1000u

enum want { WANT_FALSE, WANT_TRUE };

struct event {
    uint32_t key; /* atoms, then slots x states, then labels */
    uint32_t rank;
};

struct waking {
    struct rules *rules;
    struct event *events;
    size_t count, room;
    uint32_t slot_key, label_key;
    uint32_t rank;
    bool failed;
};

static unsigned add_costs(unsigned a, unsigned b)
{
    if (a == ALWAYS || b == ALWAYS) {
        return ALWAYS;
    }
    return a + b < COST_MAX ? a + b : COST_MAX;
}

static enum want turned(enum want want)
{
    return want == WANT_FALSE ? WANT_TRUE : WANT_FALSE;
}

/* ---- how often ---- */

/* How many clients send a header, of a thousand, about. */
static unsigned header_chance(struct view name)
{
    static const struct {
        struct view prefix;
        unsigned chance;
    } known[] = {
        {{"accept", 6}, 750}, /* and -language, -encoding */
        {{"connection", 10}, 700}, {{"host", 4}, 950},
        {{"cookie", 6}, 400},      {{"sec-fetch-", 10}, 650},
        {{"sec-ch-ua", 9}, 450},   {{"upgrade-insecure-requests", 25}, 500}};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (view_starts(name, known[i].prefix)) {
            return known[i].chance;
        }
    }
    return 200;
}

static unsigned present_cost(const struct rules *rules, size_t slot)
{
    const struct slot *s = plan_slot_at(rules->plan, slot);

    switch (s->field) {
    case FIELD_HEADER:
        return header_chance(s->parameter);
    case FIELD_COOKIE:
    case FIELD_QUERY_NAME:
    case FIELD_QUERY:
        return 250;
    case FIELD_CH_BRANDS:
    case FIELD_CH_MAJOR:
    case FIELD_CH_PLATFORM:
    case FIELD_CH_MOBILE:
        return 400;
    case FIELD_PAYMENT_PROTOCOL:
    case FIELD_PAYMENT_VERSION:
    case FIELD_PAYMENT_SCHEME:
    case FIELD_PAYMENT_NETWORK:
    case FIELD_PAYMENT_PAYER:
    case FIELD_PAYMENT_AMOUNT:
        return 100;
    default:
        return 900;
    }
}

static unsigned absent_cost(const struct rules *rules, size_t slot)
{
    return 1000 - present_cost(rules, slot);
}

/* What browsers usually send: a literal in it is met all the time. */
static const char *const usual_values[] = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) "
    "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 "
    "Safari/604.1",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like "
    "Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,"
    "image/webp,*/*;q=0.8",
    "gzip, deflate, br, zstd",
    "en-US,en;q=0.9",
    "same-origin none navigate document empty cors ?1 ?0",
    "GET https www.example.com"};

static bool is_usual(struct view literal)
{
    for (size_t i = 0; i < sizeof(usual_values) / sizeof(usual_values[0]);
         i++) {
        struct view value = view_text(usual_values[i]);

        for (size_t at = 0; at + literal.size <= value.size; at++) {
            if (view_equal_fold(view_of(value.at + at, literal.size),
                                literal)) {
                return true;
            }
        }
    }
    return false;
}

static unsigned literal_cost(struct view literal)
{
    if (is_usual(literal)) {
        return 400;
    }
    return literal.size < 2   ? 400
           : literal.size < 3 ? 200
           : literal.size < 4 ? 60
           : literal.size < 6 ? 15
                              : 5;
}

static unsigned hit_cost(const struct rules *rules, uint32_t number)
{
    struct draft_atom *atom = &rules->atoms[number];
    unsigned sum = 0, most = present_cost(rules, atom->atom.slot) - 1;

    switch (plan_slot_at(rules->plan, atom->atom.slot)->field) {
    case FIELD_HEADER_ORDER: /* most names are in most requests */
    case FIELD_METHOD:       /* and these have few values to choose from */
    case FIELD_SCHEME:
    case FIELD_HTTP_VERSION:
    case FIELD_UA_FAMILY:
    case FIELD_UA_PLATFORM:
    case FIELD_UA_ENGINE:
    case FIELD_ACCEPT_KIND:
    case FIELD_ENCODING_KIND:
    case FIELD_CLASS:
        sum = 450;
        break;
    case FIELD_USER_AGENT: /* these are passed over in any case */
    case FIELD_PATH:
    case FIELD_HOST:
        break;
    default: /* and a pass over another has its price */
        sum = 100;
        break;
    }
    for (size_t i = 0; i < atom->operand_count && sum < most && !atom->cost;
         i++) {
        sum += literal_cost(atom->operands[i]);
    }
    if (!atom->cost) {
        atom->cost = (sum < most ? sum : most) + COST_UNKNOWN;
    }
    return atom->cost;
}

/* Rates and lengths that are asked for are high ones. */
static unsigned range_cost(const struct slot *slot,
                           const struct number_range *range)
{
    bool counts = slot->field == FIELD_RATE ||
                  slot->transforms[0] != TRANSFORM_NONE; /* a length */

    if (range->low == range->high) {
        return 40;
    }
    if (slot->field == FIELD_UA_MAJOR || slot->field == FIELD_CH_MAJOR ||
        slot->field == FIELD_UA_ENGINE_MAJOR) {
        /* most browsers are newer than what is asked for, none of them far */
        return range->high < UINT64_MAX ? 100 : range->low < 200 ? 850 : 10;
    }
    return counts && range->low > 100 ? 10 : 400;
}

/* A number or an address among many is a rare thing to be. */
static unsigned indexed_cost(const struct rules *rules, uint32_t number)
{
    const struct draft_atom *atom = &rules->atoms[number];
    unsigned most = present_cost(rules, atom->atom.slot) - 1;
    size_t sum = 0;

    for (size_t i = 0; i < atom->range_count && sum < most; i++) {
        sum += range_cost(plan_slot_at(rules->plan, atom->atom.slot),
                          &atom->numbers[i]);
    }

    for (size_t i = 0; i < atom->cidr_count; i++) {
        /* 0.0.0.0/0 and ::/0 are everybody. */
        sum += atom->cidrs[i].bits <= 96 + 4 ? 400 : 40;
    }
    return (sum < most ? (unsigned)sum : most) + COST_UNKNOWN;
}

static unsigned atom_cost(const struct rules *rules, uint32_t number)
{
    const struct atom *atom = &rules->atoms[number].atom;

    if (atom->kind == OP_LITERAL) {
        return hit_cost(rules, number);
    }
    if (atom_is_indexed(&rules->atoms[number])) {
        return indexed_cost(rules, number);
    }
    if (atom->needs != IMAGE_NONE) {
        return hit_cost(rules, atom->needs);
    }
    return present_cost(rules, atom->slot) + COST_UNKNOWN;
}

/* A label is met as often as the rules that give it, all of which have been
 * gone through before one that reads it. */
static unsigned label_cost(const struct rules *rules,
                           const struct label_test *test)
{
    unsigned sum = 1;

    for (size_t i = 0; i < test->label_count; i++) {
        const struct draft_label *label = &rules->draft_labels[test->labels[i]];

        for (size_t g = 0; g < label->count && sum < COST_SURE; g++) {
            sum += label->givers[g]->cost;
        }
    }
    return sum < COST_SURE ? sum : COST_SURE;
}

static unsigned cost(const struct rules *rules, const struct draft_node *node,
                     enum want want);

static unsigned group_cost(const struct rules *rules,
                           const struct draft_node *node, enum want want)
{
    bool any_part = (node->kind == DRAFT_ALL) == (want == WANT_FALSE);
    unsigned best = any_part ? ALWAYS : NEVER;

    for (const struct draft_node *n = node->first; n; n = n->next) {
        unsigned one = cost(rules, n, want);

        if (!any_part) {
            best = add_costs(best, one);
        } else if (one < best) {
            best = one;
        }
    }
    return best;
}

static unsigned cost(const struct rules *rules, const struct draft_node *node,
                     enum want want)
{
    bool quiet = want == WANT_FALSE;

    switch (node->kind) {
    case DRAFT_ALL:
    case DRAFT_ANY:
        return group_cost(rules, node, want);
    case DRAFT_NOT:
        return cost(rules, node->first, turned(want));
    case DRAFT_ATOM:
        return quiet ? atom_cost(rules, node->index) : ALWAYS;
    case DRAFT_PRESENT:
    case DRAFT_ABSENT:
        return COST_UNKNOWN + ((node->kind == DRAFT_PRESENT) == quiet
                                   ? present_cost(rules, node->index)
                                   : absent_cost(rules, node->index));
    case DRAFT_LABEL:
        if (node->label->label == IMAGE_NONE) {
            return quiet ? NEVER : ALWAYS;
        }
        return quiet ? label_cost(rules, node->label) : ALWAYS;
    case DRAFT_FIXED:
        return node->fixed == (quiet ? TRUTH_FALSE : TRUTH_TRUE) ? NEVER
                                                                 : ALWAYS;
    }
    return ALWAYS;
}

unsigned wake_cost(const struct rules *rules, const struct draft_node *node)
{
    unsigned quiet = cost(rules, node, WANT_FALSE);

    return quiet < COST_SURE ? quiet : COST_SURE;
}

/* As if the parts of `any` excluded each other, and those of `all` came
 * together. */
static unsigned group_chance(const struct rules *rules,
                             const struct draft_node *node)
{
    unsigned sum = node->kind == DRAFT_ALL ? COST_SURE : 0;

    for (const struct draft_node *n = node->first; n; n = n->next) {
        unsigned chance = wake_chance(rules, n);

        if (node->kind == DRAFT_ANY) {
            sum += chance;
        } else if (chance < sum) {
            sum = chance;
        }
    }
    return sum < COST_SURE ? sum : COST_SURE;
}

unsigned wake_chance(const struct rules *rules, const struct draft_node *node)
{
    switch (node->kind) {
    case DRAFT_ALL:
    case DRAFT_ANY:
        return group_chance(rules, node);
    case DRAFT_NOT:
        return COST_SURE - wake_chance(rules, node->first);
    case DRAFT_PRESENT:
        return present_cost(rules, node->index);
    case DRAFT_ABSENT:
        return absent_cost(rules, node->index);
    case DRAFT_ATOM:
    case DRAFT_LABEL:
    case DRAFT_FIXED:
        break;
    }
    return wake_cost(rules, node);
}

/* ---- the events of the chosen set ---- */

static void add_event(struct waking *w, uint32_t key)
{
    struct event *events = list_room(w->rules->arena, w->events, &w->room,
                                     w->count, sizeof(*events));

    if (!events) {
        w->failed = true;
        return;
    }
    w->events = events;
    events[w->count++] = (struct event){key, w->rank};
}

static void add_state(struct waking *w, uint32_t slot, enum value_state state)
{
    add_event(w, w->slot_key + slot * 3 + (uint32_t)state);
}

static void add_atom(struct waking *w, uint32_t number)
{
    const struct atom *atom = &w->rules->atoms[number].atom;

    add_state(w, atom->slot, VALUE_UNKNOWN);
    if (atom->kind == OP_LITERAL || atom_is_indexed(&w->rules->atoms[number])) {
        add_event(w, number);
    } else if (atom->needs != IMAGE_NONE) {
        add_event(w, atom->needs);
    } else {
        add_state(w, atom->slot, VALUE_PRESENT);
    }
}

static void add_set(struct waking *w, const struct draft_node *node,
                    enum want want);

static void add_group(struct waking *w, const struct draft_node *node,
                      enum want want)
{
    bool any_part = (node->kind == DRAFT_ALL) == (want == WANT_FALSE);
    const struct draft_node *best = NULL;
    unsigned least = ALWAYS;

    for (const struct draft_node *n = node->first; n; n = n->next) {
        unsigned one;

        if (!any_part) {
            add_set(w, n, want);
            continue;
        }
        one = cost(w->rules, n, want);
        if (one < least) {
            least = one;
            best = n;
        }
    }
    if (best) {
        add_set(w, best, want);
    }
}

static void add_set(struct waking *w, const struct draft_node *node,
                    enum want want)
{
    bool quiet = want == WANT_FALSE;

    switch (node->kind) {
    case DRAFT_ALL:
    case DRAFT_ANY:
        add_group(w, node, want);
        break;
    case DRAFT_NOT:
        add_set(w, node->first, turned(want));
        break;
    case DRAFT_ATOM:
        add_atom(w, node->index);
        break;
    case DRAFT_PRESENT:
    case DRAFT_ABSENT:
        add_state(w, node->index, VALUE_UNKNOWN);
        add_state(w, node->index,
                  (node->kind == DRAFT_PRESENT) == quiet ? VALUE_PRESENT
                                                         : VALUE_ABSENT);
        break;
    case DRAFT_LABEL:
        if (node->label->label != IMAGE_NONE) {
            add_event(w, w->label_key + node->label->label);
        }
        break;
    case DRAFT_FIXED:
        break;
    }
}

/* ---- flat ---- */

static int compare_events(const void *left, const void *right)
{
    const struct event *a = left, *b = right;

    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }
    return a->rank < b->rank ? -1 : a->rank > b->rank;
}

/* Takes the ranks of `key` off the sorted events. */
static struct span take_span(struct waking *w, size_t *at, uint32_t key,
                             uint32_t *wakes, uint32_t *count)
{
    struct span span = {*count, 0};

    for (; *at < w->count && w->events[*at].key == key; (*at)++) {
        if (!span.count || wakes[*count - 1] != w->events[*at].rank) {
            wakes[(*count)++] = w->events[*at].rank;
            span.count++;
        }
    }
    return span;
}

static bool flatten(struct waking *w, struct program *program,
                    struct image_slot *slots, struct image_label *labels,
                    uint32_t *wakes)
{
    struct span *atom_wakes = arena_array(
        w->rules->arena, (size_t)program->atom_count + 1, sizeof(*atom_wakes));
    size_t at = 0;
    uint32_t key = 0;

    if (!atom_wakes) {
        return false;
    }
    if (w->count) {
        qsort(w->events, w->count, sizeof(*w->events), compare_events);
    }
    for (uint32_t i = 0; i < program->atom_count; i++) {
        atom_wakes[i] = take_span(w, &at, key++, wakes, &program->wake_count);
    }
    for (uint32_t i = 0; i < program->slot_count * 3; i++) {
        slots[i / 3].wakes[i % 3] =
            take_span(w, &at, key++, wakes, &program->wake_count);
    }
    for (uint32_t i = 0; i < program->label_and_group_count; i++) {
        labels[i].wakes = take_span(w, &at, key++, wakes, &program->wake_count);
    }
    program->atom_wakes = atom_wakes;
    return true;
}

/* The wakes of one event. */
static struct span wakes_of(const struct program *program, uint32_t event)
{
    uint32_t slot_key = program->atom_count;
    uint32_t label_key = slot_key + program->slot_count * 3;

    if (event < slot_key) {
        return program->atom_wakes[event];
    }
    if (event < label_key) {
        return program->slots[(event - slot_key) / 3]
            .wakes[(event - slot_key) % 3];
    }
    return program->labels[event - label_key].wakes;
}

/* The other way round: by rank, what wakes it. */
static bool list_events(struct rules *rules, struct program *program,
                        struct image_rank *ranks)
{
    uint32_t count = program->atom_count + program->slot_count * 3 +
                     program->label_and_group_count;
    uint32_t *events = arena_array(
        rules->arena, (size_t)program->wake_count + 1, sizeof(*events));

    if (!events) {
        return false;
    }
    for (uint32_t i = program->always.count; i < program->wake_count; i++) {
        ranks[program->wakes[i]].events.count++;
    }
    for (uint32_t i = 0; i < program->rank_count; i++) {
        ranks[i].events.first = program->event_count;
        program->event_count += ranks[i].events.count;
        ranks[i].events.count = 0;
    }
    for (uint32_t event = 0; event < count; event++) {
        struct span span = wakes_of(program, event);

        for (uint32_t i = 0; i < span.count; i++) {
            struct span *own = &ranks[program->wakes[span.first + i]].events;

            events[own->first + own->count++] = event;
        }
    }
    program->events = events;
    return true;
}

bool wakes_make(struct rules *rules, struct program *program,
                struct draft_rule *const *by_rank, const struct wake_room *room)
{
    struct waking w = {.rules = rules,
                       .slot_key = program->atom_count,
                       .label_key =
                           program->atom_count + program->slot_count * 3};
    uint32_t *wakes, always = 0;

    for (uint32_t i = 0; i < program->rank_count; i++) {
        struct image_rule *rule = &room->rules[by_rank[i]->number];

        w.rank = i;
        by_rank[i]->cost = wake_cost(rules, by_rank[i]->when);
        rule->always = program->no_prefilter ||
                       cost(rules, by_rank[i]->when, WANT_FALSE) == ALWAYS;
        always += rule->always;
        if (!rule->always) {
            add_set(&w, by_rank[i]->when, WANT_FALSE);
        }
    }
    wakes = arena_array(rules->arena, w.count + always + 1, sizeof(*wakes));
    if (w.failed || !wakes || w.count > OPERAND_MAX * 64ull) {
        return false;
    }
    for (uint32_t i = 0; i < program->rank_count; i++) {
        if (room->rules[by_rank[i]->number].always) {
            wakes[program->wake_count++] = i;
        }
    }
    program->always = (struct span){0, always};
    program->wakes = wakes;
    return flatten(&w, program, room->slots, room->labels, wakes) &&
           list_events(rules, program, room->ranks);
}
