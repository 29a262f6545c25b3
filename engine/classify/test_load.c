/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tests of one field: which there are, which fit the field's type, and
 * their operands. A test with several operands is true if one of them fits,
 * and is one atom as far as an atom can hold them.
 */
#include "classify/asking_load.h"

#include "config/schema.h"

struct test_row {
    const char *name;
    unsigned types;
};

static const struct test_row test_rows[TEST_COUNT] = {
#define TEST_ROW(id, name, types) {name, types},
    TEST_TABLE(TEST_ROW)
#undef TEST_ROW
};

static const char *const type_names[] = {
    [FIELD_TYPE_TEXT] = "text",
    [FIELD_TYPE_NUMBER] = "a number",
    [FIELD_TYPE_AMOUNT] = "an amount",
    [FIELD_TYPE_BOOL] = "true or false",
    [FIELD_TYPE_ADDRESS] = "an address",
    [FIELD_TYPE_LABEL] = "a set of labels"};

struct draft_node *atom_node(struct asking *a, uint32_t atom)
{
    struct draft_node *node = draft_node_new(a->rules, DRAFT_ATOM);

    if (atom == IMAGE_NONE) {
        rules_no_memory(a->rules);
        return NULL;
    }
    if (node) {
        node->index = atom;
    }
    return node;
}

bool refuse_operand(struct asking *a, const struct node *operand,
                    const char *expected)
{
    rules_refuse(a->rules, operand->place, RULE_OPERAND, NULL,
                 "'%s' of '%s', found '%.*s', expected %s",
                 test_rows[a->test].name, field_rows[a->field].name,
                 VIEW_ARG(operand->text), expected);
    return false;
}

/* ---- operands as they stand ---- */

static bool gather(struct asking *a, const struct node *value)
{
    const struct node *item = value->kind == NODE_LIST ? value->first : value;
    size_t room = value->kind == NODE_LIST ? value->count : 1;

    if (room == 0) {
        rules_refuse(a->rules, value->place, RULE_OPERAND, NULL,
                     "'%s' of '%s', found an empty list, expected values",
                     test_rows[a->test].name, field_rows[a->field].name);
        return false;
    }
    if (a->test == TEST_IN && value->kind != NODE_LIST) {
        rules_refuse(a->rules, value->place, RULE_OPERAND, "one value: use is",
                     "'in' takes a list, found %s",
                     node_kind_name(value->kind));
        return false;
    }
    a->operands =
        arena_array(a->rules->arena, room, sizeof(const struct node *));
    a->texts = arena_array(a->rules->arena, room, sizeof(struct view));
    if (!a->operands || !a->texts) {
        return rules_no_memory(a->rules);
    }
    for (a->count = 0; a->count < room; item = item->next) {
        if (item->kind != NODE_SCALAR || node_is_null(item)) {
            rules_refuse(a->rules, item->place, RULE_OPERAND, NULL,
                         "'%s' of '%s', found %s, expected a value or a list "
                         "of values",
                         test_rows[a->test].name, field_rows[a->field].name,
                         node_is_null(item) ? "nothing"
                                            : node_kind_name(item->kind));
            return false;
        }
        a->operands[a->count] = item;
        a->texts[a->count++] = item->text;
    }
    return true;
}

/* ---- text ---- */

static bool class_is_good(struct asking *a, const struct node *operand)
{
    for (size_t i = 0; i < 4; i++) {
        if (view_equal_fold(operand->text, class_names[i])) {
            return true;
        }
    }
    return refuse_operand(a, operand, "human, suspect, agent or unknown");
}

static struct draft_node *read_literals(struct asking *a)
{
    static const enum literal_test tests[TEST_COUNT] = {
        [TEST_IS] = LITERAL_IS,
        [TEST_IN] = LITERAL_IS,
        [TEST_CONTAINS] = LITERAL_CONTAINS,
        [TEST_WORD] = LITERAL_WORD,
        [TEST_STARTS_WITH] = LITERAL_STARTS,
        [TEST_ENDS_WITH] = LITERAL_ENDS};
    bool exact = a->test == TEST_IS || a->test == TEST_IN;

    for (size_t i = 0; i < a->count; i++) {
        if (!exact && a->texts[i].size == 0) {
            refuse_operand(a, a->operands[i], "at least one byte");
            return NULL;
        }
        if (exact && a->field == FIELD_CLASS &&
            !class_is_good(a, a->operands[i])) {
            return NULL;
        }
    }
    return atom_node(a,
                     atom_literal(a->rules, a->slot, field_rows[a->field].folds,
                                  tests[a->test], a->texts, a->count));
}

