/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operands that are no text: numbers, truth values and amounts become
 * ranges, networks a set, names of address sets their numbers.
 */
#include "classify/asking_load.h"

#include <stdlib.h>

#include "config/schema.h"

/* Reads one operand to `out`; false: refused. */
typedef bool operand_read(struct asking *a, const struct node *operand,
                          void *out);

/* What all operands were read to, `size` bytes each; NULL after a problem. */
static void *read_all(struct asking *a, size_t size, operand_read *read)
{
    char *all = arena_array(a->rules->arena, a->count, size);
    bool good = true;

    if (!all) {
        rules_no_memory(a->rules);
        return NULL;
    }
    for (size_t i = 0; i < a->count; i++) {
        good = read(a, a->operands[i], all + i * size) && good;
    }
    return good ? all : NULL;
}

/* ---- numbers, truth values: ranges ---- */

static bool number_range(struct asking *a, const struct node *operand,
                         void *out)
{
    struct number_range *range = out;
    unsigned long long n;

    if (!view_to_u64(operand->text, &n)) {
        return refuse_operand(a, operand, "a whole number");
    }
    *range = (struct number_range){n, n};
    if (a->test == TEST_AT_LEAST) {
        range->high = UINT64_MAX;
    } else if (a->test == TEST_LESS_THAN) {
        /* Nothing is less than 0: an empty range. */
        *range =
            n ? (struct number_range){0, n - 1} : (struct number_range){1, 0};
    }
    return true;
}

static int compare_numbers(const void *left, const void *right)
{
    const struct number_range *a = left, *b = right;

    return a->low < b->low ? -1 : a->low > b->low;
}

/* Sorted, without empty ones, melted where they overlap. */
static size_t melt_numbers(struct number_range *ranges, size_t count)
{
    size_t kept = 0;

    qsort(ranges, count, sizeof(*ranges), compare_numbers);
    for (size_t i = 0; i < count; i++) {
        if (ranges[i].low > ranges[i].high) {
            continue;
        }
        if (kept && ranges[i].low <= ranges[kept - 1].high) {
            if (ranges[i].high > ranges[kept - 1].high) {
                ranges[kept - 1].high = ranges[i].high;
            }
        } else {
            ranges[kept++] = ranges[i];
        }
    }
    return kept;
}

static bool bool_range(struct asking *a, const struct node *operand, void *out)
{
    struct number_range *range = out;
    uint64_t n = view_equal(operand->text, VIEW("true"));

    if (!n && !view_equal(operand->text, VIEW("false"))) {
        return refuse_operand(a, operand, "true or false");
    }
    *range = (struct number_range){n, n};
    return true;
}

static uint32_t add_operands(struct asking *a, enum opcode kind,
                             enum literal_test test, bool *added)
{
    return atom_add(a->rules, kind, a->slot, false, test, a->texts, a->count,
                    added);
}

/* Atoms of the same operands differ by this where the test tells. */
static enum literal_test test_key(const struct asking *a)
{
    return a->test == TEST_LESS_THAN  ? LITERAL_STARTS
           : a->test == TEST_AT_LEAST ? LITERAL_ENDS
                                      : LITERAL_IS;
}

struct draft_node *read_numbers(struct asking *a)
{
    struct number_range *ranges =
        read_all(a, sizeof(*ranges),
                 a->type == FIELD_TYPE_BOOL ? bool_range : number_range);
    bool added;
    uint32_t number;

    if (!ranges) {
        return NULL;
    }
    number = add_operands(a, OP_NUMBER, test_key(a), &added);
    if (number != IMAGE_NONE && added) {
        a->rules->atoms[number].numbers = ranges;
        a->rules->atoms[number].range_count = melt_numbers(ranges, a->count);
    }
    return atom_node(a, number);
}

/* ---- amounts ---- */

static bool amount_range(struct asking *a, const struct node *operand,
                         void *out)
{
    struct amount_range *range = out;
    static const struct amount most = {
        {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
    struct amount n;

    if (!amount_from_digits(operand->text, &n)) {
        return refuse_operand(a, operand, "a whole number of atomic units");
    }
    *range = (struct amount_range){n, n};
    if (a->test == TEST_AT_LEAST) {
        range->high = most;
    } else if (a->test == TEST_LESS_THAN) {
        *range = (struct amount_range){.high = n};
        if (amount_is_zero(&n)) {
            range->low = most; /* nothing is less: an empty range */
        }
        for (int i = 0; i < 4 && !amount_is_zero(&n); i++) {
            if (range->high.word[i]-- > 0) {
                break;
            }
        }
    }
    return true;
}

struct draft_node *read_amounts(struct asking *a)
{
    struct amount_range *ranges = read_all(a, sizeof(*ranges), amount_range);
    bool added;
    uint32_t number;

    if (!ranges) {
        return NULL;
    }
    number = add_operands(a, OP_AMOUNT, test_key(a), &added);
    if (number != IMAGE_NONE && added) {
        a->rules->atoms[number].amounts = ranges;
        a->rules->atoms[number].range_count = a->count;
    }
    return atom_node(a, number);
}

/* ---- addresses ---- */

static bool read_network(struct asking *a, const struct node *operand,
                         void *out)
{
    struct network *network = out;
    bool whole = a->test != TEST_IN_NET;

    if (whole && !address_read(operand->text, &network->address)) {
        return refuse_operand(a, operand, "an IPv4 or IPv6 address");
    }
    if (!whole && !network_read(operand->text, network)) {
        return refuse_operand(a, operand,
                              "a network such as 192.0.2.0/24, without host "
                              "bits");
    }
    if (whole) {
        network->bits = 128;
    }
    return true;
}

struct draft_node *read_networks(struct asking *a)
{
    struct network *networks = read_all(a, sizeof(*networks), read_network);
    bool added;
    uint32_t number;

    if (!networks) {
        return NULL;
    }
    number = add_operands(a, OP_ADDRESS, LITERAL_IS, &added);
    if (number != IMAGE_NONE && added) {
        const struct address_set *set =
            address_set_new(a->rules->arena, networks, a->count);

        if (!set) {
            rules_no_memory(a->rules);
            return NULL;
        }
        a->rules->atoms[number].networks = set;
        a->rules->atoms[number].cidrs = networks;
        a->rules->atoms[number].cidr_count = a->count;
    }
    return atom_node(a, number);
}

uint32_t read_set(struct asking *a, size_t i)
{
    struct names *names = &a->rules->set_names;
    size_t set = names_find(names, a->texts[i]);
    char room[HINT_ROOM];
    uint32_t number;
    bool added;

    if (set == SIZE_MAX && a->rules->options.undeclared_sets) {
        set = names_add(names, a->texts[i]);
    } else if (set == SIZE_MAX) {
        rules_refuse(a->rules, a->operands[i]->place, RULE_SET,
                     hint_nearest(room, names_nearest(names, a->texts[i])),
                     "no address set '%.*s' is declared, nor listed in the "
                     "pack's `sets`",
                     VIEW_ARG(a->texts[i]));
        return IMAGE_NONE;
    }
    number = atom_add(a->rules, OP_SET, a->slot, false, LITERAL_IS,
                      &a->texts[i], 1, &added);
    if (number != IMAGE_NONE) {
        a->rules->atoms[number].atom.index = (uint32_t)set;
    }
    return set == SIZE_MAX ? IMAGE_NONE : number;
}
