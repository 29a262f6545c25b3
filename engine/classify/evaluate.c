/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs what a request wakes.
 *
 *   slots.c: automata -> atoms that are true -> ranks to look at
 *   lowest rank first: run its condition; if it is not false, raise its
 *   labels, which may add higher ranks
 *
 * A rank that nothing adds is false: wake_load.c chose what adds it so.
 */
#include "classify/memo.h"

#include <assert.h>

/* ---- waking ---- */

static void raise_label(struct evaluation *e, uint32_t label, bool counted,
                        enum truth truth)
{
    unsigned both = e->labels[label];
    unsigned before = label_truth(both, counted);

    if (before >= truth) {
        return;
    }
    if (both == 0) {
        e->touched_labels.items[e->touched_labels.count++] = label;
    }
    both ^= (before ^ truth) << (counted ? TRUTH_BITS : 0);
    e->labels[label] = (unsigned char)both;
    weighing_wake(e, e->program->labels[label].wakes);
}

void weighing_raise(struct evaluation *e, struct span span, bool counted,
                    enum truth truth)
{
    for (uint32_t i = 0; i < span.count; i++) {
        raise_label(e, e->program->raises[span.first + i], counted, truth);
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

static enum truth set_holds(const struct evaluation *e, uint32_t number,
                            const struct address *address)
{
    const struct image_set *set = &e->program->sets[number];

    if (e->assumed_sets) {
        return e->assumed_sets[number];
    }
    if (!set->set) {
        return TRUTH_UNKNOWN;
    }
    if (address_set_holds(set->set, address)) {
        return TRUTH_TRUE;
    }
    return e->now > set->fresh_until ? TRUTH_UNKNOWN : TRUTH_FALSE;
}

static void meet_limit(struct evaluation *e)
{
    if (!e->verdict.limited) {
        e->verdict.limited = true;
        weighing_raise(e, e->program->limit_raises, false, TRUTH_TRUE);
    }
}

static bool needle_stands(enum literal_test test, bool folds, struct view value,
                          const struct needle *needle)
{
    size_t size = needle->text.size, at = 0;

    if (value.size < size || (test == LITERAL_IS && value.size != size)) {
        return false;
    }
    switch (test) {
    case LITERAL_IS:
    case LITERAL_STARTS:
        return search_equal(value.at, needle->text, folds);
    case LITERAL_ENDS:
        return search_equal(value.at + value.size - size, needle->text, folds);
    default:
        break;
    }
    while ((at = search_needle(value, at, needle, folds)) != SIZE_MAX) {
        if (literal_stands(test, value, at + size, size)) {
            return true;
        }
        at++;
    }
    return false;
}

/* The few literals of an atom, without an automaton. */
static bool search_atom(const struct program *p, const struct atom *atom,
                        struct view value)
{
    for (uint32_t i = 0; i < atom->operands.count; i++) {
        if (needle_stands(atom->test, atom->folds, value,
                          &p->texts[atom->operands.first + i])) {
            return true;
        }
    }
    return false;
}

/* Were all literals of the slot looked for, by it or by one past? */
static bool was_scanned(struct evaluation *e, uint32_t slot)
{
    const uint32_t *at = e->found.items, *end = at + e->found.count;

    if (e->scanned[slot] == e->turn) {
        return true;
    }
    if (at == end || e->program->slots[slot].time != SLOT_EARLY) {
        return false;
    }
    while (at < end && at[0] < slot) {
        at += 2 + at[1];
    }
    if (at < end && at[0] == slot) {
        e->scanned[slot] = e->turn;
        for (uint32_t i = 0; i < at[1]; i++) {
            weighing_set_atom(e, at[2 + i], TRUTH_TRUE);
        }
    }
    return e->scanned[slot] == e->turn;
}

/* Is a literal atom of a present value true? */
static bool is_found(struct evaluation *e, uint32_t number)
{
    const struct atom *atom = &e->program->atoms[number];
    bool scanned = was_scanned(e, atom->slot);

    if (e->atoms[number] != ATOM_OPEN) {
        return e->atoms[number] == TRUTH_TRUE + 1;
    }
    if (scanned) {
        return false;
    }
    if (atom->direct && !(e->memo && e->effects[atom->slot])) {
        bool found = search_atom(e->program, atom, e->values[atom->slot].text);

        weighing_set_atom(e, number, found ? TRUTH_TRUE : TRUTH_FALSE);
        return found;
    }
    weighing_scan(e, atom->slot);
    return e->atoms[number] == TRUTH_TRUE + 1;
}

/* Does the value lack the literal that all that fits holds? */
static bool lacks_literal(struct evaluation *e, const struct atom *atom)
{
    return atom->needs != IMAGE_NONE && !is_found(e, atom->needs);
}

/* Following a glob costs no more than looking for its literal would. */
static bool surely_misfits(struct evaluation *e, const struct atom *atom)
{
    return !e->program->no_prefilter && e->scanned[atom->slot] == e->turn &&
           lacks_literal(e, atom);
}

static enum truth ask_glob(struct evaluation *e, uint32_t number)
{
    const struct atom *atom = &e->program->atoms[number];
    struct view value = e->values[atom->slot].text;
    enum truth truth;

    if (e->memo && e->effects[atom->slot]) {
        if (!was_scanned(e, atom->slot)) {
            weighing_scan(e, atom->slot);
        }
        return e->atoms[number] == ATOM_OPEN ? TRUTH_FALSE : TRUTH_TRUE;
    }
    truth = !surely_misfits(e, atom) &&
                    glob_fits(&e->program->globs[atom->index], value)
                ? TRUTH_TRUE
                : TRUTH_FALSE;

    weighing_set_atom(e, number, truth);
    return truth;
}

/* A value too long for PCRE2 is still surely no match when it lacks the
 * literal. */
static enum truth matches(struct evaluation *e, const struct atom *atom,
                          struct view value)
{
    bool may_skip = !e->program->no_prefilter || value.size > REGEX_SUBJECT_MAX;
    enum truth truth;

    if (may_skip && lacks_literal(e, atom)) {
        return TRUTH_FALSE;
    }
    if (e->regex_runs >= REGEX_RUNS_MAX) {
        meet_limit(e);
        return TRUTH_UNKNOWN;
    }
    e->regex_runs++;
    truth = e->memo ? memo_match(e->memo, atom->index, e->scratch, value)
                    : regex_match(e->program->regexes[atom->index], e->scratch,
                                  value);
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
    case OP_MATCHES:
        return matches(e, atom, value->text);
    default:
        break;
    }
    return yes ? TRUTH_TRUE : TRUTH_FALSE;
}

/* An atom that the request's key does not tell: who is the same by its key is
 * the same if these are. */
static void record(struct evaluation *e, uint32_t number)
{
    for (uint32_t i = 0; i < e->asked_count; i++) {
        if (e->asked[i] == number) {
            return;
        }
    }
    if (e->asked_count == ASKED_MAX) {
        e->recording = false;
        return;
    }
    e->asked[e->asked_count++] = number;
}

/* Numbers and what effects are made of are told by the key, and so is a set
 * that there is not. */
static bool is_of_key(const struct evaluation *e, const struct atom *atom)
{
    return atom->kind == OP_NUMBER ||
           ((atom->kind == OP_LITERAL || atom->kind == OP_GLOB) &&
            e->effects[atom->slot]) ||
           (atom->kind == OP_SET && !e->program->sets[atom->index].set);
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
    value = weighing_value(e, atom->slot);
    if (value->state == VALUE_UNKNOWN) {
        return TRUTH_UNKNOWN;
    }
    if (value->state == VALUE_ABSENT) {
        return TRUTH_FALSE;
    }
    if (e->recording && !is_of_key(e, atom)) {
        record(e, number);
    }
    if (atom->kind == OP_LITERAL) {
        return is_found(e, number) ? TRUTH_TRUE : TRUTH_FALSE;
    }
    if (atom->kind == OP_GLOB) {
        return ask_glob(e, number);
    }
    truth = ask_present(e, atom, value);
    weighing_set_atom(e, number, truth);
    return truth;
}

enum truth weigh_atom(struct evaluation *e, uint32_t atom)
{
    return ask(e, atom);
}

static enum truth ask_state(struct evaluation *e, uint32_t slot,
                            enum value_state wanted)
{
    enum value_state state = weighing_value(e, slot)->state;

