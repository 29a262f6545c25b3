/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions -> words (opcode.h draws them). Within a group the parts are put
 * into an order of their own, which Kleene's and/or do not mind: the cheap
 * ones first, so that the dear ones are mostly jumped over; among equals what
 * most likely settles the group. In `all` that is what is seldom true, but
 * for the seldomest part: it has woken the rule, so it is true.
 */
#include "classify/draft_load.h"

#include <stdlib.h>

static void put(struct code *code, enum opcode op, size_t operand)
{
    uint32_t *words;

    if (code->failed || operand > OPERAND_MAX || code->count >= IMAGE_NONE) {
        code->failed = true;
        return;
    }
    words = list_room(code->arena, code->words, &code->room, code->count,
                      sizeof(*words));
    if (!words) {
        code->failed = true;
        return;
    }
    code->words = words;
    words[code->count++] = opcode_word(op, operand);
}

/* A literal of a lazy slot is not found yet when it is asked for. */
static unsigned literal_effort(const struct program *program, uint32_t number)
{
    const struct atom *atom = &program->atoms[number];

    if (!program->slots[atom->slot].lazy) {
        return 2;
    }
    return atom->direct &&
                   (atom->test == LITERAL_IS || atom->test == LITERAL_STARTS ||
                    atom->test == LITERAL_ENDS)
               ? 8
               : 100;
}

/* What running a part costs, about. */
static unsigned effort(const struct rules *rules, const struct draft_node *node)
{
    unsigned sum = 1;

    switch (node->kind) {
    case DRAFT_ATOM:
        switch (rules->atoms[node->index].atom.kind) {
        case OP_LITERAL:
            return literal_effort(rules->program, node->index);
        case OP_MATCHES:
            return 1000;
        case OP_GLOB:
            return 200;
        case OP_ADDRESS:
        case OP_SET:
        case OP_AMOUNT:
            return 20;
        default:
            return 2;
        }
    case DRAFT_ALL:
    case DRAFT_ANY:
    case DRAFT_NOT:
        for (const struct draft_node *n = node->first; n; n = n->next) {
            sum += effort(rules, n);
        }
        return sum;
    case DRAFT_PRESENT:
    case DRAFT_ABSENT:
    case DRAFT_LABEL:
    case DRAFT_FIXED:
        break;
    }
    return 1;
}

struct part {
    const struct draft_node *node;
    unsigned effort; /* in steps of about four */
    unsigned turn;   /* by how likely it settles the group */
    size_t place;
};

static int compare_parts(const void *left, const void *right)
{
    const struct part *a = left, *b = right;

    if (a->effort != b->effort) {
        return a->effort < b->effort ? -1 : 1;
    }
    if (a->turn != b->turn) {
        return a->turn < b->turn ? -1 : 1;
    }
    return a->place < b->place ? -1 : 1;
}

static unsigned effort_step(unsigned effort)
{
    unsigned step = 0;

    while (effort > 8) {
        effort /= 4;
        step++;
    }
    return step;
}

static void give_turns(const struct rules *rules, enum draft_kind kind,
                       struct part *parts, size_t count)
{
    struct part *waker = &parts[0];
    unsigned least = UINT32_MAX;

    for (size_t i = 0; i < count; i++) {
        unsigned chance = wake_chance(rules, parts[i].node);
        unsigned cost = wake_cost(rules, parts[i].node);

        parts[i].turn = kind == DRAFT_ALL ? chance : 1000 - chance;
        if (cost < least) {
            least = cost;
            waker = &parts[i];
        }
    }
    if (kind == DRAFT_ALL) {
        waker->turn = 1001;
    }
}

static struct part *sort_parts(struct code *code, const struct rules *rules,
                               const struct draft_node *group, size_t *count)
{
    struct part *parts;

    *count = 0;
    for (const struct draft_node *n = group->first; n; n = n->next) {
        (*count)++;
    }
    parts = arena_array(code->arena, *count, sizeof(*parts));
    if (!parts) {
        code->failed = true;
        return NULL;
    }
    *count = 0;
    for (const struct draft_node *n = group->first; n; n = n->next) {
        parts[*count] =
            (struct part){n, effort_step(effort(rules, n)), 0, *count};
        (*count)++;
    }
    give_turns(rules, group->kind, parts, *count);
    qsort(parts, *count, sizeof(*parts), compare_parts);
    return parts;
}

static void emit(struct code *code, const struct rules *rules,
                 const struct draft_node *node, bool counted);

static void emit_group(struct code *code, const struct rules *rules,
                       const struct draft_node *group, bool counted)
{
    enum opcode first = group->kind == DRAFT_ALL ? OP_ALL_FIRST : OP_ANY_FIRST;
    enum opcode next = group->kind == DRAFT_ALL ? OP_ALL_NEXT : OP_ANY_NEXT;
    size_t count, *jumps = NULL;
    struct part *parts = sort_parts(code, rules, group, &count);

    if (parts) {
        jumps = arena_array(code->arena, count, sizeof(*jumps));
    }
    if (!jumps) {
        code->failed = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        emit(code, rules, parts[i].node, counted);
        jumps[i] = code->count;
        if (count > 1) {
            put(code, i == 0 ? first : next, 0);
        }
    }
    for (size_t i = 0; i < count && count > 1 && !code->failed; i++) {
        size_t skip = code->count - jumps[i] - 1;

        if (skip > OPERAND_MAX) {
            code->failed = true;
            return;
        }
        code->words[jumps[i]] =
            opcode_word(opcode_of(code->words[jumps[i]]), skip);
    }
}

static void emit(struct code *code, const struct rules *rules,
                 const struct draft_node *node, bool counted)
{
    switch (node->kind) {
    case DRAFT_ALL:
    case DRAFT_ANY:
        emit_group(code, rules, node, counted);
        break;
    case DRAFT_NOT:
        emit(code, rules, node->first, counted);
        put(code, OP_NOT, 0);
        break;
    case DRAFT_ATOM:
        put(code, rules->atoms[node->index].atom.kind, node->index);
        break;
    case DRAFT_PRESENT:
        put(code, OP_PRESENT, node->index);
        break;
    case DRAFT_ABSENT:
        put(code, OP_ABSENT, node->index);
        break;
    case DRAFT_LABEL:
        if (node->label->label == IMAGE_NONE) {
            put(code, OP_FIXED, TRUTH_FALSE);
        } else {
            put(code, counted ? OP_EITHER : OP_LABEL, node->label->label);
        }
        break;
    case DRAFT_FIXED:
        put(code, OP_FIXED, node->fixed);
        break;
    }
}

uint32_t code_condition(struct code *code, const struct rules *rules,
                        const struct draft_node *node, bool counted)
{
    size_t start = code->count;

    emit(code, rules, node, counted);
    put(code, OP_END, 0);
    return (uint32_t)start;
}
