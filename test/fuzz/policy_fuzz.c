/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a policy and a request: METHOD NUL HOST NUL TARGET NUL then
 * the policy's text. What loads must price, and a price is whole: a charge
 * has an amount, an asset and a payee, a refusal its status.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "pricing/policy_load.h"

#include "fuzz.h"

static void check(bool right)
{
    if (!right) {
        abort();
    }
}

static void check_price(const struct policy *policy, const struct price *price)
{
    check(price->route.size > 0);
    switch (price->action) {
    case PRICE_FREE:
        check(amount_is_zero(&price->amount) && !price->asset);
        break;
    case PRICE_CHARGE:
        check(!amount_is_zero(&price->amount) && price->asset &&
              price->pay_to.size > 0 && policy_charges(policy));
        check(price->asset->address.size > 0 && price->asset->symbol.size > 0);
        break;
    case PRICE_REJECT:
        check(price->refusal && price->refusal->status >= 402);
        break;
    }
}

static void price(const struct policy *policy, const struct program *program,
                  const struct plan *plan, struct request *request)
{
    struct arena *workspace = arena_new_fixed(512 * 1024);
    struct value *values = calloc(plan_slots(plan) + 1, sizeof *values);
    struct evaluation *evaluation = evaluation_new(program);
    struct price price;
    bool cut = false;

    check(workspace && values && evaluation);
    if (request_prepare(request, workspace)) {
        facts_fill(plan, request, values, workspace, &cut);
        evaluation_stateless(evaluation, values);
        evaluation_stateful(evaluation, NULL);
        policy_price(policy, request, evaluation, NULL, &price);
        check_price(policy, &price);
    }
    evaluation_free(evaluation);
    free(values);
    arena_free(workspace);
}

static void load(struct arena *arena, struct problems *problems,
                 struct view text, struct request *request)
{
    static const char pack[] =
        "pack: { name: f, release: 2026.11, language: 1 }\n"
        "rules:\n"
        "  - { id: a, when: { header.x-a: present }, labels: [t:a] }\n";
    struct rules_options options = {
        .band_suspect = 30, .band_agent = 60, .automata_bytes = 1u << 20};
    struct rules *rules = rules_new(arena, &options, problems);
    struct node *tree;
    struct policy *policy;
    struct program *program;

    check(rules &&
          rules_pack_text(rules, VIEW("p"), view_text(pack), NULL, NULL));
    tree = tree_read_text(arena, VIEW("policy"), text, problems);
    policy = tree ? policy_read(arena, tree, VIEW("default"), VIEW_NONE, rules,
                                problems)
                  : NULL;
    if (!policy) {
        check(problems_errors(problems) > 0);
        return;
    }
    check(problems_errors(problems) == 0);
    program = rules_compile(rules);
    if (program) {
        price(policy, program, rules_plan(rules), request);
    }
    program_free(program);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct request request;
    struct view rest = view_of((const char *)data, size);
    struct arena *arena = arena_new();
    struct problems *problems = problems_new();

    if (size > 0 && size < 32 * 1024) {
        hash_start();
        check(arena && problems);
        request_clear(&request);
        request.method = view_cut(&rest, '\0');
        request.host = view_cut(&rest, '\0');
        request.target = view_cut(&rest, '\0');
        if (request.target.size > REQUEST_TARGET_MAX) {
            request.target.size = REQUEST_TARGET_MAX;
        }
        if (rest.at) {
            load(arena, problems, rest, &request);
        }
    }
    problems_free(problems);
    arena_free(arena);
    return 0;
}
