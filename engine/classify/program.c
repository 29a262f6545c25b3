/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program says of itself: rules, labels, rates, address sets. The
 * names of opcodes and classes live here too.
 */
#include "classify/program.h"

#include "classify/evaluation.h"
#include "classify/image.h"

const struct view class_names[] = {
    [CLASS_HUMAN] = {"human", 5},
    [CLASS_SUSPECT] = {"suspect", 7},
    [CLASS_AGENT] = {"agent", 5},
    [CLASS_UNKNOWN] = {"unknown", 7},
};

const struct opcode_row opcode_rows[OPCODE_COUNT] = {
#define OPCODE_ROW(id, name, operand, pops, pushes, doc)                       \
    {name, OPERAND_##operand, pops, pushes},
    OPCODE_TABLE(OPCODE_ROW)
#undef OPCODE_ROW
};

void program_free(struct program *program)
{
    if (program) {
        for (uint32_t i = 0; i < program->regex_count; i++) {
            regex_free(program->regexes[i]);
            program->regexes[i] = NULL;
        }
        program->regex_count = 0;
    }
}

size_t program_rules(const struct program *program)
{
    return program->rule_count;
}

const struct rule_info *program_rule(const struct program *program, size_t i)
{
    return &program->rules[i].info;
}

size_t program_labels(const struct program *program)
{
    return program->label_count;
}

struct view program_label(const struct program *program, size_t i)
{
    return program->labels[i].name;
}

size_t program_label_find(const struct program *program, struct view label)
{
    for (size_t i = 0; i < program->label_count; i++) {
        if (view_equal(program->labels[i].name, label)) {
            return i;
        }
    }
    return SIZE_MAX;
}

size_t program_slots(const struct program *program)
{
    return program->slot_count;
}

size_t program_rates(const struct program *program)
{
    return program->rate_count;
}

const struct rate_info *program_rate(const struct program *program, size_t i)
{
    return &program->rates[i];
}

size_t program_sets(const struct program *program)
{
    return program->set_count;
}

struct view program_set(const struct program *program, size_t i)
{
    return program->sets[i].name;
}

bool program_set_asked(const struct program *program, size_t i)
{
    for (uint32_t k = 0; k < program->atom_count; k++) {
        if (program->atoms[k].kind == OP_SET && program->atoms[k].index == i) {
            return true;
        }
    }
    return false;
}

const struct plan *program_plan(const struct program *program)
{
    return program->plan;
}
