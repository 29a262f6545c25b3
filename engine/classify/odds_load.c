/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often a condition would be looked at if it was a rule's: how often
 * some event of its set happens (wake_load.c). The usual requests tell of
 * what browsers send; a guess in thousandths of requests tells of others,
 * and of what it costs to find the event.
 */
#include "classify/draft_load.h"

#define ALWAYS ODDS_ALWAYS
#define GUESS_MAX 1000000u

/* How often things happen, in about thousandths of requests. */
#define COST_UNKNOWN 30u
#define COST_SURE 1000u

static const struct odds never = {0, 0, 0};

static struct odds always(void)
{
    return (struct odds){USUAL_ALL, ALWAYS, 0};
}

/* If one of both happens. */
static struct odds add_odds(struct odds a, struct odds b)
{
    if (a.guess == ALWAYS || b.guess == ALWAYS) {
        return always();
    }
    a.usual |= b.usual;
    a.price = a.price + b.price < GUESS_MAX ? a.price + b.price : GUESS_MAX;
    a.guess = a.guess + b.guess < GUESS_MAX ? a.guess + b.guess : GUESS_MAX;
    return a;
}

unsigned odds_weight(struct odds odds)
{
    unsigned usual = (unsigned)__builtin_popcount(odds.usual);
    unsigned guess = odds.guess < COST_SURE ? odds.guess : COST_SURE;

    return odds.guess == ALWAYS
               ? ALWAYS
               : (usual * 4 * COST_SURE / USUAL_REQUESTS + guess) / 5 +
                     odds.price;
}

/* ---- events ---- */

/* How many clients send a header, of a thousand, about. */
static unsigned header_chance(struct view name)
{
    static const struct {
        struct view prefix;
        unsigned chance;
    } known[] = {
        {{"accept", 6}, 750}, /* and -language, -encoding */
        {{"connection", 10}, 700}, {{"host", 4}, 950},
        {{"cookie", 6}, 400},      {{"sec-fetch-", 10}, 650},
        {{"sec-ch-ua", 9}, 450},   {{"upgrade-insecure-requests", 25}, 500}};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (view_starts(name, known[i].prefix)) {
            return known[i].chance;
        }
    }
    return 200;
}

static unsigned present_cost(const struct rules *rules, size_t slot)
{
    const struct slot *s = plan_slot_at(rules->plan, slot);

    switch (s->field) {
    case FIELD_HEADER:
        return header_chance(s->parameter);
    case FIELD_COOKIE:
    case FIELD_QUERY_NAME:
    case FIELD_QUERY:
        return 250;
    case FIELD_CH_BRANDS:
    case FIELD_CH_MAJOR:
    case FIELD_CH_PLATFORM:
    case FIELD_CH_MOBILE:
    case FIELD_CH_SAME_MAJOR:
    case FIELD_CH_SAME_PLATFORM:
        return 400;
    case FIELD_PAYMENT_PROTOCOL:
    case FIELD_PAYMENT_VERSION:
    case FIELD_PAYMENT_SCHEME:
    case FIELD_PAYMENT_NETWORK:
    case FIELD_PAYMENT_PAYER:
    case FIELD_PAYMENT_AMOUNT:
        return 100;
    default:
        return 900;
    }
}

static unsigned absent_cost(const struct rules *rules, size_t slot)
{
    return 1000 - present_cost(rules, slot);
}

/* Alone; where browsers send it, the usual requests tell so. */
static unsigned literal_cost(struct view literal)
{
    return literal.size < 2   ? 400
           : literal.size < 3 ? 200
           : literal.size < 4 ? 60
           : literal.size < 6 ? 15
                              : 5;
}

static unsigned hit_cost(const struct rules *rules, uint32_t number)
{
    const struct draft_atom *atom = &rules->atoms[number];
    unsigned sum = 0, most = present_cost(rules, atom->atom.slot) - 1;

    for (size_t i = 0; i < atom->operand_count && sum < most; i++) {
        sum += literal_cost(atom->operands[i]);
    }
    return (sum < most ? sum : most) + COST_UNKNOWN;
}

/* Rates and lengths that are asked for are high ones. */
static unsigned range_cost(const struct slot *slot,
                           const struct number_range *range)
{
    bool counts = slot->field == FIELD_RATE ||
                  slot->transforms[0] != TRANSFORM_NONE; /* a length */

    if (range->low == range->high) {
        return 40;
    }
    if (slot->field == FIELD_UA_MAJOR || slot->field == FIELD_CH_MAJOR ||
        slot->field == FIELD_UA_ENGINE_MAJOR) {
        /* most browsers are newer than what is asked for, none of them far */
        return range->high < UINT64_MAX ? 100 : range->low < 200 ? 850 : 10;
    }
    return counts && range->low > 100 ? 10 : 400;
}

