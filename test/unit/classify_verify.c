/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifier: a program is made wrong in one place at a time, and each
 * time it says so.
 */
#include "tap.h"

#include "classify.h"
#include "classify/image.h"

static const char pack[] =
    HEAD "rules:\n"
         "  - id: one\n"
         "    when: { any: [{ user-agent: { word: bot } }, { header.x: a }] }\n"
         "    labels: [a]\n"
         "  - id: two\n"
         "    when: { label: a, user-agent: present }\n"
         "    score: 1\n"
         "  - id: three\n"
         "    when: { user-agent: { matches: '[0-9]' } }\n"
         "    score: 1\n";

static struct weigher w;
static struct program broken; /* a copy that is broken */
static uint32_t code[64];
static struct image_rank ranks[8];
static struct atom atoms[8];

static void mend(void)
{
    broken = *w.program;
    memcpy(code, broken.code, broken.code_size * sizeof(*code));
    memcpy(ranks, broken.ranks, broken.rank_count * sizeof(*ranks));
    memcpy(atoms, broken.atoms, broken.atom_count * sizeof(*atoms));
    broken.code = code;
    broken.ranks = ranks;
    broken.atoms = atoms;
}

static void refuses(const char *wanted)
{
    is_text(program_verify(&broken), wanted, "%s", wanted);
    mend();
}

static uint32_t find(enum opcode op)
{
    for (uint32_t i = 0; i < broken.code_size; i++) {
        if (opcode_of(code[i]) == op) {
            return i;
        }
    }
    abort();
}

static void test_code(void)
{
    code[0] = OPCODE_COUNT;
    refuses("an unknown opcode");
    code[find(OP_LITERAL)] = opcode_word(OP_LITERAL, broken.atom_count);
    refuses("an operand out of range");
    code[find(OP_LITERAL)] = opcode_word(OP_GLOB, 0);
    refuses("an operand out of range");
    code[find(OP_PRESENT)] = opcode_word(OP_PRESENT, broken.slot_count);
    refuses("an operand out of range");
    code[find(OP_LABEL)] = opcode_word(OP_LABEL, broken.label_and_group_count);
    refuses("an operand out of range");
    code[0] = opcode_word(OP_NOT, 0);
    refuses("a stack that runs empty");
    code[find(OP_ANY_FIRST)] = opcode_word(OP_ANY_FIRST, OPERAND_MAX);
    refuses("a jump out of its group");
    code[find(OP_ANY_FIRST)] = opcode_word(OP_ANY_FIRST, 1);
    refuses("a jump to another depth of the stack");
    code[find(OP_ANY_NEXT)] = opcode_word(OP_FIXED, 0);
    refuses("a jump to another depth of the stack");
    code[broken.code_size - 1] = opcode_word(OP_NOT, 0);
    refuses("a condition without an end");
}

static void test_image(void)
{
    atoms[0].slot = broken.slot_count;
    refuses("an atom out of range");
    atoms[0].needs = broken.atom_count;
    refuses("an atom out of range");
    ranks[0].rule = broken.rule_count;
    refuses("a rank out of range");
    ranks[broken.rank_count - 1].raises = ranks[0].raises;
    refuses("a label that wakes a rule too late");
    ranks[0].raises.count = broken.raise_count + 1;
    refuses("a rank out of range");
    broken.stateless = broken.scored + 1;
    refuses("a header out of range");
    broken.wake_count = 0;
    refuses("a label's wakes out of range");
    broken.automaton_count = 0;
    refuses("a slot with another's automaton");
}

static void test_table(void)
{
    struct automaton automata[4];
    uint16_t table[256];

    memcpy(automata, broken.automata,
           broken.automaton_count * sizeof(*automata));
    memcpy(table, automata[0].narrow,
           automata[0].state_count * (automata[0].class_count + CELLS_BEHIND) *
               sizeof(*table));
    automata[0].narrow = table;
    table[0]++;
    broken.automata = automata;
    refuses("an automaton that leads out of its table");
}

int main(void)
{
    weigher_open(&w, pack, NULL);
    mend();
    is_text(program_verify(&broken), NULL, "a program that is not broken");
    test_code();
    test_image();
    test_table();
    weigher_close(&w);
    return tap_end();
}
