/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rules that fired add up to: score and class, the agent's name, a
 * rejection. Counted rules are passed over throughout.
 */
#include "classify/weighing.h"

void verdict_list_fired(struct evaluation *e)
{
    uint32_t rule;

    for (uint32_t i = 0; i < e->touched_ranks.count; i++) {
        uint32_t rank = e->touched_ranks.items[i];

        if (e->truths[rank] == TRUTH_TRUE) {
            rank_set_add(&e->order, e->program->ranks[rank].rule);
        }
    }
    e->fired_count = 0;
    while ((rule = rank_set_take(&e->order, UINT32_MAX)) != UINT32_MAX) {
        e->fired[e->fired_count++] = rule;
    }
}

/* Without filling in all that is made of it. */
bool verdict_agent_unknown(const struct evaluation *e)
{
    uint32_t slot = e->program->user_agent_slot;
    const struct fill *fill = e->fill;

    return fill ? fill->lines[fill->plan->agent].first == 0 &&
                      facts_missing(fill, fill->plan->agent) == VALUE_UNKNOWN
                : e->values[slot].state == VALUE_UNKNOWN;
}

void verdict_sum_score(struct evaluation *e)
{
    bool any = false;
    int64_t sum = 0;

    for (size_t i = 0; i < e->fired_count; i++) {
        const struct rule_info *info = &e->program->rules[e->fired[i]].info;

        if (info->counted) {
            continue;
        }
        any |= !info->of_payment;
        sum += info->score;
        if (info->stops) {
            break;
        }
    }
    e->verdict.score = sum < 0 ? 0 : sum > 100 ? 100 : (int)sum;
    if (e->verdict.score >= (int)e->program->band_agent) {
        e->verdict.class = CLASS_AGENT;
    } else if (e->verdict.score >= (int)e->program->band_suspect) {
        e->verdict.class = CLASS_SUSPECT;
    } else {
        e->verdict.class = CLASS_HUMAN;
    }
    if (!any && verdict_agent_unknown(e)) {
        e->verdict.class = CLASS_UNKNOWN;
    }
}

void verdict_choose_agent(struct evaluation *e)
{
    struct view *best[AGENT_KEYS] = {&e->verdict.agent_name,
                                     &e->verdict.agent_org,
                                     &e->verdict.agent_category};
    int score[AGENT_KEYS] = {0};

    for (size_t i = 0; i < e->fired_count; i++) {
        const struct image_rule *rule = &e->program->rules[e->fired[i]];

        if (rule->info.counted) {
            continue;
        }
        for (int k = 0; k < AGENT_KEYS; k++) {
            if (rule->agent[k].at &&
                (!best[k]->at || rule->info.score > score[k])) {
                *best[k] = rule->agent[k];
                score[k] = rule->info.score;
            }
        }
    }
}

void verdict_choose_reject(struct evaluation *e)
{
    for (size_t i = 0; i < e->fired_count; i++) {
        const struct rule_info *info = &e->program->rules[e->fired[i]].info;

        if (info->counted || !(info->stops || info->rejects)) {
            continue;
        }
        if (info->rejects) {
            e->verdict.reject = true;
            e->verdict.reject_rule = e->fired[i];
            e->verdict.status = info->status;
            e->verdict.reason = info->reason;
        }
        return;
    }
}