/* Several patterns: any of their atoms. */
static struct draft_node *read_each(struct asking *a,
                                    uint32_t (*one)(struct asking *a, size_t i))
{
    struct draft_node *group = draft_node_new(a->rules, DRAFT_ANY);
    struct draft_node **end = group ? &group->first : NULL;
    bool good = group;

    for (size_t i = 0; i < a->count && group; i++) {
        size_t before = problems_errors(a->rules->problems);
        uint32_t atom = one(a, i);
        struct draft_node *node;

        if (problems_errors(a->rules->problems) > before) {
            good = false;
            continue;
        }
        node = atom_node(a, atom);
        if (!node) {
            return NULL;
        }
        *end = node;
        end = &node->next;
    }
    return good ? group : NULL;
}

static uint32_t read_glob(struct asking *a, size_t i)
{
    bool folds = field_rows[a->field].folds, added;
    bool in_path = a->field == FIELD_PATH || a->field == FIELD_RAW_PATH;
    uint32_t number = atom_add(a->rules, OP_GLOB, a->slot, folds,
                               LITERAL_CONTAINS, &a->texts[i], 1, &added);
    struct view longest;
    struct glob glob;
    uint32_t needs = IMAGE_NONE;

    if (number == IMAGE_NONE || !added) {
        return number;
    }
    if (!glob_make(a->rules->arena, a->texts[i], in_path, folds, &glob,
                   &longest)) {
        refuse_operand(a, a->operands[i], "at most 255 bytes");
        return IMAGE_NONE;
    }
    if (longest.size >= 2) {
        needs = atom_literal(a->rules, a->slot, folds, LITERAL_CONTAINS,
                             &longest, 1);
        if (needs == IMAGE_NONE) {
            return IMAGE_NONE;
        }
    }
    a->rules->atoms[number].glob = glob;
    a->rules->atoms[number].atom.needs = needs;
    return number;
}

/* The literal atom that a pattern's every match makes true, or IMAGE_NONE. */
static uint32_t pattern_needs(struct asking *a, struct view pattern)
{
    struct view literals[LITERALS_MAX];
    bool folds, field_folds = field_rows[a->field].folds;
    size_t count = regex_literals(a->rules->arena, pattern, literals, &folds);

    if (!count && a->reading->with.at) {
        literals[0] = a->reading->with;
        count = 1;
    }
    if (!count) {
        return IMAGE_NONE;
    }
    return atom_literal(a->rules, a->slot, field_folds || folds,
                        LITERAL_CONTAINS, literals, count);
}

static uint32_t read_pattern(struct asking *a, size_t i)
{
    struct view *key = arena_array(a->rules->arena, 2, sizeof(*key));
    struct regex_error error;
    struct regex *regex;
    bool added;
    uint32_t needs, number;

    a->reading->has_pattern = true;
    if (!key) {
        return IMAGE_NONE;
    }
    key[0] = a->texts[i];
    key[1] = a->reading->with;
    number = atom_add(a->rules, OP_MATCHES, a->slot, false, LITERAL_CONTAINS,
                      key, key[1].at ? 2 : 1, &added);
    if (number == IMAGE_NONE || !added) {
        return number;
    }
    if (a->texts[i].size == 0) {
        refuse_operand(a, a->operands[i], "a pattern");
        return IMAGE_NONE;
    }
    regex = regex_new(a->texts[i], false, &error);
    if (!regex) {
        rules_refuse(a->rules, a->operands[i]->place, RULE_PATTERN, NULL,
                     "'matches' at byte %zu of '%.*s': %s", error.at,
                     VIEW_ARG(a->texts[i]), error.message);
        return IMAGE_NONE;
    }
    regex_free(regex); /* compile_load.c makes the program's own */
    needs = pattern_needs(a, a->texts[i]);
    a->rules->atoms[number].atom.needs = needs;
    return number;
}

/* ---- labels ---- */

static struct draft_node *read_label_test(struct asking *a)
{
    struct draft_node *node = draft_node_new(a->rules, DRAFT_LABEL);
    struct label_test *test = arena_alloc(a->rules->arena, sizeof(*test));

    if (!node || !test) {
        rules_no_memory(a->rules);
        return NULL;
    }
    *test = (struct label_test){.operands = a->operands,
                                .count = a->count,
                                .prefix = a->test == TEST_STARTS_WITH,
                                .next = a->reading->labels,
                                .label = IMAGE_NONE};
    for (size_t i = 0; i < a->count; i++) {
        if (a->texts[i].size == 0) {
            refuse_operand(a, a->operands[i], "a label");
            return NULL;
        }
    }
    a->reading->labels = test;
    node->label = test;
    return node;
}

/* ---- one test ---- */

