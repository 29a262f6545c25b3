/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The opcodes of a condition. A condition is a row of 32-bit words, operand
 * in the upper 24 bits, opcode in the lower 8, run on a small stack of
 * truths; it ends with END, which answers the one truth that is left.
 *
 *   all: [a, b, c]      any: [a, b]         not: a
 *     a                   a                   a
 *     all-first  +4       any-first  +2       not
 *     b                   b
 *     all-next   +2       any-next   +0
 *     c
 *     all-next   +0
 *
 * One row here feeds the enum, the verifier and the dump.
 *
 *   X(enum, name, operand, pops, pushes, doc)
 */
#ifndef WB_CLASSIFY_OPCODE_H
#define WB_CLASSIFY_OPCODE_H

#include <stdint.h>

#define OPCODE_TABLE(X)                                                        \
    X(END, "end", NONE, 1, 0, "answer the top")                                \
    X(FIXED, "fixed", TRUTH, 0, 1, "a truth known while loading")              \
    X(PRESENT, "present", SLOT, 0, 1, "the slot holds a value")                \
    X(ABSENT, "absent", SLOT, 0, 1, "the slot holds none")                     \
    X(LITERAL, "literal", ATOM, 0, 1, "an automaton found it")                 \
    X(NUMBER, "number", ATOM, 0, 1, "the number lies in a range")              \
    X(AMOUNT, "amount", ATOM, 0, 1, "the amount lies in a range")              \
    X(ADDRESS, "address", ATOM, 0, 1, "a network holds the address")           \
    X(SET, "in-set", ATOM, 0, 1, "an address set holds the address")           \
    X(GLOB, "glob", ATOM, 0, 1, "the glob fits the whole value")               \
    X(MATCHES, "matches", ATOM, 0, 1, "the regular expression matches")        \
    X(LABEL, "label", LABEL, 0, 1, "the label was given")                      \
    X(EITHER, "either-label", LABEL, 0, 1, "given, or given in the shadow")    \
    X(NOT, "not", NONE, 1, 1, "turn the top")                                  \
    X(ALL_FIRST, "all-first", JUMP, 1, 1, "leave the group if false")          \
    X(ALL_NEXT, "all-next", JUMP, 2, 1, "the lower of two; leave if false")    \
    X(ANY_FIRST, "any-first", JUMP, 1, 1, "leave the group if true")           \
    X(ANY_NEXT, "any-next", JUMP, 2, 1, "the higher of two; leave if true")

enum opcode {
#define OPCODE_ENUM(id, name, operand, pops, pushes, doc) OP_##id,
    OPCODE_TABLE(OPCODE_ENUM)
#undef OPCODE_ENUM
        OPCODE_COUNT
};

enum operand {
    OPERAND_NONE,
    OPERAND_TRUTH,
    OPERAND_SLOT,
    OPERAND_ATOM, /* its kind is the opcode */
    OPERAND_LABEL,
    OPERAND_JUMP /* words to skip, counted from the next one; forward only */
};

struct opcode_row {
    const char *name;
    enum operand operand;
    unsigned char pops, pushes;
};
extern const struct opcode_row opcode_rows[OPCODE_COUNT];

#define OPERAND_MAX 0xffffffu
/* Conditions nest at most as deep as YAML does (32). */
#define OPCODE_STACK 40

static inline uint32_t opcode_word(enum opcode op, size_t operand)
{
    return (uint32_t)operand << 8 | (uint32_t)op;
}

static inline enum opcode opcode_of(uint32_t word)
{
    return (enum opcode)(word & 0xff);
}

static inline uint32_t operand_of(uint32_t word)
{
    return word >> 8;
}

#endif
