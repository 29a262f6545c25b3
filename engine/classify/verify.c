/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program's own check: whatever a loader's mistake makes, evaluation
 * reads no word, stack place or array outside of the image. Run after each
 * compilation and by the fuzzers.
 */
#include "classify/image.h"

static bool within(struct span span, uint32_t count)
{
    return span.first <= count && span.count <= count - span.first;
}

/* ---- conditions ---- */

struct walk {
    const struct program *p;
    uint32_t at;
    unsigned depth;
    /* Depth that the word at a target must find: groups nest, so that open
     * targets form a stack. */
    struct {
        uint32_t at;
        unsigned depth;
    } targets[OPCODE_STACK * 2];
    unsigned target_count;
};

static bool operand_is_good(const struct program *p, enum opcode op,
                            uint32_t operand)
{
    switch (opcode_rows[op].operand) {
    case OPERAND_NONE:
        return operand == 0;
    case OPERAND_TRUTH:
        return operand <= TRUTH_TRUE;
    case OPERAND_SLOT:
        return operand < p->slot_count;
    case OPERAND_ATOM:
        return operand < p->atom_count && p->atoms[operand].kind == op;
    case OPERAND_LABEL:
        return operand < p->label_and_group_count;
    case OPERAND_JUMP:
        return operand <= OPERAND_MAX;
    }
    return false;
}

/* A jump leaves its group: the word it leads to finds one truth more than
 * stood below the group. Targets of one group are the same word. */
static bool note_target(struct walk *w, uint32_t target)
{
    if (w->target_count > 0 && w->targets[w->target_count - 1].at == target) {
        return w->targets[w->target_count - 1].depth == w->depth;
    }
    if (w->target_count > 0 && w->targets[w->target_count - 1].at < target) {
        return false;
    }
    if (w->target_count == sizeof(w->targets) / sizeof(w->targets[0])) {
        return false;
    }
    w->targets[w->target_count].at = target;
    w->targets[w->target_count++].depth = w->depth;
    return true;
}

static bool meet_targets(struct walk *w)
{
    while (w->target_count > 0 && w->targets[w->target_count - 1].at == w->at) {
        if (w->targets[w->target_count - 1].depth != w->depth) {
            return false;
        }
        w->target_count--;
    }
    return true;
}

static const char *verify_word(struct walk *w)
{
    uint32_t word = w->p->code[w->at];
    enum opcode op = opcode_of(word);
    const struct opcode_row *row;

    if ((word & 0xff) >= OPCODE_COUNT) {
        return "an unknown opcode";
    }
    row = &opcode_rows[op];
    if (!operand_is_good(w->p, op, operand_of(word))) {
        return "an operand out of range";
    }
    if (w->depth < row->pops) {
        return "a stack that runs empty";
    }
    w->depth = w->depth - row->pops + row->pushes;
    if (w->depth > OPCODE_STACK) {
        return "a stack that overflows";
    }
    w->at++;
    if (row->operand == OPERAND_JUMP && operand_of(word) > 0 &&
        (operand_of(word) >= w->p->code_size - w->at ||
         !note_target(w, w->at + operand_of(word)))) {
        return "a jump out of its group";
    }
    return NULL;
}

static const char *verify_condition(const struct program *p, uint32_t start)
{
    struct walk w = {.p = p, .at = start};

    while (w.at < p->code_size) {
        enum opcode op = opcode_of(p->code[w.at]);
        const char *wrong;

        if (!meet_targets(&w)) {
            return "a jump to another depth of the stack";
        }
        wrong = verify_word(&w);
        if (wrong) {
            return wrong;
        }
        if (op == OP_END) {
            return w.depth == 0 && w.target_count == 0
                       ? NULL
                       : "a condition that ends in the middle";
        }
    }
    return "a condition without an end";
}

static const char *verify_conditions(const struct program *p)
{
    const char *wrong = NULL;

    for (uint32_t i = 0; i < p->rank_count && !wrong; i++) {
        wrong = verify_condition(p, p->ranks[i].code);
    }
    for (uint32_t i = 0; i < p->condition_count && !wrong; i++) {
        wrong = verify_condition(p, p->conditions[i]);
    }
    return wrong;
}

