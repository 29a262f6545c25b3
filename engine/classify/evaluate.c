/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weighs one request.
 *
 *   slots -> automata -> atoms that are true -> ranks to look at
 *   lowest rank first: run its condition; if it is not false, raise its
 *   labels, which may add higher ranks
 *
 * A rank that nothing adds is false: wake_load.c chose what adds it so. What
 * a request touched is listed, and undone before the next one; nothing here
 * costs by the number of rules.
 */
#include "classify/evaluation.h"

#include <assert.h>
#include <stdlib.h>

#include "classify/image.h"
#include "classify/rank_set.h"

#define HITS_AT_ONCE 32

/* A truth that is not worked out yet; others are kept as truth + 1. */
#define ATOM_OPEN 0

struct touched {
    uint32_t *items;
    uint32_t count;
};

struct evaluation {
    const struct program *program;
    struct value *values;
    const enum truth *assumed_sets;
    struct regex_scratch *scratch;
    unsigned regex_runs;

    unsigned char *atoms;  /* ATOM_OPEN or truth + 1 */
    unsigned char *truths; /* by rank */
    unsigned char *real, *shadow; /* by label and group: the two planes */
    struct touched touched_atoms, touched_ranks, touched_labels;
    struct rank_set look;

    struct rank_set order; /* for sorting what fired */
    size_t *fired;         /* rules in import order */
    size_t fired_count;
    struct verdict verdict;
    struct arena *arena; /* owns all of the above but scratch */
};

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
    e->real = arena_alloc(arena, (size_t)labels + 1);
    e->shadow = arena_alloc(arena, (size_t)labels + 1);
    e->fired = arena_array(arena, (size_t)p->rank_count + 1, sizeof(size_t));
    return e->atoms && e->truths && e->real && e->shadow && e->fired &&
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

static void reset(struct evaluation *e)
{
    for (uint32_t i = 0; i < e->touched_atoms.count; i++) {
        e->atoms[e->touched_atoms.items[i]] = ATOM_OPEN;
    }
    for (uint32_t i = 0; i < e->touched_ranks.count; i++) {
        e->truths[e->touched_ranks.items[i]] = TRUTH_FALSE;
    }
    for (uint32_t i = 0; i < e->touched_labels.count; i++) {
        e->real[e->touched_labels.items[i]] = TRUTH_FALSE;
        e->shadow[e->touched_labels.items[i]] = TRUTH_FALSE;
    }
    e->touched_atoms.count = 0;
    e->touched_ranks.count = 0;
    e->touched_labels.count = 0;
    rank_set_empty(&e->look);
    e->fired_count = 0;
    e->regex_runs = 0;
    e->verdict = (struct verdict){0};
}

/* ---- waking ---- */

static inline void wake(struct evaluation *e, struct span span)
{
    const uint32_t *ranks = e->program->wakes + span.first;

    for (uint32_t i = 0; i < span.count; i++) {
        rank_set_add(&e->look, ranks[i]);
    }
}

static void set_atom(struct evaluation *e, uint32_t atom, enum truth truth)
{
    if (e->atoms[atom] == ATOM_OPEN) {
        e->touched_atoms.items[e->touched_atoms.count++] = atom;
    }
    e->atoms[atom] = (unsigned char)(truth + 1);
}

static void find_atom(struct evaluation *e, uint32_t atom)
{
    set_atom(e, atom, TRUTH_TRUE);
    wake(e, e->program->atom_wakes[atom]);
}

static void raise_label(struct evaluation *e, uint32_t label, bool counted,
                        enum truth truth)
{
    unsigned char *plane = counted ? e->shadow : e->real;

    if (plane[label] >= truth) {
        return;
    }
    if (!e->real[label] && !e->shadow[label]) {
        e->touched_labels.items[e->touched_labels.count++] = label;
    }
    plane[label] = (unsigned char)truth;
    wake(e, e->program->labels[label].wakes);
}

static void raise_all(struct evaluation *e, struct span span, bool counted,
                      enum truth truth)
{
    for (uint32_t i = 0; i < span.count; i++) {
        raise_label(e, e->program->raises[span.first + i], counted, truth);
    }
}

/* ---- slots ---- */

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
    while ((count = automaton_find(&pass, hits, HITS_AT_ONCE)) > 0) {
        for (size_t i = 0; i < count; i++) {
            take_hit(e, a, value, &hits[i]);
        }
    }
}

