/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An evaluation's life: made once for a program, emptied for each request,
 * run in two halves, then asked. What a request touched is listed, so that
 * emptying costs by that and not by the number of rules.
 */
#include "classify/memo.h"

#include <stdlib.h>

/* ---- making one ---- */

static bool make_touched(struct touched *touched, struct arena *arena,
                         uint32_t room)
{
    touched->count = 0;
    touched->items = arena_array(arena, (size_t)room + 1, sizeof(uint32_t));
    return touched->items;
}

static bool make_room(struct evaluation *e)
{
    const struct program *p = e->program;
    struct arena *arena = e->arena;
    uint32_t labels = p->label_and_group_count;

    e->atoms = arena_alloc(arena, (size_t)p->atom_count + 1);
    e->truths = arena_alloc(arena, (size_t)p->rank_count + 1);
    e->labels = arena_alloc(arena, (size_t)labels + 1);
    e->fired = arena_array(arena, (size_t)p->rank_count + 1, sizeof(size_t));
    e->scanned =
        arena_array(arena, (size_t)p->slot_count + 1, sizeof(uint64_t));
    e->effects =
        arena_array(arena, (size_t)p->slot_count + 1, sizeof(*e->effects));
    e->asked = arena_array(arena, ASKED_MAX, sizeof(*e->asked));
    return e->effects && e->asked && e->scanned && e->atoms && e->truths &&
           e->labels && e->fired &&
           make_touched(&e->touched_atoms, arena, p->atom_count) &&
           make_touched(&e->touched_ranks, arena, p->rank_count) &&
           make_touched(&e->touched_labels, arena, labels) &&
           rank_set_make(&e->look, arena, p->rank_count) &&
           rank_set_make(&e->order, arena, p->rule_count);
}

struct evaluation *evaluation_new(const struct program *program)
{
    struct arena *arena = arena_new();
    struct evaluation *e = arena ? arena_alloc(arena, sizeof(*e)) : NULL;

    if (!e) {
        arena_free(arena);
        return NULL;
    }
    e->arena = arena;
    e->program = program;
    e->settled = true;
    e->scratch = regex_scratch_new();
    if (!e->scratch || !make_room(e)) {
        evaluation_free(e);
        return NULL;
    }
    return e;
}

void evaluation_free(struct evaluation *evaluation)
{
    if (evaluation) {
        regex_scratch_free(evaluation->scratch);
        arena_free(evaluation->arena);
    }
}

void evaluation_assume_sets(struct evaluation *evaluation,
                            const enum truth *truths)
{
    evaluation->assumed_sets = truths;
}

void evaluation_time(struct evaluation *evaluation, int64_t now)
{
    evaluation->now = now;
}

void weighing_reset(struct evaluation *e)
{
    for (uint32_t i = 0; i < e->touched_atoms.count; i++) {
        e->atoms[e->touched_atoms.items[i]] = ATOM_OPEN;
    }
    for (uint32_t i = 0; i < e->touched_ranks.count; i++) {
        e->truths[e->touched_ranks.items[i]] = TRUTH_FALSE;
    }
    for (uint32_t i = 0; i < e->touched_labels.count; i++) {
        e->labels[e->touched_labels.items[i]] = TRUTH_FALSE;
    }
    e->touched_atoms.count = 0;
    e->touched_ranks.count = 0;
    e->touched_labels.count = 0;
    rank_set_empty(&e->look);
    e->turn++;
    e->settled = false;
    e->sighted = false;
    e->fired_count = 0;
    e->regex_runs = 0;
    e->recording = false;
    e->found.count = 0;
    e->put_off.items = NULL;
    e->verdict = (struct verdict){0};
}

/* ---- the two halves ---- */

static void weigh_anew(struct evaluation *e)
{
    weighing_wake(e, e->program->always);
    weigh_slots(e, SLOT_EARLY);
    weigh_ranks(e, e->program->stateless);
}

void evaluation_stateless(struct evaluation *evaluation, struct value *values)
{
    struct evaluation *e = evaluation;

    weighing_reset(e);
    e->values = values;
    e->fill = NULL;
    weigh_anew(e);
}

static bool may_recall(const struct evaluation *e)
{
    return !e->assumed_sets && !e->program->no_prefilter &&
           facts_may_wait(e->fill);
}

void evaluation_stateless_of(struct evaluation *evaluation, struct fill *fill,
                             struct memo *memo)
{
    struct evaluation *e = evaluation;

    weighing_reset(e);
    e->values = fill->values;
    e->fill = fill;
    e->memo = memo && may_recall(e) ? memo : NULL;
    if (!e->memo || !memo_recall(e)) {
        weighing_fill(e);
        if (!*fill->cut) {
            weigh_anew(e);
            memo_keep(e);
        }
    }
}

void evaluation_leave(struct evaluation *evaluation)
{
    if (evaluation->memo) {
        memo_recall_rest(evaluation);
        evaluation->memo = NULL;
    }
}

static struct span slots_at(const struct evaluation *e, enum slot_time time)
{
    return e->program->timed[time];
}

