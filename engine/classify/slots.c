/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes up the slots of a request: what their values, numbers and addresses
 * wake. A value is looked through by the automata of its slot, unless it is
 * remembered what is found in it.
 */
#include "classify/weighing.h"

#define HITS_AT_ONCE 32

static void find_atom(struct evaluation *e, uint32_t atom)
{
    weighing_set_atom(e, atom, TRUTH_TRUE);
    weighing_wake(e, e->program->atom_wakes[atom]);
}

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
                find_atom(e, mark->atom);
            }
        }
        at = output->link;
    }
}

static void scan(struct evaluation *e, uint32_t number, struct view value)
{
    const struct automaton *a = &e->program->automata[number];
    struct automaton_hit hits[HITS_AT_ONCE];
    struct automaton_pass pass;
    size_t count;

    automaton_start(&pass, a, value);
    while (!automaton_done(&pass)) {
        count = automaton_find(&pass, hits, HITS_AT_ONCE);
        for (size_t i = 0; i < count; i++) {
            take_hit(e, a, value, &hits[i]);
        }
    }
}

static void look_through(struct evaluation *e, const struct image_slot *slot,
                         struct view value)
{
    for (int i = 0; i < 2; i++) {
        if (slot->automata[i] != IMAGE_NONE) {
            scan(e, slot->automata[i], value);
        }
    }
    for (uint32_t i = 0; i < slot->empties.count && value.size == 0; i++) {
        find_atom(e, e->program->empties[slot->empties.first + i]);
    }
}

/* Finds all literals of a slot, once per request. They are all still open:
 * only values that are too long to be remembered are searched otherwise. */
void weighing_scan(struct evaluation *e, uint32_t number)
{
    const struct image_slot *slot = &e->program->slots[number];
    const struct value *value = &e->values[number];
    uint32_t before = e->touched_atoms.count;
    struct memo_entry *entry;

    e->scanned[number] = e->turn;
    if (value->state != VALUE_PRESENT) {
        return;
    }
    if (value->text.size > MEMO_VALUE) {
        look_through(e, slot, value->text);
        return;
    }
    entry = memo_place(e->memo, number, value->text);
    if (!memo_holds(entry, number, value->text)) {
        look_through(e, slot, value->text);
        memo_keep(entry, number, value->text, e->touched_atoms.items + before,
                  e->touched_atoms.count - before, TRUTH_TRUE);
        return;
    }
    for (uint32_t i = 0; i < entry->count; i++) {
        uint32_t atom = entry->truths[i] >> 2;

        weighing_set_atom(e, atom, (enum truth)(entry->truths[i] & 3));
        weighing_wake(e, e->program->atom_wakes[atom]);
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

/* Wakes who waits for a network around this address. */
static void wake_address(struct evaluation *e, struct span segments,
                         const struct address *address)
{
    const struct program *p = e->program;
    const struct image_segment *all = p->segments + segments.first;
    uint32_t low = 0, high = segments.count, nest;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (memcmp(&all[middle].low, address, sizeof(*address)) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    nest = low ? all[low - 1].nest : IMAGE_NONE;
    for (; nest != IMAGE_NONE; nest = p->nests[nest].parent) {
        struct span atoms = p->nests[nest].atoms;

        for (uint32_t i = 0; i < atoms.count; i++) {
            weighing_wake(e, p->atom_wakes[p->nest_atoms[atoms.first + i]]);
        }
    }
}

static void wake_indexed(struct evaluation *e, const struct image_slot *slot,
                         const struct value *value)
{
    if (slot->points[NUMBER_IS].count) {
        wake_number(e, slot->points[NUMBER_IS], value->number);
    }
    wake_bounds(e, slot, value->number);
    if (slot->segments.count) {
        wake_address(e, slot->segments, value->address);
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
            wake_indexed(e, slot, &e->values[slots[i]]);
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