static void weigh_slot(struct evaluation *e, uint32_t number)
{
    const struct image_slot *slot = &e->program->slots[number];
    const struct value *value = &e->values[number];

    wake(e, slot->wakes[value->state]);
    if (value->state != VALUE_PRESENT) {
        return;
    }
    for (int i = 0; i < 2; i++) {
        if (slot->automata[i] != IMAGE_NONE) {
            scan(e, slot->automata[i], value->text);
        }
    }
    for (uint32_t i = 0; i < slot->empties.count; i++) {
        if (value->text.size == 0) {
            find_atom(e, e->program->empties[slot->empties.first + i]);
        }
    }
}

static void weigh_slots(struct evaluation *e, enum slot_time time)
{
    for (uint32_t s = 0; s < e->program->slot_count; s++) {
        if (e->program->slots[s].time == time) {
            weigh_slot(e, s);
        }
    }
}

/* ---- tests ---- */

static bool number_in(const struct program *p, const struct atom *atom,
                      uint64_t number)
{
    const struct number_range *ranges = p->number_ranges + atom->ranges.first;
    uint32_t low = 0, high = atom->ranges.count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (ranges[middle].high < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < atom->ranges.count && ranges[low].low <= number;
}

static bool amount_in(const struct program *p, const struct atom *atom,
                      const struct amount *amount)
{
    for (uint32_t i = 0; i < atom->ranges.count; i++) {
        const struct amount_range *range =
            &p->amount_ranges[atom->ranges.first + i];

        if (amount_compare(&range->low, amount) <= 0 &&
            amount_compare(amount, &range->high) <= 0) {
            return true;
        }
    }
    return false;
}

static enum truth set_holds(const struct evaluation *e, uint32_t set,
                            const struct address *address)
{
    if (e->assumed_sets) {
        return e->assumed_sets[set];
    }
    if (!e->program->sets[set].set) {
        return TRUTH_UNKNOWN;
    }
    return address_set_holds(e->program->sets[set].set, address) ? TRUTH_TRUE
                                                                 : TRUTH_FALSE;
}

static void meet_limit(struct evaluation *e)
{
    if (!e->verdict.limited) {
        e->verdict.limited = true;
        raise_all(e, e->program->limit_raises, false, TRUTH_TRUE);
    }
}

/* A value too long for PCRE2 is still surely no match when it lacks what
 * every match must hold. */
static enum truth matches(struct evaluation *e, const struct atom *atom,
                          struct view value)
{
    bool may_skip = !e->program->no_prefilter ||
                    value.size > REGEX_SUBJECT_MAX;
    enum truth truth;

    if (may_skip && atom->needs != IMAGE_NONE &&
        e->atoms[atom->needs] != TRUTH_TRUE + 1) {
        return TRUTH_FALSE;
    }
    if (e->regex_runs >= REGEX_RUNS_MAX) {
        meet_limit(e);
        return TRUTH_UNKNOWN;
    }
    e->regex_runs++;
    truth = regex_match(e->program->regexes[atom->index], e->scratch, value);
    if (truth == TRUTH_UNKNOWN) {
        meet_limit(e);
    }
    return truth;
}

static enum truth ask_present(struct evaluation *e, const struct atom *atom,
                              const struct value *value)
{
    const struct program *p = e->program;
    bool yes = false;

    switch (atom->kind) {
    case OP_NUMBER:
        yes = number_in(p, atom, value->number);
        break;
    case OP_AMOUNT:
        yes = amount_in(p, atom, value->amount);
        break;
    case OP_ADDRESS:
        yes = address_set_holds(p->networks[atom->index], value->address);
        break;
    case OP_SET:
        return set_holds(e, atom->index, value->address);
    case OP_GLOB:
        yes = glob_fits(&p->globs[atom->index], value->text);
        break;
    case OP_MATCHES:
        return matches(e, atom, value->text);
    default: /* a literal that no automaton found */
        break;
    }
    return yes ? TRUTH_TRUE : TRUTH_FALSE;
}

/* A truth, worked out once per request and atom. */
static enum truth ask(struct evaluation *e, uint32_t number)
{
    const struct atom *atom;
    const struct value *value;
    enum truth truth;

    if (e->atoms[number] != ATOM_OPEN) {
        return (enum truth)(e->atoms[number] - 1);
    }
    atom = &e->program->atoms[number];
    value = &e->values[atom->slot];
    if (value->state == VALUE_UNKNOWN) {
        return TRUTH_UNKNOWN;
    }
    if (value->state == VALUE_ABSENT || atom->kind == OP_LITERAL) {
        return TRUTH_FALSE;
    }
    truth = ask_present(e, atom, value);
    set_atom(e, number, truth);
    return truth;
}

static enum truth ask_state(const struct evaluation *e, uint32_t slot,
                            enum value_state wanted)
{
    enum value_state state = e->values[slot].state;

    if (state == VALUE_UNKNOWN) {
        return TRUTH_UNKNOWN;
    }
    return state == wanted ? TRUTH_TRUE : TRUTH_FALSE;
}

/* ---- conditions ---- */

/* Long, because it is the one switch over the opcodes. */
static enum truth run(struct evaluation *e, uint32_t start)
{
    const uint32_t *code = e->program->code + start;
    enum truth stack[OPCODE_STACK];
    enum truth *top = stack; /* the first free place */

    for (;;) {
        uint32_t word = *code++;
        uint32_t operand = operand_of(word);

        switch (opcode_of(word)) {
        case OP_END:
            return top[-1];
        case OP_FIXED:
            *top++ = (enum truth)operand;
            break;
        case OP_PRESENT:
            *top++ = ask_state(e, operand, VALUE_PRESENT);
            break;
        case OP_ABSENT:
            *top++ = ask_state(e, operand, VALUE_ABSENT);
            break;
        case OP_LITERAL:
        case OP_NUMBER:
        case OP_AMOUNT:
        case OP_ADDRESS:
        case OP_SET:
        case OP_GLOB:
        case OP_MATCHES:
            *top++ = ask(e, operand);
            break;
        case OP_LABEL:
            *top++ = (enum truth)e->real[operand];
            break;
        case OP_EITHER:
            *top++ = (enum truth)(e->real[operand] > e->shadow[operand]
                                      ? e->real[operand]
                                      : e->shadow[operand]);
            break;
        case OP_NOT:
            top[-1] = (enum truth)(TRUTH_TRUE - top[-1]);
            break;
        case OP_ALL_NEXT:
            top--;
            top[-1] = top[0] < top[-1] ? top[0] : top[-1];
            /* fall through */
        case OP_ALL_FIRST:
            code += top[-1] == TRUTH_FALSE ? operand : 0;
            break;
        case OP_ANY_NEXT:
            top--;
            top[-1] = top[0] > top[-1] ? top[0] : top[-1];
            /* fall through */
        case OP_ANY_FIRST:
            code += top[-1] == TRUTH_TRUE ? operand : 0;
            break;
        case OPCODE_COUNT:
            assert(!"program_verify() lets no other word pass");
            return TRUTH_UNKNOWN;
        }
    }
}

/* Looks at the ranks below `limit`. */
static void look(struct evaluation *e, uint32_t limit)
{
    uint32_t number;

    while ((number = rank_set_take(&e->look, limit)) != UINT32_MAX) {
        const struct image_rank *rank = &e->program->ranks[number];
        enum truth truth = run(e, rank->code);

        if (truth != TRUTH_FALSE) {
            e->truths[number] = (unsigned char)truth;
            e->touched_ranks.items[e->touched_ranks.count++] = number;
            raise_all(e, rank->raises, rank->counted, truth);
        }
    }
}

/* ---- the verdict ---- */

static void list_fired(struct evaluation *e)
{
    uint32_t rule;

    for (uint32_t i = 0; i < e->touched_ranks.count; i++) {
        uint32_t rank = e->touched_ranks.items[i];

        if (e->truths[rank] == TRUTH_TRUE) {
            rank_set_add(&e->order, e->program->ranks[rank].rule);
        }
    }
    e->fired_count = 0;
    while ((rule = rank_set_take(&e->order, UINT32_MAX)) != UINT32_MAX) {
        e->fired[e->fired_count++] = rule;
    }
}

static void sum_score(struct evaluation *e)
{
    bool any = false;
    int64_t sum = 0;

    for (size_t i = 0; i < e->fired_count; i++) {
        const struct rule_info *info = &e->program->rules[e->fired[i]].info;

        if (info->counted) {
            continue;
        }
        any = true;
        sum += info->score;
        if (info->stops) {
            break;
        }
    }
    e->verdict.score = sum < 0 ? 0 : sum > 100 ? 100 : (int)sum;
    if (e->verdict.score >= (int)e->program->band_agent) {
        e->verdict.class = CLASS_AGENT;
    } else if (e->verdict.score >= (int)e->program->band_suspect) {
        e->verdict.class = CLASS_SUSPECT;
    } else {
        e->verdict.class = CLASS_HUMAN;
    }
    if (!any &&
        e->values[e->program->user_agent_slot].state == VALUE_UNKNOWN) {
        e->verdict.class = CLASS_UNKNOWN;
    }
}

static void choose_agent(struct evaluation *e)
{
    struct view *best[AGENT_KEYS] = {&e->verdict.agent_name,
                                     &e->verdict.agent_org,
                                     &e->verdict.agent_category};
    int score[AGENT_KEYS] = {0};

    for (size_t i = 0; i < e->fired_count; i++) {
        const struct image_rule *rule = &e->program->rules[e->fired[i]];

        if (rule->info.counted) {
            continue;
        }
        for (int k = 0; k < AGENT_KEYS; k++) {
            if (rule->agent[k].at &&
                (!best[k]->at || rule->info.score > score[k])) {
                *best[k] = rule->agent[k];
                score[k] = rule->info.score;
            }
        }
    }
}

static void choose_reject(struct evaluation *e)
{
    for (size_t i = 0; i < e->fired_count; i++) {
        const struct rule_info *info = &e->program->rules[e->fired[i]].info;

        if (info->counted || !(info->stops || info->rejects)) {
            continue;
        }
        if (info->rejects) {
            e->verdict.reject = true;
            e->verdict.reject_rule = e->fired[i];
            e->verdict.status = info->status;
            e->verdict.reason = info->reason;
        }
        return;
    }
}

/* ---- the two halves ---- */

void evaluation_stateless(struct evaluation *evaluation, struct value *values)
{
    struct evaluation *e = evaluation;

    reset(e);
    e->values = values;
    wake(e, e->program->always);
    weigh_slots(e, SLOT_EARLY);
    look(e, e->program->stateless);
}

static void fill_rates(struct evaluation *e, const uint64_t *rates)
{
    for (uint32_t s = 0; s < e->program->slot_count; s++) {
        uint32_t rate = e->program->rate_of_slot[s];
        struct value *value = &e->values[s];

        if (rate == IMAGE_NONE) {
            continue;
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
    for (uint32_t s = 0; s < e->program->slot_count; s++) {
        struct value *value = &e->values[s];

        if (e->program->slots[s].time == SLOT_SCORE) {
            *value = (struct value){.state = VALUE_PRESENT};
            value->number = (uint64_t)e->verdict.score;
        } else if (e->program->slots[s].time == SLOT_CLASS) {
            *value = (struct value){.state = VALUE_PRESENT};
            value->text = view_text(class_names[e->verdict.class]);
        }
    }
}

void evaluation_stateful(struct evaluation *evaluation, const uint64_t *rates)
{
    struct evaluation *e = evaluation;

    fill_rates(e, rates);
    weigh_slots(e, SLOT_RATE);
    look(e, e->program->scored);
    list_fired(e);
    sum_score(e);
    fill_score(e);
    weigh_slots(e, SLOT_SCORE);
    weigh_slots(e, SLOT_CLASS);
    look(e, UINT32_MAX);
    list_fired(e);
    choose_agent(e);
    choose_reject(e);
}

/* ---- assumptions ---- */

static void assume(struct evaluation *e, uint32_t number)
{
    const struct image_rank *rank = &e->program->ranks[number];

    if (!rank->counted && e->truths[number] != TRUTH_TRUE) {
        e->truths[number] = TRUTH_TRUE;
        e->touched_ranks.items[e->touched_ranks.count++] = number;
        raise_all(e, rank->raises, false, TRUTH_TRUE);
    }
}

void evaluation_assume(struct evaluation *evaluation, struct value *values,
                       const size_t *rules, size_t count, enum class class,
                       int score)
{
    struct evaluation *e = evaluation;
    uint32_t number;

    reset(e);
    e->values = values;
    for (uint32_t s = 0; s < e->program->slot_count; s++) {
        values[s] = (struct value){.state = VALUE_UNKNOWN};
    }
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
    /* Unlike look(), what is unknown raises nothing. */
    while ((number = rank_set_take(&e->look, UINT32_MAX)) != UINT32_MAX) {
        if (run(e, e->program->ranks[number].code) == TRUTH_TRUE) {
            assume(e, number);
        }
    }
}

/* ---- answers ---- */

const struct verdict *evaluation_verdict(const struct evaluation *evaluation)
{
    return &evaluation->verdict;
}

enum truth evaluation_rule(const struct evaluation *evaluation, size_t rule)
{
    uint32_t rank = evaluation->program->rules[rule].rank;

    return rank == IMAGE_NONE ? TRUTH_FALSE
                              : (enum truth)evaluation->truths[rank];
}

enum truth evaluation_label(const struct evaluation *evaluation, size_t label)
{
    return (enum truth)evaluation->real[label];
}

enum truth evaluation_shadow_label(const struct evaluation *evaluation,
                                   size_t label)
{
    return (enum truth)evaluation->shadow[label];
}

enum truth evaluation_condition(const struct evaluation *evaluation,
                                size_t condition)
{
    /* Remembers what it works out, which changes no answer. */
    struct evaluation *e = (struct evaluation *)evaluation;

    return run(e, e->program->conditions[condition]);
}

size_t evaluation_fired(const struct evaluation *evaluation,
                        const size_t **rules)
{
    *rules = evaluation->fired;
    return evaluation->fired_count;
}