static struct draft_node *read_text(struct asking *a)
{
    switch (a->test) {
    case TEST_GLOB:
        return read_each(a, read_glob);
    case TEST_MATCHES:
        return read_each(a, read_pattern);
    default:
        return read_literals(a);
    }
}

static struct draft_node *read_one(struct asking *a, const struct node *value)
{
    if (!gather(a, value)) {
        return NULL;
    }
    switch (a->type) {
    case FIELD_TYPE_TEXT:
        return read_text(a);
    case FIELD_TYPE_NUMBER:
    case FIELD_TYPE_BOOL:
        return read_numbers(a);
    case FIELD_TYPE_AMOUNT:
        return read_amounts(a);
    case FIELD_TYPE_ADDRESS:
        return a->test == TEST_IN_SET ? read_each(a, read_set)
                                      : read_networks(a);
    case FIELD_TYPE_LABEL:
        break;
    }
    return read_label_test(a);
}

/* The names that fit the type, for "did you mean" and "expected". */
static size_t fitting(enum field_type type, const char *names[TEST_COUNT],
                      char *room, size_t size)
{
    struct text list = text_in(room, size - 1);
    size_t count = 0;

    for (size_t i = 0; i < TEST_COUNT; i++) {
        if (test_rows[i].types & 1u << type) {
            text_addf(&list, "%s%s", count ? ", " : "", test_rows[i].name);
            names[count++] = test_rows[i].name;
        }
    }
    room[list.size] = '\0';
    return count;
}

static bool find_test(struct asking *a, const struct node *value)
{
    const char *names[TEST_COUNT], *nearest;
    char list[256], room[HINT_ROOM];
    size_t count = fitting(a->type, names, list, sizeof(list));
    bool presence = view_equal(value->key, VIEW("present")) ||
                    view_equal(value->key, VIEW("absent"));

    for (size_t i = 0; i < TEST_COUNT; i++) {
        if (!view_equal(value->key, view_text(test_rows[i].name))) {
            continue;
        }
        if (test_rows[i].types & 1u << a->type) {
            a->test = (enum test)i;
            return true;
        }
        rules_refuse(a->rules, value->key_place, RULE_TEST, NULL,
                     "'%s' does not fit '%s', which is %s; expected one of %s",
                     test_rows[i].name, field_rows[a->field].name,
                     type_names[a->type], list);
        return false;
    }
    nearest = problems_nearest(value->key, names, count);
    rules_refuse(a->rules, value->key_place, RULE_TEST,
                 presence ? "it stands alone, without quotes: FIELD: present"
                          : hint_nearest(room, nearest),
                 "unknown test '%.*s', expected one of %s",
                 VIEW_ARG(value->key), list);
    return false;
}

static struct draft_node *read_map(struct asking *a, const struct node *map)
{
    struct draft_node *group = draft_node_new(a->rules, DRAFT_ALL);
    struct draft_node **end = group ? &group->first : NULL;
    bool good = group;

    if (map->count == 0) {
        rules_refuse(a->rules, map->place, RULE_TEST, NULL,
                     "'%.*s', found an empty map, expected a test",
                     VIEW_ARG(map->key));
        return NULL;
    }
    for (const struct node *n = map->first; n && group; n = n->next) {
        struct draft_node *node = find_test(a, n) ? read_one(a, n) : NULL;

        if (!node) {
            good = false;
            continue;
        }
        *end = node;
        end = &node->next;
    }
    if (!good) {
        return NULL;
    }
    return group->first->next ? group : group->first;
}

static struct draft_node *read_presence(struct asking *a, bool present)
{
    struct draft_node *node =
        draft_node_new(a->rules, present ? DRAFT_PRESENT : DRAFT_ABSENT);

    if (node) {
        node->index = (uint32_t)a->slot;
    }
    return node;
}

struct draft_node *test_read(struct rules *rules, const struct node *node,
                             size_t slot, struct reading *reading)
{
    const struct slot *info = plan_slot_at(rules->plan, slot);
    struct asking a = {.rules = rules,
                       .reading = reading,
                       .slot = slot,
                       .field = info->field,
                       .type = info->type,
                       .test = TEST_IS,
                       .place = node->place};
    bool plain = node->kind == NODE_SCALAR && !node->quoted;
    bool present = plain && view_equal(node->text, VIEW("present"));

    if (present || (plain && view_equal(node->text, VIEW("absent")))) {
        if (a.type == FIELD_TYPE_LABEL) {
            rules_refuse(rules, node->place, RULE_TEST, NULL,
                         "'label' is never %s: name a label", node->text.at);
            return NULL;
        }
        return read_presence(&a, present);
    }
    return node->kind == NODE_MAP ? read_map(&a, node) : read_one(&a, node);
}
