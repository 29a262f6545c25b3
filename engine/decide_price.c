/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The price's part of a decision: what the request costs now, and what it
 * tells the market in turn. decide.c and decide_payment.c call these.
 */
#include "headers.h"
#include "pricing/honour.h"
#include "steps.h"

/* Nothing moves where nothing is remembered. */
static const struct market *market_of(const struct wb_request *r)
{
    return r->state ? &r->state->market : NULL;
}

/* All sites', whichever is asked. */
static void follow(const struct wb_request *r, const struct market *market)
{
    if (meters_to_ask(market->meters, r->facts.time)) {
        for (size_t i = 0; i < r->engine->site_count; i++) {
            market_follow(market, r->engine->sites[i].policy, r->facts.time);
        }
    }
}

void price_step(struct wb_request *r)
{
    const struct market *market = market_of(r);
    uint64_t load;

    if (market) {
        follow(r, market);
    }
    if (market && r->load.at && price_read_load(r->load, &load)) {
        market_load(market, r->site->policy, load, r->facts.time);
    }
    policy_price(r->site->policy, &r->facts, r->evaluation, market, &r->price);
    if (r->price.action == PRICE_REJECT) {
        const struct refusal *refusal = r->price.refusal;
        if (decision_allows(r)) {
            decision_refuse(r, refusal->status, "not_for_sale", NULL);
            r->denial.refusal = refusal;
            r->denial.reason = refusal->reason;
        }
    }
    if (aws_refuses_method(r)) {
        decision_refuse(r, 405, "method_not_allowed", NULL);
    }
    if (r->price.multiplier && decision_allows(r) && !r->again) {
        market_asked(market, &r->price, &r->facts);
    }
}

/* Counted by payer: who pays must be who the ask said would. */
bool price_is_payers(const struct wb_request *r)
{
    const struct route *route = r->price.of;
    struct view hint;

    if (!r->price.volume_step || !route || !route->volume ||
        route->volume->per != VOLUME_PAYER) {
        return true;
    }
    hint = volume_who(route->volume, &r->facts, r->evaluation);
    return r->payment.payer.at && view_equal_fold(hint, r->payment.payer);
}

/* What could be proven and was not may be anybody's junk, which the gate is
 * going to refuse: a rebate is not had for that. */
static bool is_credible(const struct wb_request *r)
{
    return r->proof == PROOF_PROVEN ||
           r->engine->payments.signatures == SIGNATURES_OFF ||
           !view_starts(r->payment.network, VIEW("eip155:"));
}

void price_paid(struct wb_request *r)
{
    if (r->price.of && price_is_payers(r) && is_credible(r)) {
        market_paid(market_of(r), &r->price, &r->facts, r->evaluation,
                    r->proof == PROOF_PROVEN, r->id);
    }
}

/* ---- what was told before ---- */

static struct asker asker_of(const struct wb_request *r)
{
    return (struct asker){.request = &r->facts,
                          .evaluation = r->evaluation,
                          .site = r->site->id,
                          .generation = view_text(r->engine->generation)};
}

static const char *hold_by_quote(struct wb_request *r, size_t offer)
{
    static const char *const reasons[] = {
        [HONOUR_HELD] = NULL,
        [HONOUR_EXPIRED] = "quote_expired",
        [HONOUR_INVALID] = "quote_invalid",
        [HONOUR_OTHER] = "quote_of_another_request",
    };
    struct asker asker = asker_of(r);
    enum honour honour = honour_by_quote(r->site->policy, &asker,
                                         r->payment.quote, offer, &r->price);

    r->held = honour == HONOUR_HELD;
    r->quote = r->held ? r->payment.quote : VIEW_NONE;
    return reasons[honour];
}

const char *price_hold(struct wb_request *r, size_t offer)
{
    const struct policy *policy = r->site->policy;
    const struct amount *amount = &r->payment.amount;
    int order;

    r->price_now = r->price;
    if (r->payment.quote.at && policy_quotes(policy)) {
        return hold_by_quote(r, offer);
    }
    if (!r->payment.has_amount) {
        return NULL;
    }
    order = amount_compare(amount, &r->price.offers[offer].amount);
    if (order != 0) {
        /* one that does not name its price pays the highest that it covers */
        struct price then = r->price;
        if (honour_by_history(market_of(r), policy, r->facts.time, offer,
                              amount, r->payment.exact_amount, &then) &&
            (order < 0 || r->payment.exact_amount ||
             amount_compare(&then.amount, &r->price.offers[offer].amount) >
                 0)) {
            r->price = then;
            r->held = true;
        }
    }
    return NULL;
}

void price_finish(struct wb_request *r)
{
    if (r->held && !r->forward) {
        r->price = r->price_now;
        r->held = false;
        r->quote = VIEW_NONE;
    }
}

void price_quote(const struct wb_request *r, struct text *out)
{
    if (r->quote.at) {
        text_add(out, r->quote);
    } else if (policy_quotes(r->site->policy)) {
        struct asker asker = asker_of(r);
        honour_quote(r->site->policy, &asker, &r->price, out);
    }
}
