/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The disassembly of a program, for people and for golden tests:
 *
 *   rule default/undici-fetch rules/signals.yaml:12
 *     rank 0, score 60, gives signal:header-contradiction
 *     looked at when header.sec-fetch-mode is present or unknown
 *        0  present        header.sec-fetch-mode
 *        1  all-first      -> 4
 *   ...
 *   automaton user-agent, folded: 14 states, 9 classes, narrow, 252 bytes
 *   always: default/no-literal
 *
 * Nothing here depends on addresses or hashes: one program, one text.
 */
#include <stdio.h>

#include "base/text.h"
#include "classify/image.h"

#define LINE_MAX_BYTES 4096

struct dump {
    const struct program *p;
    program_sink *sink;
    void *context;
    struct text line;
    char room[LINE_MAX_BYTES];
};

static const char *const truth_names[] = {"false", "unknown", "true"};
static const char *const state_names[] = {"unknown", "absent", "present"};

/* Sends the line; one that did not fit ends in "...". */
static void end_line(struct dump *d)
{
    d->sink(d->context, text_view(&d->line));
    d->sink(d->context, d->line.cut ? VIEW("...\n") : VIEW("\n"));
    d->line = text_in(d->room, sizeof(d->room));
}

static void add_quoted(struct text *t, struct view v)
{
    text_add_char(t, '"');
    for (size_t i = 0; i < v.size; i++) {
        unsigned char c = (unsigned char)v.at[i];

        if (c < 0x20 || c >= 0x7f) {
            text_addf(t, "\\x%02x", c);
        } else {
            text_addf(t, c == '"' || c == '\\' ? "\\%c" : "%c", c);
        }
    }
    text_add_char(t, '"');
}

static void add_slot(struct dump *d, uint32_t number)
{
    const struct slot *slot = plan_slot_at(d->p->plan, number);

    text_addf(&d->line, "%s%.*s", field_rows[slot->field].name,
              VIEW_ARG(slot->parameter));
    for (size_t i = 0; i < TRANSFORMS_MAX && slot->transforms[i]; i++) {
        text_addf(&d->line, "|%s",
                  transform_names[slot->transforms[i] - TRANSFORM_LOWER]);
    }
}

static void add_ranges(struct dump *d, const struct atom *atom)
{
    for (uint32_t i = 0; i < atom->ranges.count; i++) {
        uint32_t at = atom->ranges.first + i;

        text_add(&d->line, VIEW(" "));
        if (atom->kind == OP_NUMBER) {
            text_add_u64(&d->line, d->p->number_ranges[at].low);
            text_add(&d->line, VIEW(".."));
            text_add_u64(&d->line, d->p->number_ranges[at].high);
        } else {
            amount_write(&d->line, &d->p->amount_ranges[at].low);
            text_add(&d->line, VIEW(".."));
            amount_write(&d->line, &d->p->amount_ranges[at].high);
        }
    }
}

static void add_atom(struct dump *d, uint32_t number)
{
    const struct atom *atom = &d->p->atoms[number];

    add_slot(d, atom->slot);
    if (atom->kind == OP_LITERAL) {
        text_addf(&d->line, " %s", literal_test_names[atom->test]);
    } else {
        text_addf(&d->line, " %s", opcode_rows[atom->kind].name);
    }
    if (atom->kind == OP_NUMBER || atom->kind == OP_AMOUNT) {
        add_ranges(d, atom);
        return;
    }
    for (uint32_t i = 0; i < atom->operands.count; i++) {
        if (atom->kind == OP_MATCHES && i > 0) {
            break; /* the literal stated by `with`, shown below */
        }
        text_add(&d->line, VIEW(" "));
        add_quoted(&d->line, d->p->texts[atom->operands.first + i]);
    }
    if (atom->needs != IMAGE_NONE) {
        text_add(&d->line, VIEW("  needs"));
        atom = &d->p->atoms[atom->needs];
        for (uint32_t i = 0; i < atom->operands.count; i++) {
            text_add(&d->line, VIEW(" "));
            add_quoted(&d->line, d->p->texts[atom->operands.first + i]);
        }
    }
}

/* ---- conditions ---- */

static void dump_condition(struct dump *d, uint32_t start)
{
    for (uint32_t at = start;; at++) {
        uint32_t word = d->p->code[at];
        enum opcode op = opcode_of(word);
        uint32_t operand = operand_of(word);

        text_addf(&d->line, "  %4u  ", at - start);
        if (opcode_rows[op].operand == OPERAND_NONE) {
            text_addf(&d->line, "%s", opcode_rows[op].name);
        } else {
            text_addf(&d->line, "%-14s", opcode_rows[op].name);
        }
        switch (opcode_rows[op].operand) {
        case OPERAND_NONE:
            break;
        case OPERAND_TRUTH:
            text_addf(&d->line, "%s", truth_names[operand]);
            break;
        case OPERAND_SLOT:
            add_slot(d, operand);
            break;
        case OPERAND_ATOM:
            add_atom(d, operand);
            break;
        case OPERAND_LABEL:
            text_add(&d->line, d->p->labels[operand].name);
            break;
        case OPERAND_JUMP:
            text_addf(&d->line, "-> %u", at - start + 1 + operand);
            break;
        }
        end_line(d);
        if (op == OP_END) {
            return;
        }
    }
}

