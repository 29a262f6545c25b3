/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decision under the profile aws-waf: the headers that AWS' sample of
 * x402 at the edge takes from its WAF, so that its Lambda stays as it is.
 *
 *   x-amzn-waf-x-x402-route-action   0.003, USD; 0: free
 *   x-amzn-waf-actor-type            unverified-bot, verified-bot,
 *                                    wba-verified-bot; a person has none
 *   x-amzn-waf-bot-category, -organization, -name
 *
 * There the first one may be missing, which is free; here it is on every
 * allow. Three of ours are too, which proxies act on: X-Payment-State,
 * X-Payment-Forward and X-Weighbridge-Decision.
 */
#include "aws_labels.h"
#include "headers.h"

#define PREFIX "x-amzn-waf-"

const char *const aws_headers[] = {
    PREFIX "x-x402-route-action",
    PREFIX "actor-type",
    PREFIX "bot-category",
    PREFIX "bot-organization",
    PREFIX "bot-name",
    "X-Payment-State",
    "X-Payment-Forward",
    "X-Weighbridge-Decision",
    NULL,
};
const char *const aws_guarded_headers[] = {
    "x-x402-route-action", "actor-type", "bot-category",
    "bot-organization",    "bot-name",   NULL,
};

static bool has_label(const struct wb_request *r, struct view label)
{
    if (!r->evaluation) {
        return false;
    }
    size_t i = program_label_find(r->ruleset->program, label);
    return i != SIZE_MAX && evaluation_label(r->evaluation, i) == TRUTH_TRUE;
}

static struct view category(const struct wb_request *r)
{
    for (const struct aws_category *row = aws_categories; row->ours; row++) {
        if (view_equal(r->verdict.agent_category, view_text(row->ours))) {
            return view_text(row->theirs);
        }
    }
    return VIEW_NONE;
}

static struct view actor(const struct wb_request *r)
{
    if (has_label(r, VIEW("agent:wba:verified"))) {
        return VIEW("wba-verified-bot");
    }
    if (has_label(r, VIEW("agent:verified"))) {
        return VIEW("verified-bot");
    }
    return r->verdict.class == CLASS_AGENT || category(r).at
               ? VIEW("unverified-bot")
               : VIEW_NONE;
}

static void put(struct wb_request *r, size_t row, struct view value)
{
    size_t start = r->answer.size;
    if (!value.size) {
        return;
    }
    for (size_t i = 0; i < value.size; i++) { /* they write '_' for '-' */
        bool theirs = row >= 2 && row <= 4;
        text_add_char(&r->answer,
                      theirs && value.at[i] == '-' ? '_' : value.at[i]);
    }
    r->headers[r->header_count++] = (struct answer_header){
        aws_headers[row],
        view_of(r->answer.at + start, r->answer.size - start)};
}

void headers_write_aws(struct wb_request *r)
{
    bool charged = r->price.action == PRICE_CHARGE && !r->count;
    r->header_count = 0;
    put(r, 0, charged ? r->price_text : VIEW("0"));
    put(r, 1, actor(r));
    put(r, 2, category(r));
    put(r, 3, r->verdict.agent_org);
    put(r, 4, r->verdict.agent_name);
    put(r, 5, view_text(payment_states[r->payment_state].name));
    put(r, 6, r->forward ? VIEW("1") : VIEW("0"));
    put(r, 7, view_text(r->id_text));
}

/* Their Lambda charges GET only and lets all else pass for nothing. */
bool aws_refuses_method(const struct wb_request *r)
{
    return r->engine->profile == PROFILE_AWS_WAF &&
           r->price.action == PRICE_CHARGE &&
           !view_equal(r->facts.method, VIEW("GET"));
}