static void fill_rates(struct evaluation *e, const uint64_t *rates)
{
    struct span span = slots_at(e, SLOT_RATE);

    for (uint32_t i = 0; i < span.count; i++) {
        uint32_t slot = e->program->slot_order[span.first + i];
        uint32_t rate = e->program->rate_of_slot[slot];
        struct value *value = &e->values[slot];

        if (rate == IMAGE_NONE) {
            continue; /* of the signature: there already */
        }
        *value = (struct value){.state = VALUE_UNKNOWN};
        if (rates && rates[rate] != RATE_UNKNOWN) {
            value->state = VALUE_PRESENT;
            value->number = rates[rate];
        }
    }
}

static void fill_score(struct evaluation *e)
{
    struct span score = slots_at(e, SLOT_SCORE),
                class = slots_at(e, SLOT_CLASS);

    for (uint32_t i = 0; i < score.count; i++) {
        e->values[e->program->slot_order[score.first + i]] = (struct value){
            .state = VALUE_PRESENT, .number = (uint64_t)e->verdict.score};
    }
    for (uint32_t i = 0; i < class.count; i++) {
        e->values[e->program->slot_order[class.first + i]] = (struct value){
            .state = VALUE_PRESENT, .text = class_names[e->verdict.class]};
    }
}

static void weigh_late(struct evaluation *e)
{
    uint32_t phase_one;

    weigh_slots(e, SLOT_RATE);
    weigh_ranks(e, e->program->scored);
    verdict_list_fired(e);
    verdict_sum_score(e);
    fill_score(e);
    phase_one = e->touched_ranks.count;
    weigh_slots(e, SLOT_SCORE);
    weigh_slots(e, SLOT_CLASS);
    weigh_ranks(e, UINT32_MAX);
    if (e->touched_ranks.count > phase_one) {
        verdict_list_fired(e);
    }
    verdict_choose_agent(e);
    verdict_choose_reject(e);
}

void evaluation_stateful(struct evaluation *evaluation, const uint64_t *rates)
{
    struct evaluation *e = evaluation;

    fill_rates(e, rates);
    if (e->memo && memo_recall_end(e)) {
        fill_score(e);
    } else {
        weigh_late(e);
        if (e->memo) {
            memo_keep_end(e);
        }
    }
    e->memo = NULL;
}

/* ---- assumptions ---- */

static void assume(struct evaluation *e, uint32_t number)
{
    const struct image_rank *rank = &e->program->ranks[number];

    if (!rank->counted && e->truths[number] != TRUTH_TRUE) {
        e->truths[number] = TRUTH_TRUE;
        e->touched_ranks.items[e->touched_ranks.count++] = number;
        weighing_raise(e, rank->raises, false, TRUTH_TRUE);
    }
}

void evaluation_assume(struct evaluation *evaluation, struct value *values,
                       const size_t *rules, size_t count, enum class class,
                       int score)
{
    struct evaluation *e = evaluation;
    uint32_t number;

    weighing_reset(e);
    e->values = values;
    e->fill = NULL;
    for (uint32_t s = 0; s < e->program->slot_count; s++) {
        values[s] = (struct value){.state = VALUE_UNKNOWN};
    }
    e->settled = true; /* what is unknown is not asked for */
    e->verdict.class = class;
    e->verdict.score = score;
    fill_score(e);
    weigh_slots(e, SLOT_SCORE);
    weigh_slots(e, SLOT_CLASS);
    for (size_t i = 0; i < count; i++) {
        if (e->program->rules[rules[i]].rank != IMAGE_NONE) {
            assume(e, e->program->rules[rules[i]].rank);
        }
    }
    /* Unlike weigh_ranks(), what is unknown raises nothing. */
    while ((number = rank_set_take(&e->look, UINT32_MAX)) != UINT32_MAX) {
        if (weigh_condition(e, e->program->ranks[number].code) == TRUTH_TRUE) {
            assume(e, number);
        }
    }
}

/* ---- answers ---- */

const struct verdict *evaluation_verdict(const struct evaluation *evaluation)
{
    return &evaluation->verdict;
}

/* Remembers what it works out, which changes no answer. */
static void settle(const struct evaluation *evaluation)
{
    if (!evaluation->settled) {
        weigh_later((struct evaluation *)evaluation);
    }
}

enum truth evaluation_rule(const struct evaluation *evaluation, size_t rule)
{
    uint32_t rank = evaluation->program->rules[rule].rank;

    if (rank == IMAGE_NONE) {
        return TRUTH_FALSE;
    }
    settle(evaluation);
    return (enum truth)evaluation->truths[rank];
}

enum truth evaluation_label(const struct evaluation *evaluation, size_t label)
{
    settle(evaluation);
    return label_truth(evaluation->labels[label], false);
}

enum truth evaluation_shadow_label(const struct evaluation *evaluation,
                                   size_t label)
{
    settle(evaluation);
    return label_truth(evaluation->labels[label], true);
}

enum truth evaluation_condition(const struct evaluation *evaluation,
                                size_t condition)
{
    /* Remembers what it works out, which changes no answer. */
    struct evaluation *e = (struct evaluation *)evaluation;

    return e->told ? (enum truth)e->told[condition]
                   : weigh_condition(e, e->program->conditions[condition]);
}

size_t evaluation_fired(const struct evaluation *evaluation,
                        const size_t **rules)
{
    *rules = evaluation->fired;
    return evaluation->fired_count;
}
