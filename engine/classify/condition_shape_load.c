/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shapes of what no table of keys holds: conditions, from the tables of
 * fields, transforms and tests, and written requests.
 */
#include "classify/asking_load.h"
#include "config/shape.h"
#include "request/facts.h"

#define PATTERN_ROOM 4096

/* ---- tests, by the type of the field ---- */

static const char *const truth_words[] = {"true", "false", NULL};
static const struct shape text_operand = {.kind = SHAPE_SCALAR};
static const struct shape number_operand = {.kind = SHAPE_SCALAR,
                                            .pattern = "^[0-9]+$"};
static const struct shape label_operand = {.kind = SHAPE_SCALAR,
                                           .pattern = "^(?!present$|absent$)"};
static const struct shape truth_operand = {.kind = SHAPE_CHOICE,
                                           .words = truth_words};

static const struct shape *const operands[] = {
    [FIELD_TYPE_TEXT] = &text_operand,
    [FIELD_TYPE_NUMBER] = &number_operand,
    [FIELD_TYPE_AMOUNT] = &number_operand,
    [FIELD_TYPE_BOOL] = &truth_operand,
    [FIELD_TYPE_ADDRESS] = &text_operand,
    [FIELD_TYPE_LABEL] = &label_operand,
};

/* { TEST: OPERAND or [OPERAND, ...] } */
static void write_tests(struct shape_writer *w, const struct shape *self)
{
    static const struct {
        const char *name;
        unsigned types;
    } tests[TEST_COUNT] = {
#define TEST_ROW(id, name, types) {name, types},
        TEST_TABLE(TEST_ROW)
#undef TEST_ROW
    };
    const struct shape list = {
        .kind = SHAPE_LIST, .of = operands[self->tag], .least = 1};
    const struct shape *const either[] = {operands[self->tag], &list, NULL};
    const struct shape operand = {.kind = SHAPE_EITHER, .either = either};

    shape_open_object(w);
    for (size_t i = 0; i < TEST_COUNT; i++) {
        if (tests[i].types & 1u << self->tag) {
            shape_property(w, tests[i].name, i == TEST_IN ? &list : &operand,
                           NULL);
        }
    }
    shape_close_properties(w);
    shape_close_object(w, 1);
}

static const char *const presence_words[] = {"present", "absent", NULL};
static const struct shape presence = {.kind = SHAPE_CHOICE,
                                      .words = presence_words};

#define TESTS(id, operand)                                                     \
    static const struct shape id##_map = {                                     \
        .kind = SHAPE_OWN, .write = write_tests, .tag = FIELD_TYPE_##id};      \
    static const struct shape id##_list = {                                    \
        .kind = SHAPE_LIST, .of = &operand, .least = 1};
TESTS(TEXT, text_operand)
TESTS(NUMBER, number_operand)
TESTS(AMOUNT, number_operand)
TESTS(BOOL, truth_operand)
TESTS(ADDRESS, text_operand)
TESTS(LABEL, label_operand)
#undef TESTS

static const struct shape *const text_any[] = {&text_operand, &TEXT_list,
                                               &TEXT_map, NULL};
static const struct shape *const number_any[] = {
    &presence, &number_operand, &NUMBER_list, &NUMBER_map, NULL};
static const struct shape *const amount_any[] = {
    &presence, &number_operand, &AMOUNT_list, &AMOUNT_map, NULL};
static const struct shape *const truth_any[] = {&presence, &truth_operand,
                                                &BOOL_list, &BOOL_map, NULL};
static const struct shape *const address_any[] = {&text_operand, &ADDRESS_list,
                                                  &ADDRESS_map, NULL};
static const struct shape *const label_any[] = {&label_operand, &LABEL_list,
                                                &LABEL_map, NULL};

#define TEST(id, its_name, any)                                                \
    [FIELD_TYPE_##id] = {.kind = SHAPE_EITHER, .name = its_name, .either = any}
static const struct shape tests_of[] = {
    TEST(TEXT, "test-of-text", text_any),
    TEST(NUMBER, "test-of-number", number_any),
    TEST(AMOUNT, "test-of-amount", amount_any),
    TEST(BOOL, "test-of-truth", truth_any),
    TEST(ADDRESS, "test-of-address", address_any),
    TEST(LABEL, "test-of-label", label_any),
};
#undef TEST

/* ---- conditions ---- */

static const struct shape conditions = {
    .kind = SHAPE_LIST, .of = &condition_shape, .least = 1};

/* A dot is itself in a field's name. */
static void add_name(struct text *out, const char *name)
{
    for (; *name; name++) {
        text_add(out, *name == '.' ? VIEW("\\.") : view_of(name, 1));
    }
}

static void add_transforms(struct text *out, bool length)
{
    const char *between = "";

    for (size_t i = 0; transform_names[i]; i++) {
        bool last = view_equal(view_text(transform_names[i]), VIEW("length"));

        if (!last) {
            text_addf(out, "%s%s", between, transform_names[i]);
            between = "|";
        }
    }
    text_add(out, length ? VIEW("))*\\|length$") : VIEW("))+$"));
}

/* Names of text fields with transforms behind: "^(a|b|c\.[^|]+)(\|(x|y))+$" */
static void write_transformed(struct shape_writer *w, bool length)
{
    char room[PATTERN_ROOM];
    struct text pattern = text_in(room, sizeof room - 1);
    const char *between = "";

    text_add(&pattern, VIEW("^("));
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const struct field_row *row = &field_rows[i];

        if (row->type == FIELD_TYPE_TEXT && i != FIELD_CLASS) {
            text_add(&pattern, view_text(between));
            add_name(&pattern, row->name);
            text_add(&pattern, row->takes_parameter ? VIEW("[^|]+") : VIEW(""));
            between = "|";
        }
    }
    text_add(&pattern, VIEW(")(\\|("));
    add_transforms(&pattern, length);
    room[pattern.size] = '\0';
    shape_pattern(
        w, room, &tests_of[length ? FIELD_TYPE_NUMBER : FIELD_TYPE_TEXT], NULL);
}

static void write_condition(struct shape_writer *w, const struct shape *self)
{
    (void)self;
    shape_open_object(w);
    shape_property(w, "all", &conditions, "each of them holds");
    shape_property(w, "any", &conditions, "one of them holds");
    shape_property(w, "not", &condition_shape, "it does not hold");
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (!field_rows[i].takes_parameter) {
            shape_property(w, field_rows[i].name, &tests_of[field_rows[i].type],
                           field_rows[i].doc);
        }
    }
    shape_close_properties(w);
    shape_open_patterns(w);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (field_rows[i].takes_parameter) {
            char room[128];
            struct text pattern = text_in(room, sizeof room - 1);

            text_add_char(&pattern, '^');
            add_name(&pattern, field_rows[i].name);
            text_add(&pattern, VIEW("[^|\\s]+$"));
            room[pattern.size] = '\0';
            shape_pattern(w, room, &tests_of[field_rows[i].type],
                          field_rows[i].doc);
        }
    }
    write_transformed(w, false);
    write_transformed(w, true);
    shape_close_properties(w);
    shape_close_object(w, 1);
}

const struct shape condition_shape = {
    .kind = SHAPE_OWN, .name = "condition", .write = write_condition};
