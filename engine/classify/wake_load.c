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
    bool later;    /* the rank may be put off when it is only unknown */
    bool *is_read; /* by label and group: some condition asks for it */
    bool failed;
};

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
    if (state == VALUE_UNKNOWN && w->later) {
        add_event(w, w->slot_key + slot * SLOT_WAKES + SLOT_UNKNOWN_LATER);
        return;
    }
    add_event(w, w->slot_key + slot * SLOT_WAKES + (uint32_t)state);
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
    unsigned least = ODDS_ALWAYS;

    for (const struct draft_node *n = node->first; n; n = n->next) {
        unsigned one;

        if (!any_part) {
            add_set(w, n, want);
            continue;
        }
        one = odds_weight(odds_of(w->rules, n, want));
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
        add_set(w, node->first, want_turned(want));
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
    for (uint32_t i = 0; i < program->slot_count * SLOT_WAKES; i++) {
        slots[i / SLOT_WAKES].wakes[i % SLOT_WAKES] =
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
    uint32_t label_key = slot_key + program->slot_count * SLOT_WAKES;

    if (event < slot_key) {
        return program->atom_wakes[event];
    }
    if (event < label_key) {
        return program->slots[(event - slot_key) / SLOT_WAKES]
            .wakes[(event - slot_key) % SLOT_WAKES];
    }
    return program->labels[event - label_key].wakes;
}

/* The other way round: by rank, what wakes it. */
static bool list_events(struct rules *rules, struct program *program,
                        struct image_rank *ranks)
{
    uint32_t count = program->atom_count + program->slot_count * SLOT_WAKES +
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

/* ---- what may be put off ---- */

static void mark_read(struct waking *w, const struct reading *reading)
{
    for (const struct label_test *t = reading->labels; t; t = t->next) {
        if (t->label != IMAGE_NONE) {
            w->is_read[t->label] = true;
        }
    }
}

static bool mark_all_read(struct waking *w)
{
    const struct rules *rules = w->rules;

    w->is_read = arena_array(rules->arena,
                             (size_t)rules->program->label_and_group_count + 1,
                             sizeof(*w->is_read));
    if (!w->is_read) {
        return false;
    }
    for (const struct draft_rule *r = rules->first; r; r = r->next) {
        mark_read(w, &r->reading);
    }
    for (size_t i = 0; i < rules->condition_count; i++) {
        mark_read(w, &rules->conditions[i].reading);
    }
    return true;
}

/* A regular expression may meet a limit, which gives a label of its own. */
static bool may_wait(const struct waking *w, const struct draft_rule *rule,
                     const struct image_rank *rank)
{
    if (rule->reading.has_pattern) {
        return false;
    }
    for (uint32_t i = 0; i < rank->raises.count; i++) {
        if (w->is_read[w->rules->program->raises[rank->raises.first + i]]) {
            return false;
        }
    }
    return true;
}

bool wakes_make(struct rules *rules, struct program *program,
                struct draft_rule *const *by_rank, const struct wake_room *room)
{
    struct waking w = {.rules = rules,
                       .slot_key = program->atom_count,
                       .label_key = program->atom_count +
                                    program->slot_count * SLOT_WAKES};
    uint32_t *wakes, always = 0;

    if (!mark_all_read(&w)) {
        return false;
    }
    for (uint32_t i = 0; i < program->rank_count; i++) {
        struct image_rule *rule = &room->rules[by_rank[i]->number];

        struct odds odds = odds_of(rules, by_rank[i]->when, WANT_FALSE);

        w.rank = i;
        w.later = may_wait(&w, by_rank[i], &room->ranks[i]);
        by_rank[i]->usual = usual_truth(rules, by_rank[i]->when);
        by_rank[i]->cost = odds_weight(odds);
        rule->always = program->no_prefilter || odds.guess == ODDS_ALWAYS;
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
