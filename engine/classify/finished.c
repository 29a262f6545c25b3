/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finishing evaluations; see finished.h. What was read of a request is known
 * by the atoms that were worked out and the texts that were looked through.
 *
 *   one block   struct evaluation | fired | truths | labels, both planes
 *               | truths of all conditions
 */
#include "classify/finished.h"

#include <stdlib.h>

#include "classify/weighing.h"

/* Numbers and addresses are told apart by where they lie, without a trace;
 * automata that run unasked read every text. */
static bool leaves_traces(const struct program *p, uint32_t number)
{
    const struct image_slot *slot = &p->slots[number];
    bool scanned = slot->automata[0] != IMAGE_NONE ||
                   slot->automata[1] != IMAGE_NONE || slot->empties.count > 0;

    switch (plan_slot_at(p->plan, number)->type) {
    case FIELD_TYPE_TEXT:
        return !slot->indexed && (slot->lazy || !scanned);
    case FIELD_TYPE_ADDRESS:
        return !slot->indexed && slot->segments.count == 0;
    default:
        return false;
    }
}

bool program_may_share(const struct program *p, const bool *same)
{
    for (uint32_t i = 0; i < p->slot_count; i++) {
        if (p->slots[i].time == SLOT_EARLY && !same[i] &&
            !leaves_traces(p, i)) {
            return false;
        }
    }
    return true;
}

/* A set that is not to be had is asked for a state alone. */
static bool reads_value(const struct program *p, const struct atom *atom)
{
    return atom->kind != OP_SET || p->sets[atom->index].set != NULL;
}

static bool read_others(const struct evaluation *e, const bool *same)
{
    const struct program *p = e->program;

    for (uint32_t i = 0; i < e->touched_atoms.count; i++) {
        const struct atom *atom = &p->atoms[e->touched_atoms.items[i]];

        if (p->slots[atom->slot].time == SLOT_EARLY && !same[atom->slot] &&
            reads_value(p, atom)) {
            return true;
        }
    }
    for (uint32_t i = 0; i < e->found.count; i += 2 + e->found.items[i + 1]) {
        if (!same[e->found.items[i]]) {
            return true;
        }
    }
    for (uint32_t slot = 0; slot < p->slot_count; slot++) {
        if (e->scanned[slot] == e->turn && !same[slot] &&
            e->values[slot].state == VALUE_PRESENT) {
            return true;
        }
    }
    return false;
}

bool evaluation_may_share(struct evaluation *e, const bool *same)
{
    if (e->assumed_sets) {
        return false;
    }
    if (!e->settled) {
        weigh_later(e);
    }
    for (uint32_t i = 0; i < e->program->condition_count; i++) {
        (void)weigh_condition(e, e->program->conditions[i]);
    }
    return !e->verdict.limited && !read_others(e, same);
}

/* The atoms are worked out already: nothing changes. */
static enum truth condition(const struct evaluation *e, uint32_t i)
{
    return weigh_condition((struct evaluation *)(uintptr_t)e,
                           e->program->conditions[i]);
}

struct evaluation *evaluation_finish(const struct evaluation *e)
{
    const struct program *p = e->program;
    size_t labels = p->label_and_group_count;
    size_t fired = e->fired_count * sizeof *e->fired;
    struct evaluation *copy = calloc(1, sizeof *copy + fired + p->rank_count +
                                            labels + p->condition_count);

    if (!copy) {
        return NULL;
    }
    char *at = (char *)(copy + 1);
    copy->program = p;
    copy->settled = true;
    copy->verdict = e->verdict;
    copy->fired = (size_t *)(void *)at;
    copy->fired_count = e->fired_count;
    memcpy(at, e->fired, fired);
    copy->truths = (unsigned char *)at + fired;
    memcpy(copy->truths, e->truths, p->rank_count);
    copy->labels = copy->truths + p->rank_count;
    memcpy(copy->labels, e->labels, labels);
    unsigned char *told = copy->labels + labels;
    for (uint32_t i = 0; i < p->condition_count; i++) {
        told[i] = (unsigned char)condition(e, i);
    }
    copy->told = told;
    return copy;
}

void evaluation_finished_free(struct evaluation *finished)
{
    free(finished);
}

uint64_t evaluation_hash(const struct evaluation *e)
{
    uint64_t hash = (uint64_t)e->verdict.score << 2 | e->verdict.class;

    for (size_t i = 0; i < e->fired_count; i++) {
        hash = (hash ^ e->fired[i]) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    return hash;
}

static bool same_view(struct view a, struct view b)
{
    return a.at == b.at && a.size == b.size;
}

static bool same_verdict(const struct verdict *a, const struct verdict *b)
{
    return a->score == b->score && a->class == b->class &&
           same_view(a->agent_name, b->agent_name) &&
           same_view(a->agent_org, b->agent_org) &&
           same_view(a->agent_category, b->agent_category) &&
           a->reject == b->reject && a->reject_rule == b->reject_rule &&
           a->status == b->status && same_view(a->reason, b->reason) &&
           a->limited == b->limited;
}

bool evaluation_is_finished(const struct evaluation *finished,
                            const struct evaluation *e)
{
    const struct program *p = e->program;

    if (finished->program != p || finished->fired_count != e->fired_count ||
        !same_verdict(&finished->verdict, &e->verdict) ||
        memcmp(finished->fired, e->fired, e->fired_count * sizeof *e->fired) ||
        memcmp(finished->truths, e->truths, p->rank_count) ||
        memcmp(finished->labels, e->labels, p->label_and_group_count)) {
        return false;
    }
    for (uint32_t i = 0; i < p->condition_count; i++) {
        if (finished->told[i] != condition(e, i)) {
            return false;
        }
    }
    return true;
}