    if (state == VALUE_UNKNOWN) {
        return TRUTH_UNKNOWN;
    }
    return state == wanted ? TRUTH_TRUE : TRUTH_FALSE;
}

/* What most conditions ask most. */
static inline enum truth ask_literal(struct evaluation *e, uint32_t number)
{
    const struct atom *atom = &e->program->atoms[number];
    uint32_t slot = atom->slot;

    if (e->recording && !atom->eager && !e->effects[slot] &&
        e->values[slot].state == VALUE_PRESENT) {
        record(e, number);
    }
    if (e->atoms[number] != ATOM_OPEN) {
        return (enum truth)(e->atoms[number] - 1);
    }
    if (atom->classes && e->values[slot].state == VALUE_PRESENT) {
        return atom->classes >> e->verdict.class & 1 ? TRUTH_TRUE : TRUTH_FALSE;
    }
    if (atom->eager && e->sighted) {
        return TRUTH_FALSE;
    }
    if (e->scanned[slot] == e->turn &&
        weighing_value(e, slot)->state == VALUE_PRESENT) {
        return TRUTH_FALSE;
    }
    return ask(e, number);
}

/* ---- conditions ---- */

/* A label's truths. */
static inline unsigned both_of(struct evaluation *e, uint32_t label)
{
    if (e->put_off.items) {
        memo_recall_rest(e);
    }
    return e->labels[label];
}

/* Long, because it is the one switch over the opcodes. */
enum truth weigh_condition(struct evaluation *e, uint32_t start)
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
            *top++ = ask_literal(e, operand);
            break;
        case OP_NUMBER:
        case OP_AMOUNT:
        case OP_ADDRESS:
        case OP_SET:
        case OP_GLOB:
        case OP_MATCHES:
            *top++ = ask(e, operand);
            break;
        case OP_LABEL:
            *top++ = label_truth(both_of(e, operand), false);
            break;
        case OP_EITHER:
            *top++ = label_either(both_of(e, operand));
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
        default:
            __builtin_unreachable(); /* program_verify() lets none pass */
        }
    }
}

