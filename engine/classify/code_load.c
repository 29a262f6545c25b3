/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions -> words (opcode.h draws them). Within a group the parts are put
 * into an order of their own, which Kleene's and/or do not mind: first what
 * settles the group for least effort in most of the usual requests that look
 * at it.
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
    unsigned effort;
    uint32_t settles; /* usual requests in which it settles the group */
    uint64_t price;
    size_t place;
};

/* Effort for each time that the group is settled by it. */
static void set_price(struct part *part, uint32_t context)
{
    unsigned all = (unsigned)__builtin_popcount(context);
    unsigned settled = (unsigned)__builtin_popcount(part->settles & context);

    part->price = (uint64_t)part->effort * (8 * all + 4) / (8 * settled + 2);
}

static int compare_parts(const void *left, const void *right)
{
    const struct part *a = left, *b = right;

    if (a->price != b->price) {
        return a->price < b->price ? -1 : 1;
    }
    return a->place < b->place ? -1 : 1;
}

/* Sorting again what is left, after each part, is for short groups. */
#define RESORTED_MAX 32

/* The one that settles most of `context` for least effort, then the one for
 * what that one leaves, and so on. */
static void order_parts(struct part *parts, size_t count, uint32_t context)
{
    uint32_t open = context;

    for (size_t first = 0; first < count; first++) {
        for (size_t i = first; i < count; i++) {
            set_price(&parts[i], open);
        }
        qsort(parts + first, count - first, sizeof(*parts), compare_parts);
        if (count > RESORTED_MAX) {
            return;
        }
        open &= ~parts[first].settles;
    }
}

static struct part *sort_parts(struct code *code, const struct rules *rules,
                               const struct draft_node *group, uint32_t context,
                               size_t *count)
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
        struct usual usual = usual_truth(rules, n);

        parts[*count] = (struct part){
            .node = n,
            .effort = effort(rules, n),
            .settles = group->kind == DRAFT_ALL ? usual.no : usual.yes,
            .place = *count};
        (*count)++;
    }
    order_parts(parts, *count, context);
    return parts;
}

static void emit(struct code *code, const struct rules *rules,
                 const struct draft_node *node, bool counted, uint32_t context);

static void emit_group(struct code *code, const struct rules *rules,
                       const struct draft_node *group, bool counted,
                       uint32_t context)
{
    enum opcode first = group->kind == DRAFT_ALL ? OP_ALL_FIRST : OP_ANY_FIRST;
    enum opcode next = group->kind == DRAFT_ALL ? OP_ALL_NEXT : OP_ANY_NEXT;
    size_t count, *jumps = NULL;
    struct part *parts = sort_parts(code, rules, group, context, &count);

    if (parts) {
        jumps = arena_array(code->arena, count, sizeof(*jumps));
    }
    if (!jumps) {
        code->failed = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        emit(code, rules, parts[i].node, counted, context);
        context &= ~parts[i].settles;
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
                 const struct draft_node *node, bool counted, uint32_t context)
{
    switch (node->kind) {
    case DRAFT_ALL:
    case DRAFT_ANY:
        emit_group(code, rules, node, counted, context);
        break;
    case DRAFT_NOT:
        emit(code, rules, node->first, counted, context);
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

    /* It is run where something woke it. */
    emit(code, rules, node, counted, odds_of(rules, node, WANT_FALSE).usual);
    put(code, OP_END, 0);
    return (uint32_t)start;
}
