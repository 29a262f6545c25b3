/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of evaluation. A rule waits for all that may give a label which
 * it reads; its level is one above the highest of them. Ranks go by
 *
 *   stage (stateless, rated, late), then level, then import order
 *
 * which keeps every rule after what it waits for, because a rule's stage is
 * never below theirs. On the same way it shows which rules hang on the
 * payment, through labels too: these may not move a price.
 */
#include "classify/draft_load.h"

#include <stdlib.h>

enum visit { MARK_NEW, MARK_OPEN, MARK_DONE };

/* A rule on the way down: which of its givers comes next. */
struct step {
    struct draft_rule *rule;
    const struct label_test *test;
    size_t label, giver;
};

struct walk {
    struct rules *rules;
    struct step *steps;
    size_t depth;
};

/* The next rule that the top of the way waits for, or NULL. */
static struct draft_rule *next_giver(struct walk *w)
{
    struct step *s = &w->steps[w->depth - 1];

    while (s->test) {
        while (s->label < s->test->label_count) {
            const struct draft_label *label =
                &w->rules->draft_labels[s->test->labels[s->label]];

            if (s->giver < label->count) {
                return label->givers[s->giver++];
            }
            s->label++;
            s->giver = 0;
        }
        s->test = s->test->next;
        s->label = 0;
    }
    return NULL;
}

/* Does the condition read what only a paid retry has, labels aside? */
static bool reads_payment(const struct rules *rules,
                          const struct reading *reading)
{
    for (const struct rate_test *t = reading->rates; t; t = t->next) {
        struct view name = plan_slot_at(rules->plan, t->slot)->parameter;

        if (rules->rates[names_find(&rules->rate_names, name)].of_payment) {
            return true;
        }
    }
    return reading->reads_payment;
}

static void push(struct walk *w, struct draft_rule *rule)
{
    rule->mark = MARK_OPEN;
    rule->rated = rule->reading.rates || rule->reading.reads_signature;
    rule->info.of_payment = reads_payment(w->rules, &rule->reading);
    rule->late = rule->reading.reads_score;
    for (const struct label_test *t = rule->reading.labels; t; t = t->next) {
        for (size_t i = 0; i < t->label_count; i++) {
            rule->altered |= w->rules->draft_labels[t->labels[i]].altered;
        }
    }
    w->steps[w->depth++] =
        (struct step){.rule = rule, .test = rule->reading.labels};
}

static void inherit(struct draft_rule *rule, const struct draft_rule *giver)
{
    if (giver->level >= rule->level) {
        rule->level = giver->level + 1;
    }
    rule->rated |= giver->rated;
    rule->late |= giver->late;
    rule->altered |= giver->altered;
    rule->info.of_payment |= giver->info.of_payment;
}

/* a -> b -> a, as much of it as a line holds. */
static void report_circle(struct walk *w, const struct draft_rule *again)
{
    char path[400];
    struct text text = text_in(path, sizeof(path) - 1);
    size_t at = w->depth;

    while (at > 0 && w->steps[at - 1].rule != again) {
        at--;
    }
    for (size_t i = at - 1; i < w->depth; i++) {
        text_add(&text, w->steps[i].rule->info.id);
        text_add(&text, VIEW(" -> "));
    }
    text_add(&text, again->info.id);
    path[text.size] = '\0';
    rules_refuse(w->rules, again->place, RULE_CIRCLE, NULL,
                 "rules read each other's labels in a circle: %s", path);
}

/* Without recursion: a chain may be as long as there are rules. */
static bool descend(struct walk *w, struct draft_rule *from)
{
    push(w, from);
    while (w->depth > 0) {
        struct draft_rule *rule = w->steps[w->depth - 1].rule;
        struct draft_rule *giver = next_giver(w);

        if (!giver) {
            rule->mark = MARK_DONE;
            w->depth--;
            if (w->depth > 0) {
                inherit(w->steps[w->depth - 1].rule, rule);
            }
        } else if (giver->mark == MARK_OPEN) {
            report_circle(w, giver);
            return false;
        } else if (giver->mark == MARK_DONE) {
            inherit(rule, giver);
        } else {
            push(w, giver);
        }
    }
    return true;
}