static void weigh_rank(struct evaluation *e, uint32_t number)
{
    const struct image_rank *rank = &e->program->ranks[number];
    enum truth truth = weigh_condition(e, rank->code);

    if (truth != TRUTH_FALSE) {
        assert(e->truths[number] == TRUTH_FALSE); /* looked at once */
        e->truths[number] = (unsigned char)truth;
        e->touched_ranks.items[e->touched_ranks.count++] = number;
        weighing_raise(e, rank->raises, rank->counted, truth);
    }
}

void weigh_ranks(struct evaluation *e, uint32_t limit)
{
    uint32_t number;

    while ((number = rank_set_take(&e->look, limit)) != UINT32_MAX) {
        weigh_rank(e, number);
    }
}

void weigh_later(struct evaluation *e)
{
    uint32_t number;

    e->settled = true;
    memo_recall_rest(e);
    weighing_fill(e);
    for (uint32_t i = 0; i < e->program->slot_count; i++) {
        if (e->values[i].state == VALUE_UNKNOWN) {
            weighing_wake(e, e->program->slots[i].wakes[SLOT_UNKNOWN_LATER]);
        }
    }
    while ((number = rank_set_take(&e->look, UINT32_MAX)) != UINT32_MAX) {
        if (e->truths[number] == TRUTH_FALSE) {
            weigh_rank(e, number);
        }
    }
}
