/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions -> words (opcode.h draws them). Within a group the cheap parts
 * come first, whatever order they were written in: Kleene's and/or do not
 * mind, and the dear ones are then mostly jumped over.
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

/* What running a part costs, about. */
static unsigned effort(const struct rules *rules, const struct draft_node *node)
{
    unsigned sum = 1;

    switch (node->kind) {
    case DRAFT_ATOM:
        switch (rules->atoms[node->index].atom.kind) {
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
    size_t place;
};

static int compare_parts(const void *left, const void *right)
{
    const struct part *a = left, *b = right;

    if (a->effort != b->effort) {
        return a->effort < b->effort ? -1 : 1;
    }
    return a->place < b->place ? -1 : 1;
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
        parts[*count] = (struct part){n, effort(rules, n), *count};
        (*count)++;
    }
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