/* ---- what a rule is looked at for ---- */

static bool holds(const struct program *p, struct span span, uint32_t rank)
{
    for (uint32_t i = 0; i < span.count; i++) {
        if (p->wakes[span.first + i] == rank) {
            return true;
        }
    }
    return false;
}

static void start_reason(struct dump *d)
{
    text_add(&d->line, VIEW("  looked at when "));
}

static void dump_wakes(struct dump *d, uint32_t rank)
{
    for (uint32_t i = 0; i < d->p->atom_count; i++) {
        if (holds(d->p, d->p->atom_wakes[i], rank)) {
            start_reason(d);
            add_atom(d, i);
            end_line(d);
        }
    }
    for (uint32_t i = 0; i < d->p->slot_count; i++) {
        for (int state = 0; state < 3; state++) {
            if (holds(d->p, d->p->slots[i].wakes[state], rank)) {
                start_reason(d);
                add_slot(d, i);
                text_addf(&d->line, " is %s", state_names[state]);
                end_line(d);
            }
        }
    }
    for (uint32_t i = 0; i < d->p->label_and_group_count; i++) {
        if (holds(d->p, d->p->labels[i].wakes, rank)) {
            start_reason(d);
            text_addf(&d->line, "label %.*s is given or unknown",
                      VIEW_ARG(d->p->labels[i].name));
            end_line(d);
        }
    }
}

/* ---- rules ---- */

static void dump_effects(struct dump *d, const struct image_rule *rule)
{
    const struct rule_info *info = &rule->info;

    if (rule->off) {
        text_add(&d->line, VIEW("  off"));
    } else {
        text_addf(&d->line, "  rank %u%s", rule->rank,
                  rule->rank < d->p->stateless ? ""
                  : rule->rank < d->p->scored  ? ", after rates"
                                               : ", after the score");
    }
    if (info->score) {
        text_addf(&d->line, ", score %d", info->score);
    }
    if (info->counted) {
        text_add(&d->line, VIEW(", counted"));
    }
    if (info->rejects) {
        text_addf(&d->line, ", reject %u %.*s", info->status,
                  VIEW_ARG(info->reason));
    }
    if (info->stops) {
        text_add(&d->line, VIEW(", stop"));
    }
    for (size_t i = 0; i < info->label_count; i++) {
        text_addf(&d->line, "%s%.*s", i ? " " : ", gives ",
                  VIEW_ARG(info->labels[i]));
    }
    end_line(d);
}

static void dump_rules(struct dump *d)
{
    for (uint32_t i = 0; i < d->p->rule_count; i++) {
        const struct image_rule *rule = &d->p->rules[i];

        if (!rule->info.id.at) {
            continue;
        }
        text_addf(&d->line, "rule %.*s %.*s:%u", VIEW_ARG(rule->info.id),
                  VIEW_ARG(rule->info.file), rule->info.line);
        end_line(d);
        dump_effects(d, rule);
        if (rule->off) {
            continue;
        }
        if (rule->always) {
            text_add(&d->line, VIEW("  always looked at"));
            end_line(d);
        } else {
            dump_wakes(d, rule->rank);
        }
        dump_condition(d, d->p->ranks[rule->rank].code);
    }
}

static void dump_automata(struct dump *d)
{
    static const char *const forms[] = {"narrow", "wide", "sparse"};
    static const char *const reaches[] = {[REACH_WHOLE] = "whole values",
                                          [REACH_HEAD] = "their start",
                                          [REACH_TAIL] = "their end",
                                          [REACH_FITTING] = "short values"};

    for (uint32_t i = 0; i < d->p->automaton_count; i++) {
        const struct automaton *a = &d->p->automata[i];

        text_add(&d->line, VIEW("automaton "));
        add_slot(d, a->slot);
        text_addf(&d->line,
                  ", %s: %u states, %u classes, %s, %zu bytes, "
                  "longest %u, reads %s",
                  a->folds ? "folded" : "exact", a->state_count, a->class_count,
                  forms[a->form], a->bytes, a->longest, reaches[a->reach]);
        end_line(d);
    }
}

static void dump_always(struct dump *d)
{
    text_add(&d->line, VIEW("always:"));
    for (uint32_t i = 0; i < d->p->rule_count; i++) {
        if (d->p->rules[i].always && !d->p->rules[i].off) {
            text_addf(&d->line, " %.*s", VIEW_ARG(d->p->rules[i].info.id));
        }
    }
    end_line(d);
}

void program_dump(const struct program *program, program_sink *sink,
                  void *context)
{
    struct dump d = {.p = program, .sink = sink, .context = context};

    d.line = text_in(d.room, sizeof(d.room));
    dump_rules(&d);
    for (uint32_t i = 0; i < program->condition_count; i++) {
        text_addf(&d.line, "condition %u", i);
        end_line(&d);
        dump_condition(&d, program->conditions[i]);
    }
    dump_automata(&d);
    dump_always(&d);
}
