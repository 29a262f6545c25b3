/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a snapshot holds, by name, and what of it a decision met: for those
 * who count which rules fire and which routes are ever asked for.
 */
#include "decision.h"
#include "pricing/policy.h"

static struct wb_text text_of(struct view v)
{
    return (struct wb_text){v.at, v.size};
}

struct wb_text wb_engine_rule(const struct wb_engine *engine, size_t i)
{
    for (size_t set = 0; set < engine->ruleset_count; set++) {
        const struct program *program = engine->rulesets[set].program;
        size_t count = program_rules(program);
        if (i < count) {
            return text_of(program_rule(program, i)->id);
        }
        i -= count;
    }
    return (struct wb_text){NULL, 0};
}

struct wb_text wb_engine_route(const struct wb_engine *engine, size_t i)
{
    for (size_t site = 0; site < engine->site_count; site++) {
        const struct policy *policy = engine->sites[site].policy;
        size_t count = policy_routes(policy);
        if (i < count) {
            return text_of(policy_route_id(policy, i));
        }
        i -= count;
    }
    return (struct wb_text){NULL, 0};
}

int wb_engine_counts_rates(const struct wb_engine *engine)
{
    int counts = 0;
    for (size_t set = 0; set < engine->ruleset_count; set++) {
        if (program_rates(engine->rulesets[set].program) > 0) {
            counts |= 1;
        }
    }
    for (size_t i = 0; i < engine->site_count; i++) {
        const struct policy *policy = engine->sites[i].policy;
        if (policy->volume_count + policy->demand_count > 0) {
            counts |= 2;
        }
    }
    return counts;
}

struct wb_text wb_decision_rule(const struct wb_request *r, size_t i,
                                int *score)
{
    const size_t *fired = NULL;
    if (r->step != STEP_DONE || !r->evaluation ||
        i >= evaluation_fired(r->evaluation, &fired)) {
        return (struct wb_text){NULL, 0};
    }
    const struct rule_info *rule = program_rule(r->ruleset->program, fired[i]);
    if (score) {
        *score = rule->counted ? 0 : rule->score;
    }
    return text_of(rule->id);
}