/* A number or an address among many is a rare thing to be. */
static unsigned indexed_cost(const struct rules *rules, uint32_t number)
{
    const struct draft_atom *atom = &rules->atoms[number];
    unsigned most = present_cost(rules, atom->atom.slot) - 1;
    size_t sum = 0;

    for (size_t i = 0; i < atom->range_count && sum < most; i++) {
        sum += range_cost(plan_slot_at(rules->plan, atom->atom.slot),
                          &atom->numbers[i]);
    }

    for (size_t i = 0; i < atom->cidr_count; i++) {
        /* 0.0.0.0/0 and ::/0 are everybody. */
        sum += atom->cidrs[i].bits <= 96 + 4 ? 400 : 40;
    }
    return (sum < most ? (unsigned)sum : most) + COST_UNKNOWN;
}

/* Of a slot that is in this state, or unknown. */
static struct odds state_odds(const struct rules *rules, uint32_t slot,
                              enum value_state state)
{
    const uint32_t *states = rules->usual_states + 3 * (size_t)slot;

    unsigned guess = state == VALUE_PRESENT ? present_cost(rules, slot)
                                            : absent_cost(rules, slot);

    return (struct odds){states[state] | states[VALUE_UNKNOWN],
                         guess + COST_UNKNOWN, 0};
}

static struct odds atom_odds(const struct rules *rules, uint32_t number)
{
    const struct draft_atom *atom = &rules->atoms[number];
    uint32_t unknown =
        rules->usual_states[3 * (size_t)atom->atom.slot + VALUE_UNKNOWN];

    if (atom->atom.kind == OP_LITERAL) {
        return (struct odds){atom->usual.yes | unknown, hit_cost(rules, number),
                             rules->slot_prices[atom->atom.slot]};
    }
    if (atom_is_indexed(atom)) {
        return (struct odds){atom->usual.yes | unknown,
                             indexed_cost(rules, number), 0};
    }
    if (atom->atom.needs != IMAGE_NONE) {
        return (struct odds){rules->atoms[atom->atom.needs].usual.yes | unknown,
                             hit_cost(rules, atom->atom.needs),
                             rules->slot_prices[atom->atom.slot]};
    }
    return state_odds(rules, atom->atom.slot, VALUE_PRESENT);
}

/* A label is met as often as the rules that give it, all of which have been
 * gone through before one that reads it. */
static struct odds label_odds(const struct rules *rules,
                              const struct label_test *test)
{
    struct odds odds = {0, 1, 0};

    for (size_t i = 0; i < test->label_count; i++) {
        const struct draft_label *label = &rules->draft_labels[test->labels[i]];

        for (size_t g = 0; g < label->count; g++) {
            odds.usual |= USUAL_ALL & ~label->givers[g]->usual.no;
            if (odds.guess < COST_SURE) {
                odds.guess += label->givers[g]->cost;
            }
        }
    }
    odds.guess = odds.guess < COST_SURE ? odds.guess : COST_SURE;
    return odds;
}

/* ---- sets of events ---- */

static struct odds group_odds(const struct rules *rules,
                              const struct draft_node *node, enum want want)
{
    bool any_part = (node->kind == DRAFT_ALL) == (want == WANT_FALSE);
    struct odds sum = any_part ? always() : never;

    for (const struct draft_node *n = node->first; n; n = n->next) {
        struct odds one = odds_of(rules, n, want);

        if (!any_part) {
            sum = add_odds(sum, one);
        } else if (odds_weight(one) < odds_weight(sum)) {
            sum = one;
        }
    }
    return sum;
}

struct odds odds_of(const struct rules *rules, const struct draft_node *node,
                    enum want want)
{
    bool quiet = want == WANT_FALSE;

    switch (node->kind) {
    case DRAFT_ALL:
    case DRAFT_ANY:
        return group_odds(rules, node, want);
    case DRAFT_NOT:
        return odds_of(rules, node->first, want_turned(want));
    case DRAFT_ATOM:
        return quiet ? atom_odds(rules, node->index) : always();
    case DRAFT_PRESENT:
    case DRAFT_ABSENT:
        return state_odds(rules, node->index,
                          (node->kind == DRAFT_PRESENT) == quiet
                              ? VALUE_PRESENT
                              : VALUE_ABSENT);
    case DRAFT_LABEL:
        if (node->label->label == IMAGE_NONE) {
            return quiet ? never : always();
        }
        return quiet ? label_odds(rules, node->label) : always();
    case DRAFT_FIXED:
        return node->fixed == (quiet ? TRUTH_FALSE : TRUTH_TRUE) ? never
                                                                 : always();
    }
    return always();
}