/* ---- automata ---- */

static bool sparse_is_good(const struct automaton *a)
{
    for (uint32_t i = 0; i < a->state_count; i++) {
        const struct sparse_state *s = &a->sparse[i];

        if (!within((struct span){s->child, s->count}, a->state_count) ||
            s->failure >= a->state_count ||
            (s->output != AUTOMATON_NONE && s->output >= a->output_count)) {
            return false;
        }
        for (uint32_t e = 0; e < s->count; e++) {
            if (a->edges[s->child + e].target >= a->state_count) {
                return false;
            }
        }
    }
    return true;
}

static bool table_is_good(const struct automaton *a)
{
    uint32_t width = a->class_count + CELLS_BEHIND;
    size_t cells = (size_t)a->state_count * width;

    if (a->form == AUTOMATON_SPARSE) {
        return sparse_is_good(a);
    }
    for (size_t i = 0; i < cells; i++) {
        uint32_t next = a->form == AUTOMATON_WIDE ? a->wide[i] : a->narrow[i];

        if (i % width < a->class_count && (next >= cells || next % width)) {
            return false;
        }
        if (i % width == a->class_count + CELL_OUTPUT && i >= a->hit_from &&
            next >= a->output_count) {
            return false;
        }
    }
    return a->hit_from + (size_t)a->output_count * width == cells;
}

static const char *verify_automaton(const struct program *p,
                                    const struct automaton *a)
{
    if (!table_is_good(a)) {
        return "an automaton that leads out of its table";
    }
    for (uint32_t i = 0; i < a->output_count; i++) {
        const struct output *output = &a->outputs[i];

        if (!within((struct span){output->first, output->count},
                    a->mark_count) ||
            (output->link != AUTOMATON_NONE &&
             (output->link >= a->output_count ||
              a->outputs[output->link].length >= output->length))) {
            return "an automaton's output out of range";
        }
    }
    for (uint32_t i = 0; i < a->mark_count; i++) {
        if (a->marks[i].atom >= p->atom_count ||
            p->atoms[a->marks[i].atom].kind != OP_LITERAL) {
            return "an automaton's mark of no literal";
        }
    }
    return NULL;
}

/* ---- the rest ---- */

static bool index_is_good(const struct program *p, const struct atom *atom)
{
    switch (atom->kind) {
    case OP_NUMBER:
        return within(atom->ranges, p->number_range_count);
    case OP_AMOUNT:
        return within(atom->ranges, p->amount_range_count);
    case OP_ADDRESS:
        return atom->index < p->network_count;
    case OP_SET:
        return atom->index < p->set_count;
    case OP_GLOB:
        return atom->index < p->glob_count;
    case OP_MATCHES:
        return atom->index < p->regex_count;
    case OP_LITERAL:
        return true;
    default:
        return false;
    }
}

static const char *verify_atoms(const struct program *p)
{
    for (uint32_t i = 0; i < p->atom_count; i++) {
        const struct atom *atom = &p->atoms[i];

        if (atom->slot >= p->slot_count ||
            !within(atom->operands, p->text_count) || !index_is_good(p, atom) ||
            (atom->needs != IMAGE_NONE &&
             (atom->needs >= p->atom_count ||
              p->atoms[atom->needs].kind != OP_LITERAL)) ||
            !within(p->atom_wakes[i], p->wake_count)) {
            return "an atom out of range";
        }
    }
    return NULL;
}

