/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One test being read: between test_load.c, which knows what there is, and
 * operand_load.c, which reads operands that are no text.
 */
#ifndef WB_CLASSIFY_ASKING_LOAD_H
#define WB_CLASSIFY_ASKING_LOAD_H

#include "classify/draft_load.h"

/* X(enum, name, types that take it) */
#define ON_TEXT (1u << FIELD_TYPE_TEXT)
#define ON_NUMBER (1u << FIELD_TYPE_NUMBER)
#define ON_AMOUNT (1u << FIELD_TYPE_AMOUNT)
#define ON_BOOL (1u << FIELD_TYPE_BOOL)
#define ON_ADDRESS (1u << FIELD_TYPE_ADDRESS)
#define ON_LABEL (1u << FIELD_TYPE_LABEL)
#define TEST_TABLE(X)                                                          \
    X(IS, "is",                                                                \
      ON_TEXT | ON_NUMBER | ON_AMOUNT | ON_BOOL | ON_ADDRESS | ON_LABEL)       \
    X(IN, "in",                                                                \
      ON_TEXT | ON_NUMBER | ON_AMOUNT | ON_BOOL | ON_ADDRESS | ON_LABEL)       \
    X(CONTAINS, "contains", ON_TEXT)                                           \
    X(WORD, "word", ON_TEXT)                                                   \
    X(STARTS_WITH, "starts-with", ON_TEXT | ON_LABEL)                          \
    X(ENDS_WITH, "ends-with", ON_TEXT)                                         \
    X(GLOB, "glob", ON_TEXT)                                                   \
    X(MATCHES, "matches", ON_TEXT)                                             \
    X(LESS_THAN, "less-than", ON_NUMBER | ON_AMOUNT)                           \
    X(AT_LEAST, "at-least", ON_NUMBER | ON_AMOUNT)                             \
    X(IN_NET, "in-net", ON_ADDRESS)                                            \
    X(IN_SET, "in-set", ON_ADDRESS)

enum test {
#define TEST_ENUM(id, name, types) TEST_##id,
    TEST_TABLE(TEST_ENUM)
#undef TEST_ENUM
        TEST_COUNT
};

/* One test being read. */
struct asking {
    struct rules *rules;
    struct reading *reading;
    size_t slot;
    enum field field;
    enum field_type type;
    enum test test;
    struct place place;
    const struct node **operands; /* scalars */
    struct view *texts;           /* the same as text */
    size_t count;
};

/* Operands were gathered. NULL with problems reported. */
struct draft_node *read_numbers(struct asking *a); /* truth values, too */
struct draft_node *read_amounts(struct asking *a);
struct draft_node *read_networks(struct asking *a);
uint32_t read_set(struct asking *a, size_t i);

/* A node of this atom. */
struct draft_node *atom_node(struct asking *a, uint32_t atom);
/* "a test, found X, expected Y"; false. */
bool refuse_operand(struct asking *a, const struct node *operand,
                    const char *expected);

#endif
