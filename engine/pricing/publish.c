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

    for (size_t i = 0; i < program_rules(program); i++) {
        const struct rule_info *info = program_rule(program, i);
        for (size_t j = 0; !info->counted && j < info->label_count; j++) {
            if (view_equal(info->labels[j], label)) {
                return i;
            }
        }
    }
    return SIZE_MAX;
}

bool publishing_knows(const struct publishing *p,
                      const struct audience *audience)
{
    return !audience->label.at ||
           rule_that_gives(p->program, audience->label) != SIZE_MAX;
}

/* As if just the rules had fired that give what the audience is said to be. */
static void choose(struct publishing *p, const struct audience *audience,
                   const struct route *route, struct choice *choice)
{
    const struct view labels[] = {audience->label, audience->status};
    size_t rules[2], count = 0;

    for (size_t i = 0; i < 2; i++) {
        size_t rule =
            labels[i].at ? rule_that_gives(p->program, labels[i]) : SIZE_MAX;
        if (rule != SIZE_MAX) {
            rules[count++] = rule;
        }
    }
    *choice = (struct choice){0};
    if (!route) {
        choice->outcome = &p->policy->otherwise;
        return;
    }
    evaluation_assume(p->evaluation, p->values, rules, count, audience->class,
                      audience->class == CLASS_AGENT ? SCORE_OF_AGENT : 0);
    route_choose(route, p->evaluation, TIME_UNKNOWN, choice);
}

const struct outcome *publishing_outcome(struct publishing *p,
                                         const struct audience *audience,
                                         const struct route *route,
                                         bool *depends)
{
    static const struct view statuses[] = {{"agent:verified", 14},
                                           {"agent:spoofed", 13}};
    struct choice choice, other;

    choose(p, audience, route, &choice);
    *depends = choice.unknown ||
               (route && (route->units || route->volume || route->demand));
    for (size_t i = 0; i < 2 && audience->label.at && !audience->status.at;
         i++) {
        struct audience more = *audience;

        more.status = statuses[i];
        choose(p, &more, route, &other);
        *depends = *depends || other.outcome != choice.outcome;
    }
    return choice.outcome;
}

bool publishing_by_path(const struct publishing *p, const struct route *route)
{
    unsigned get = method_bit(&p->policy->methods, VIEW("GET"));

    return route->host_count == 0 && route->query_count == 0 &&
           !route->window && (!route->methods || route->methods & get);
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

    if (outcome->worth) {
        amount_write_decimal(&t, &outcome->worth->amount, CURRENCY_DECIMALS);
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