static const char *verify_slots(const struct program *p)
{
    for (int time = 0; time < SLOT_TIMES; time++) {
        for (uint32_t i = 0; i < p->timed[time].count; i++) {
            uint32_t slot = p->slot_order[p->timed[time].first + i];

            if (slot >= p->slot_count ||
                p->slots[slot].time != (enum slot_time)time ||
                (time == SLOT_RATE && p->rate_of_slot[slot] != IMAGE_NONE &&
                 p->rate_of_slot[slot] >= p->rate_count)) {
                return "a slot at the wrong time";
            }
        }
    }
    for (uint32_t i = 0; i < p->slot_count; i++) {
        const struct image_slot *slot = &p->slots[i];

        for (int j = 0; j < 2; j++) {
            if (slot->automata[j] != IMAGE_NONE &&
                (slot->automata[j] >= p->automaton_count ||
                 p->automata[slot->automata[j]].slot != i)) {
                return "a slot with another's automaton";
            }
        }
        for (int j = 0; j < SLOT_WAKES; j++) {
            if (!within(slot->wakes[j], p->wake_count)) {
                return "a slot's wakes out of range";
            }
        }
        if (!within(slot->empties, p->empty_count) ||
            !within(slot->points[NUMBER_IS], p->point_count) ||
            !within(slot->points[NUMBER_FROM], p->point_count) ||
            !within(slot->points[NUMBER_TO], p->point_count) ||
            !within(slot->segments, p->segment_count)) {
            return "a slot out of range";
        }
    }
    return NULL;
}

/* A label wakes only ranks after all that raise it. */
static const char *verify_ranks(const struct program *p)
{
    for (uint32_t i = 0; i < p->rank_count; i++) {
        const struct image_rank *rank = &p->ranks[i];

        if (rank->rule >= p->rule_count || p->rules[rank->rule].rank != i ||
            !within(rank->raises, p->raise_count) ||
            !within(rank->events, p->event_count)) {
            return "a rank out of range";
        }
        for (uint32_t j = 0; j < rank->raises.count; j++) {
            uint32_t label = p->raises[rank->raises.first + j];

            if (label >= p->label_and_group_count) {
                return "a label out of range";
            }
            if (p->labels[label].wakes.count > 0 &&
                p->wakes[p->labels[label].wakes.first] <= i) {
                return "a label that wakes a rule too late";
            }
        }
    }
    return NULL;
}

static const char *verify_indexes(const struct program *p)
{
    for (uint32_t i = 0; i < p->point_count; i++) {
        if (p->points[i].atom >= p->atom_count) {
            return "a number of no atom";
        }
    }
    for (uint32_t i = 0; i < p->segment_count; i++) {
        if (p->segments[i].nest != IMAGE_NONE &&
            p->segments[i].nest >= p->nest_count) {
            return "a segment of no network";
        }
    }
    for (uint32_t i = 0; i < p->nest_count; i++) {
        /* A parent comes before its child, so that the way up ends. */
        if ((p->nests[i].parent != IMAGE_NONE && p->nests[i].parent >= i) ||
            !within(p->nests[i].atoms, p->nest_atom_count)) {
            return "a network in no other";
        }
    }
    for (uint32_t i = 0; i < p->nest_atom_count; i++) {
        if (p->nest_atoms[i] >= p->atom_count) {
            return "a network of no atom";
        }
    }
    return NULL;
}

static const char *verify_lists(const struct program *p)
{
    for (uint32_t i = 0; i < p->label_and_group_count; i++) {
        if (!within(p->labels[i].wakes, p->wake_count)) {
            return "a label's wakes out of range";
        }
    }
    for (uint32_t i = 0; i < p->wake_count; i++) {
        if (p->wakes[i] >= p->rank_count) {
            return "a wake of no rank";
        }
    }
    for (uint32_t i = 0; i < p->empty_count; i++) {
        if (p->empties[i] >= p->atom_count) {
            return "an empty literal of no atom";
        }
    }
    if (p->stateless > p->scored || p->scored > p->rank_count ||
        !within(p->always, p->wake_count) ||
        !within(p->limit_raises, p->raise_count) ||
        p->user_agent_slot >= p->slot_count) {
        return "a header out of range";
    }
    return NULL;
}

const char *program_verify(const struct program *program)
{
    const char *wrong = verify_lists(program);

    wrong = wrong ? wrong : verify_slots(program);
    wrong = wrong ? wrong : verify_indexes(program);
    wrong = wrong ? wrong : verify_atoms(program);
    wrong = wrong ? wrong : verify_ranks(program);
    wrong = wrong ? wrong : verify_conditions(program);
    for (uint32_t i = 0; i < program->automaton_count && !wrong; i++) {
        wrong = verify_automaton(program, &program->automata[i]);
    }
    return wrong;
}