static int stage(const struct draft_rule *rule)
{
    return rule->late ? 2 : rule->rated;
}

static int compare_ranks(const void *a, const void *b)
{
    const struct draft_rule *x = *(struct draft_rule *const *)a;
    const struct draft_rule *y = *(struct draft_rule *const *)b;

    if (stage(x) != stage(y)) {
        return stage(x) - stage(y);
    }
    if (x->level != y->level) {
        return x->level < y->level ? -1 : 1;
    }
    return x->number < y->number ? -1 : 1;
}

static bool check_score(struct rules *rules, const struct draft_rule *rule)
{
    if (!rule->late || !rule->has_score) {
        return true;
    }
    rules_refuse(rules, rule->place, RULE_LATE_SCORE,
                 rule->reading.reads_score
                     ? NULL
                     : "it reads a label that such a rule may give",
                 "the rule '%.*s' gives a score, and waits for the score or "
                 "the class itself",
                 VIEW_ARG(rule->info.id));
    return false;
}

/* Paying must not change the class, which makes the price. */
static bool check_payment(struct rules *rules, const struct draft_rule *rule)
{
    if (!rule->info.of_payment || !(rule->has_score || rule->info.stops)) {
        return true;
    }
    rules_refuse(rules, rule->place, RULE_PRICE,
                 reads_payment(rules, &rule->reading)
                     ? NULL
                     : "it reads a label that hangs on the payment",
                 "the rule '%.*s' %s, and hangs on the payment: paying must "
                 "not change a price",
                 VIEW_ARG(rule->info.id),
                 rule->has_score ? "gives a score" : "stops");
    return false;
}

/* The rule that may give one of the test's labels to a paid retry alone. */
static const struct draft_rule *paid_giver(const struct rules *rules,
                                           const struct label_test *test)
{
    for (size_t i = 0; i < test->label_count; i++) {
        const struct draft_label *label = &rules->draft_labels[test->labels[i]];

        for (size_t j = 0; j < label->count; j++) {
            if (label->givers[j]->info.of_payment) {
                return label->givers[j];
            }
        }
    }
    return NULL;
}

static bool check_condition(struct rules *rules,
                            const struct draft_condition *condition)
{
    const struct label_test *test = condition->reading.labels;

    for (; test && condition->reading.price; test = test->next) {
        const struct draft_rule *giver = paid_giver(rules, test);

        if (giver) {
            rules_refuse(rules, test->operands[0]->place, RULE_PRICE, NULL,
                         "a price may not rest on the payment, and the rule "
                         "'%.*s', which may give this label, does",
                         VIEW_ARG(giver->info.id));
            return false;
        }
    }
    return true;
}

bool rules_order(struct rules *rules, struct draft_rule **by_rank,
                 size_t *count)
{
    size_t all = rules->rule_ids.count;
    struct walk walk = {.rules = rules};
    bool good = true;

    *count = 0;
    walk.steps = arena_array(rules->arena, all + 1, sizeof(*walk.steps));
    if (!walk.steps) {
        return rules_no_memory(rules);
    }
    for (struct draft_rule *r = rules->first; r; r = r->next) {
        if (r->off) {
            continue;
        }
        if (r->mark == MARK_NEW && !descend(&walk, r)) {
            return false;
        }
        good = check_score(rules, r) && good;
        good = check_payment(rules, r) && good;
        by_rank[(*count)++] = r;
    }
    if (*count) {
        qsort(by_rank, *count, sizeof(*by_rank), compare_ranks);
    }
    for (size_t i = 0; i < rules->condition_count; i++) {
        good = check_condition(rules, &rules->conditions[i]) && good;
    }
    for (size_t i = 0; i < *count; i++) {
        by_rank[i]->rank = (uint32_t)i;
    }
    return good;
}
