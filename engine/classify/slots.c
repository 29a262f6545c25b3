/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes up the slots of a request: what their values, numbers and addresses
 * wake. A value is looked through by the automata of its slot, unless its
 * effect is remembered.
 */
#include "classify/memo.h"

#define HITS_AT_ONCE 32

static void take_hit(struct evaluation *e, const struct automaton *a,
                     struct view value, const struct automaton_hit *hit)
{
    uint32_t at = hit->output;

    while (at != AUTOMATON_NONE) {
        const struct output *output = &a->outputs[at];

        for (uint32_t i = 0; i < output->count; i++) {
            const struct mark *mark = &a->marks[output->first + i];

            if (e->atoms[mark->atom] == ATOM_OPEN &&
                literal_stands(mark->test, value, hit->end, output->length)) {
                weighing_set_atom(e, mark->atom, TRUTH_TRUE);
            }
        }
        at = output->link;
    }
}

static void run(struct evaluation *e, struct automaton_pass *pass,
                struct view value)
{
    struct automaton_hit hits[HITS_AT_ONCE];
    size_t count;

    while (!automaton_done(pass)) {
        count = automaton_find(pass, hits, HITS_AT_ONCE);
        for (size_t i = 0; i < count; i++) {
            take_hit(e, pass->automaton, value, &hits[i]);
        }
    }
}

void weighing_look_through(struct evaluation *e, uint32_t number)
{
    const struct image_slot *slot = &e->program->slots[number];
    struct view value = e->values[number].text;

    for (int i = 0; i < 2; i++) {
        if (slot->automata[i] != IMAGE_NONE) {
            struct automaton_pass pass;

            automaton_start(&pass, &e->program->automata[slot->automata[i]],
                            value);
            run(e, &pass, value);
        }
    }
    for (uint32_t i = 0; i < slot->empties.count && value.size == 0; i++) {
        weighing_set_atom(e, e->program->empties[slot->empties.first + i],
                          TRUTH_TRUE);
    }
}

void weighing_look_on(struct evaluation *e, uint32_t number, struct view value,
                      size_t from, size_t to, uint32_t states[2])
{
    const struct image_slot *slot = &e->program->slots[number];

    for (int i = 0; i < 2; i++) {
        if (slot->automata[i] != IMAGE_NONE) {
            struct automaton_pass pass;

            automaton_start_part(&pass,
                                 &e->program->automata[slot->automata[i]],
                                 value, from, to, states[i]);
            run(e, &pass, value);
            states[i] = automaton_state(&pass);
        }
    }
}

void weighing_scan(struct evaluation *e, uint32_t number)
{
    uint32_t before = e->touched_atoms.count;

    e->scanned[number] = e->turn;
    if (e->values[number].state != VALUE_PRESENT) {
        return;
    }
    if (e->memo && e->effects[number]) {
        memo_apply(e, e->effects[number]);
    } else {
        weighing_look_through(e, number);
    }
    for (uint32_t i = before; i < e->touched_atoms.count; i++) {
        weighing_wake(e, e->program->atom_wakes[e->touched_atoms.items[i]]);
    }
}

/* Wakes who waits for this number. */
static void wake_number(struct evaluation *e, struct span points,
                        uint64_t number)
{
    const struct image_point *all = e->program->points + points.first;
    uint32_t low = 0, high = points.count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (all[middle].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < points.count && all[low].number == number; low++) {
        weighing_wake(e, e->program->atom_wakes[all[low].atom]);
    }
}

/* The same of those who wait for it and all above, or all below. */
static void wake_bounds(struct evaluation *e, const struct image_slot *slot,
                        uint64_t number)
{
    const struct image_point *from =
        e->program->points + slot->points[NUMBER_FROM].first;
    const struct image_point *to =
        e->program->points + slot->points[NUMBER_TO].first;
    uint32_t i;

    for (i = 0; i < slot->points[NUMBER_FROM].count && from[i].number <= number;
         i++) {
        weighing_wake(e, e->program->atom_wakes[from[i].atom]);
    }
    for (i = 0; i < slot->points[NUMBER_TO].count && to[i].number >= number;
         i++) {
        weighing_wake(e, e->program->atom_wakes[to[i].atom]);
    }
}

uint32_t weighing_nest(const struct evaluation *e, uint32_t number)
{
    struct span segments = e->program->slots[number].segments;
    const struct address *address = e->values[number].address;
    const struct image_segment *all = e->program->segments + segments.first;
    uint32_t low = 0, high = segments.count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (memcmp(&all[middle].low, address, sizeof(*address)) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low ? all[low - 1].nest : IMAGE_NONE;
}

/* Wakes who waits for a network around this address. */
static void wake_address(struct evaluation *e, uint32_t number)
{
    const struct program *p = e->program;
    uint32_t nest = weighing_nest(e, number);

    for (; nest != IMAGE_NONE; nest = p->nests[nest].parent) {
        struct span atoms = p->nests[nest].atoms;

        for (uint32_t i = 0; i < atoms.count; i++) {
            weighing_wake(e, p->atom_wakes[p->nest_atoms[atoms.first + i]]);
        }
    }
}

static void wake_indexed(struct evaluation *e, uint32_t number)
{
    const struct image_slot *slot = &e->program->slots[number];
    const struct value *value = &e->values[number];

    if (slot->points[NUMBER_IS].count) {
        wake_number(e, slot->points[NUMBER_IS], value->number);
    }
    wake_bounds(e, slot, value->number);
    if (slot->segments.count) {
        wake_address(e, number);
    }
}

void weigh_slots(struct evaluation *e, enum slot_time time)
{
    struct span span = e->program->timed[time];
    bool sighted = true;
    const uint32_t *slots = e->program->slot_order + span.first;

    for (uint32_t i = 0; i < span.count; i++) {
        const struct image_slot *slot = &e->program->slots[slots[i]];

        weighing_wake(e, slot->wakes[e->values[slots[i]].state]);
        if (slot->indexed && e->values[slots[i]].state == VALUE_PRESENT) {
            wake_indexed(e, slots[i]);
        }
        if (!slot->lazy) {
            sighted &= e->values[slots[i]].state != VALUE_UNKNOWN;
            weighing_scan(e, slots[i]);
        }
    }
    if (time == SLOT_EARLY) {
        e->sighted = sighted;
    }
}
