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
static const char *const state_names[SLOT_WAKES] = {
    "unknown", "absent", "present", "unknown, once it is asked for"};

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
        add_quoted(&d->line, d->p->texts[atom->operands.first + i].text);
    }
    if (atom->needs != IMAGE_NONE) {
        text_add(&d->line, VIEW("  needs"));
        atom = &d->p->atoms[atom->needs];
        for (uint32_t i = 0; i < atom->operands.count; i++) {
            text_add(&d->line, VIEW(" "));
            add_quoted(&d->line, d->p->texts[atom->operands.first + i].text);
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

static void dump_event(struct dump *d, uint32_t event)
{
    uint32_t slot_key = d->p->atom_count;
    uint32_t label_key = slot_key + d->p->slot_count * SLOT_WAKES;

    text_add(&d->line, VIEW("  looked at when "));
    if (event < slot_key) {
        add_atom(d, event);
    } else if (event < label_key) {
        add_slot(d, (event - slot_key) / SLOT_WAKES);
        text_addf(&d->line, " is %s",
                  state_names[(event - slot_key) % SLOT_WAKES]);
    } else {
        text_add(&d->line, VIEW("label "));
        text_add(&d->line, d->p->labels[event - label_key].name);
        text_add(&d->line, VIEW(" is given or unknown"));
    }
    end_line(d);
}

static void dump_events(struct dump *d, uint32_t rank)
{
    struct span events = d->p->ranks[rank].events;

    for (uint32_t i = 0; i < events.count; i++) {
        dump_event(d, d->p->events[events.first + i]);
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
            dump_events(d, rule->rank);
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
                  "longest %u, reads %s%s",
                  a->folds ? "folded" : "exact", a->state_count, a->class_count,
                  forms[a->form], a->bytes, a->longest, reaches[a->reach],
                  d->p->slots[a->slot].lazy ? ", when asked" : "");
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

static void dump_rates(struct dump *d)
{
    for (uint32_t i = 0; i < d->p->rate_count; i++) {
        const struct rate_info *rate = &d->p->rates[i];

        text_addf(&d->line, "rate %.*s per", VIEW_ARG(rate->name));
        for (size_t j = 0; j < rate->slot_count; j++) {
            text_add(&d->line, VIEW(" "));
            add_slot(d, (uint32_t)rate->slots[j]);
        }
        text_addf(&d->line, " in %lld s", (long long)rate->window / 1000000);
        end_line(d);
    }
}

static void dump_sets(struct dump *d)
{
    for (uint32_t i = 0; i < d->p->set_count; i++) {
        const struct image_set *set = &d->p->sets[i];

        text_addf(&d->line, "set %.*s: ", VIEW_ARG(set->name));
        if (set->set) {
            text_addf(&d->line, "%zu networks", address_set_size(set->set));
        } else {
            text_add(&d->line, VIEW("not to be had"));
        }
        end_line(d);
    }
}

void program_dump(const struct program *program, program_sink *sink,
                  void *context)
{
    struct dump d = {.p = program, .sink = sink, .context = context};

    d.line = text_in(d.room, sizeof(d.room));
    text_addf(&d.line, "suspect from %u, agent from %u", program->band_suspect,
              program->band_agent);
    end_line(&d);
    dump_rates(&d);
    dump_sets(&d);
    dump_rules(&d);
    for (uint32_t i = 0; i < program->condition_count; i++) {
        text_addf(&d.line, "condition %u", i);
        end_line(&d);
        dump_condition(&d, program->conditions[i]);
    }
    dump_automata(&d);
    dump_always(&d);
}
