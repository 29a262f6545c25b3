/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The payment's part of a decision: judged against the price, its signature
 * checked, claimed as the last act. decide.c calls these in their order.
 */
#include "base/hash.h"
#include "decision.h"
#include "payment/signature.h"

static void refuse_payment(struct wb_request *r)
{
    const struct payment_state_row *row = &payment_states[r->payment_state];
    decision_refuse(r, row->status, row->error, r->judgement.reason);
    if (row->status == 409) {
        r->denial.retry = "sign-again";
    }
}

/* What the settings say to do with a payment in its state. */
static void act_on_payment(struct wb_request *r)
{
    enum payment_action action = r->engine->payments.actions[r->payment_state];
    if (action == PAYMENT_REJECT && r->payment_state != PAYMENT_NONE) {
        refuse_payment(r);
    }
    if (action == PAYMENT_STRIP && r->payment_state != PAYMENT_NONE &&
        r->cannot_strip) {
        decision_refuse(r, 400, "payment_not_taken",
                        payment_states[r->payment_state].name);
    }
    r->forward = action == PAYMENT_PASS && r->payment_state != PAYMENT_NONE &&
                 r->price.action == PRICE_CHARGE && decision_allows(r);
}

/* What is sold at this price; only where it charges. */
static struct offer offer_of(const struct price *price)
{
    const struct asset *asset = price->asset;
    return (struct offer){.network = asset->network,
                          .asset = asset->address,
                          .pay_to = price->pay_to,
                          .amount = price->amount,
                          .domain = asset->has_domain ? asset->domain : NULL};
}

void payment_step_judge(struct wb_request *r)
{
    struct offer offer;
    size_t offers = 0;
    if (r->price.action == PRICE_CHARGE) {
        offers = 1;
        offer = offer_of(&r->price);
    }
    r->judgement =
        payment_judge(&r->payment, &r->engine->payments, &offer, offers,
                      policy_strict(r->site->policy), r->facts.time);
    r->payment_state = r->judgement.state;
    act_on_payment(r);
}

/* The dearest step, so only for what would be claimed (count mode works it
 * out too). A signature that fails is no payment of that payer's own key; a
 * contract may still take it, so the default is to say so and go on. */
void payment_step_signature(struct wb_request *r)
{
    enum payment_signatures wanted = r->engine->payments.signatures;
    if (wanted == SIGNATURES_OFF || !r->forward ||
        r->payment_state == PAYMENT_REUSABLE) {
        return;
    }
    struct offer offer = offer_of(&r->price);
    r->proof = signature_check(&r->payment, &offer);
    if (r->proof != PROOF_FAILED) {
        return;
    }
    r->judgement.reason = "not_signed_by_payer";
    if (wanted == SIGNATURES_REJECT) {
        r->payment_state = PAYMENT_FORGED;
        act_on_payment(r);
    }
}

/* ---- the claim ---- */

void payment_claim(struct wb_request *r)
{
    struct claim *claim = &r->call.claim;
    memset(claim, 0, sizeof *claim);
    memcpy(claim->identity, r->payment.identity, sizeof claim->identity);
    memcpy(claim->content, r->payment.content, sizeof claim->content);
    memcpy(claim->decision, r->id, sizeof claim->decision);
    if (r->payment.identifier.at) {
        struct sha256 hash;
        sha256_start(&hash);
        sha256_add(&hash, r->site->id);
        sha256_add(&hash, view_of("", 1));
        sha256_add(&hash, r->payment.identifier);
        sha256_end(&hash, claim->identifier);
        claim->has_identifier = true;
    }
    claim->proven = r->proof == PROOF_PROVEN;
    claim->now = r->facts.time;
    r->call.answer.result = CLAIM_UNAVAILABLE; /* until the store says more */
    claim->expires =
        payment_claim_expiry(&r->payment, &r->engine->payments, r->facts.time);
    claim->client_known = r->facts.client_known;
    if (claim->client_known) {
        claim->client = r->facts.client;
    }
}

void payment_claim_answered(struct wb_request *r)
{
    static const struct {
        enum payment_state state;
        const char *error; /* a store that cannot claim: 429 */
    } outcomes[] = {
        [CLAIM_TAKEN] = {PAYMENT_SOUND, NULL},
        [CLAIM_REPLAYED] = {PAYMENT_REPLAYED, NULL},
        [CLAIM_REPEATED] = {PAYMENT_REPEATED, NULL},
        [CLAIM_CONFLICTING] = {PAYMENT_CONFLICTING, NULL},
        [CLAIM_FULL] = {PAYMENT_SOUND, "claims_full"},
        [CLAIM_UNAVAILABLE] = {PAYMENT_SOUND, "claims_unavailable"},
    };
    enum claim_result result = r->call.answer.result;
    if (outcomes[result].error) {
        decision_refuse(r, 429, outcomes[result].error, NULL);
        r->denial.retry = "wait";
        r->denial.retry_after = 1;
    } else if (result != CLAIM_TAKEN) {
        r->payment_state = outcomes[result].state;
        r->judgement.reason = NULL; /* it was of the state before */
        act_on_payment(r);
    }
    r->forward = r->forward && decision_allows(r);
}

/* Only what goes on, at a price, with its header left in place, is claimed:
 * refusals, free prices, stripped headers and count mode burn nothing. */
bool payment_wants_claim(const struct wb_request *r)
{
    return decision_allows(r) && r->forward && !r->count &&
           r->payment_state != PAYMENT_REUSABLE;
}
