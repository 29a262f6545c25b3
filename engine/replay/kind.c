/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells kinds of requests apart; see kind.h.
 */
#include "replay/kind.h"

static const enum wb_answer answers[KIND_NAMES] = {
    [KIND_CLASS] = WB_ANSWER_CLASS,
    [KIND_ACTION] = WB_ANSWER_ACTION,
    [KIND_REASON] = WB_ANSWER_REASON,
    [KIND_AGENT] = WB_ANSWER_AGENT_NAME,
    [KIND_ORG] = WB_ANSWER_AGENT_ORG,
    [KIND_SITE] = WB_ANSWER_SITE,
    [KIND_PAYMENT] = WB_ANSWER_PAYMENT_STATE,
    [KIND_ROUTE] = WB_ANSWER_ROUTE,
    [KIND_PRICE] = WB_ANSWER_PRICE_ACTION,
    [KIND_ASSET] = WB_ANSWER_PRICE_ASSET,
};

static void add(struct kind *kind, struct wb_text name)
{
    kind->at[kind->names] = name.data;
    kind->sizes[kind->names++] = (uint32_t)name.size;
}

bool kind_read(struct kind *kind, const struct wb_request *request)
{
    struct wb_text rule;

    kind->names = 0;
    kind->requests = 0;
    for (size_t i = 0; i < KIND_NAMES; i++) {
        add(kind, wb_decision_answer(request, answers[i]));
    }
    for (size_t i = 0; (rule = wb_decision_rule(request, i, NULL)).data; i++) {
        if (i == KIND_RULES) {
            return false;
        }
        add(kind, rule);
    }
    return true;
}

struct kind *kinds_place(struct kinds *kinds, const struct kind *kind)
{
    uint64_t hash = kind->names;

    for (size_t i = 0; i < kind->names; i++) {
        hash = (hash ^ (uintptr_t)kind->at[i]) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    return &kinds->places[hash & (KIND_PLACES - 1)];
}

bool kind_is(const struct kind *there, const struct kind *kind)
{
    return there->names == kind->names &&
           !memcmp(there->at, kind->at, kind->names * sizeof *kind->at);
}
