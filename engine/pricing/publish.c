/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking a policy what it asks of whom. The rules that give a label are
 * assumed to have fired, as for the grid that people review; the tiers are
 * then chosen by the very function that prices requests.
 */
#include "pricing/publish.h"

#include <stdlib.h>

#include "pricing/publishing.h"

#define SCORE_OF_AGENT 100

void publishing_put(struct publishing *p, struct view text)
{
    p->sink(p->context, text);
}

void publishing_text(struct publishing *p, const char *text)
{
    publishing_put(p, view_text(text));
}

/* The first rule, not in count mode, that gives the label. */
static size_t rule_that_gives(const struct program *program, struct view label)
{
    struct rule_info info;

    for (size_t i = 0; i < program_rules(program); i++) {
        program_rule(program, i, &info);
        for (size_t j = 0; !info.counted && j < info.label_count; j++) {
            if (view_equal(info.labels[j], label)) {
                return i;
            }
        }
    }
    return SIZE_MAX;
}

bool publishing_ask(struct publishing *p, const struct audience *audience)
{
    size_t rule = audience->label.at
                      ? rule_that_gives(p->program, audience->label)
                      : SIZE_MAX;
    int score = audience->class == CLASS_AGENT ? SCORE_OF_AGENT : 0;

    if (audience->label.at && rule == SIZE_MAX) {
        return false;
    }
    evaluation_assume(p->evaluation, p->values, &rule, audience->label.at != 0,
                      audience->class, score);
    return true;
}

const struct outcome *publishing_outcome(struct publishing *p,
                                         const struct route *route,
                                         bool *depends)
{
    struct choice choice = {0};

    *depends = false;
    if (!route) {
        return &p->policy->otherwise;
    }
    route_choose(route, p->evaluation, TIME_UNKNOWN, &choice);
    *depends = choice.unknown || route->units || route->volume || route->demand;
    return choice.outcome;
}

struct view publishing_label(const struct publishing *p, struct view prefix,
                             size_t *i)
{
    while (*i < program_labels(p->program)) {
        struct view label = program_label(p->program, (*i)++);

        if (view_starts(label, prefix)) {
            return label;
        }
    }
    return VIEW_NONE;
}

void publishing_price(struct publishing *p, const struct outcome *outcome,
                      size_t offer)
{
    char room[2 * AMOUNT_DIGITS];
    struct text t = text_in(room, sizeof room);

    if (outcome->currency.at) {
        amount_write_decimal(&t, &outcome->worth, CURRENCY_DECIMALS);
    } else {
        amount_write_decimal(&t, &outcome->offers[offer].amount,
                             outcome->offers[offer].asset->decimals);
    }
    publishing_put(p, text_view(&t));
}

void publishing_pattern(struct publishing *p, const struct pattern *pattern)
{
    struct view rest = pattern->text;

    publishing_text(p, "/");
    while (rest.size > 0) {
        size_t star = view_find(rest, '*');
        size_t next = star;

        publishing_put(p, view_of(rest.at, star));
        while (next < rest.size && rest.at[next] == '*') {
            next++;
        }
        publishing_text(p, next > star ? "*" : "");
        rest = view_of(rest.at + next, rest.size - next);
    }
}

bool policy_publish(const struct policy *policy, const struct program *program,
                    enum publication what, struct view base, program_sink *sink,
                    void *context)
{
    static void (*const forms[PUBLICATIONS])(struct publishing * p) = {
        [PUBLISH_PRICES] = publish_prices, [PUBLISH_RSL] = publish_rsl,
        [PUBLISH_ROBOTS] = publish_robots, [PUBLISH_LLMS] = publish_llms,
        [PUBLISH_BAZAAR] = publish_bazaar,
    };
    struct publishing p = {
        .policy = policy,
        .program = program,
        .evaluation = evaluation_new(program),
        .values = calloc(program_slots(program) + 1, sizeof(struct value)),
        .base = base,
        .sink = sink,
        .context = context};
    bool good = p.evaluation && p.values;

    if (good) {
        forms[what](&p);
    }
    free(p.values);
    evaluation_free(p.evaluation);
    return good;
}
