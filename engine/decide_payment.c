/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The payment's part of a decision: judged against the price, its signature
 * checked, claimed as the last act. decide.c calls these in their order.
 */
#include "base/hash.h"
#include "payment/signature.h"
#include "steps.h"

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
    enum payment_action action =
        payment_action(&r->payment, &r->engine->payments, r->payment_state);
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

static struct offer offer_of(const struct money *money)
{
    const struct asset *asset = money->asset;
    return (struct offer){.network = asset->network,
                          .asset = asset->address,
                          .pay_to = asset->pay_to,
                          .amount = money->amount,
                          .decimals = asset->decimals,
                          .domain = asset->has_domain ? asset->domain : NULL};
}

/* The offer that a payment means which does not say its amount. */
static size_t offer_meant(const struct wb_request *r)
{
    for (size_t i = 0; i < r->price.offer_count; i++) {
        const struct asset *asset = r->price.offers[i].asset;
        if (view_equal(r->payment.network, asset->network) &&
            (!r->payment.asset.at ||
             view_equal_fold(r->payment.asset, asset->address))) {
            return i;
        }
    }
    return 0;
}

void payment_step_judge(struct wb_request *r)
{
    struct offer offers[PRICE_OFFERS_MAX];
    const char *lapsed = NULL; /* why its quote does not hold */
    if (r->payment.protocol == PROTOCOL_NONE) {
        return; /* PAYMENT_NONE, as it was emptied to */
    }
    if (r->price.action == PRICE_CHARGE && !r->payment.malformed) {
        lapsed = price_hold(r, offer_meant(r));
    }
    for (size_t i = 0; i < r->price.offer_count; i++) {
        offers[i] = offer_of(&r->price.offers[i]);
    }
    r->judgement = payment_judge(&r->payment, &r->engine->payments, offers,
                                 r->price.offer_count,
                                 policy_strict(r->site->policy), r->facts.time);
    r->payment_state = r->judgement.state;
    if (r->price.offer_count > 1) {
        price_tell(&r->price,
                   r->payment.has_amount ? r->judgement.offer : offer_meant(r));
    }
    if (lapsed && (r->payment_state == PAYMENT_SOUND ||
                   r->payment_state == PAYMENT_REUSABLE)) {
        r->payment_state = PAYMENT_WRONG_AMOUNT;
        r->judgement.reason = lapsed;
    }
    if ((r->payment_state == PAYMENT_SOUND ||
         r->payment_state == PAYMENT_REUSABLE) &&
        !price_is_payers(r)) {
        r->payment_state = PAYMENT_WRONG_PAYER;
        r->judgement.reason = "not_the_payer_announced";
    }
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
    struct offer offer =
        offer_of(&(struct money){r->price.asset, r->price.amount});
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

/* How long a claim of this payment may live that was taken at any time: one
 * with a window was never taken sooner than that allows. */
static int64_t longest_claim(const struct wb_request *r,
                             const struct claim *claim)
{
    const struct payment_settings *settings = &r->engine->payments;
    int64_t longest = claim->expires - claim->now;
    int64_t window = settings->max_lifetime + settings->skew;
    return r->payment.has_window && longest < window ? window : longest;
}

/* Of a payment whose signature was checked: on an EVM chain with a number. */
static bool payer_of(const struct payment *payment,
                     unsigned char payer[CLAIM_PAYER])
{
    unsigned long long chain;
    size_t prefix = sizeof "eip155:" - 1;
    if (!view_starts(payment->network, VIEW("eip155:")) ||
        !view_to_u64(view_of(payment->network.at + prefix,
                             payment->network.size - prefix),
                     &chain)) {
        return false;
    }
    for (size_t i = 8; i-- > 0; chain >>= 8) {
        payer[i] = (unsigned char)chain;
    }
    memcpy(payer + 8, payment->message.signer, SIGNED_ADDRESS);
    return true;
}

void payment_claim(struct wb_request *r)
{
    struct claim *claim = &r->call.claim;
    memset(&r->call, 0, sizeof r->call);
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
    claim->has_payer = claim->proven && payer_of(&r->payment, claim->payer);
    claim->amount = amount_to_u64(&r->price.amount);
    claim->now = r->facts.time;
    r->call.answer.result = CLAIM_UNAVAILABLE; /* until the store says more */
    claim->expires =
        payment_claim_expiry(&r->payment, &r->engine->payments, r->facts.time);
    claim->longest = longest_claim(r, claim);
    claim->has_ask = r->proxy_id.size > 0;
    memcpy(claim->ask, r->ask, sizeof claim->ask);
    claim->client_known = r->facts.client_known;
    if (claim->client_known) {
        claim->client = r->facts.client;
    }
}

/* A payer who is refused for a while is told for how long. */
static void wait_for_lockout(struct wb_request *r)
{
    int64_t left = r->call.answer.expires - r->facts.time;
    if (r->payment_state == PAYMENT_LOCKED_OUT && !decision_allows(r)) {
        r->denial.retry = "wait";
        r->denial.retry_after =
            (unsigned)(left / 1000000 + (left % 1000000 != 0));
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
        [CLAIM_AGAIN] = {PAYMENT_SOUND, NULL},
        [CLAIM_LOCKED_OUT] = {PAYMENT_LOCKED_OUT, NULL},
        [CLAIM_FULL] = {PAYMENT_SOUND, "claims_full"},
        [CLAIM_UNAVAILABLE] = {PAYMENT_SOUND, "claims_unavailable"},
    };
    enum claim_result result = r->call.answer.result;
    if (outcomes[result].error) {
        decision_refuse(r, 429, outcomes[result].error, NULL);
        r->denial.retry = "wait";
        r->denial.retry_after = 1;
    } else if (result == CLAIM_AGAIN) {
        decision_take_id(r, r->call.answer.decision);
        r->again = true; /* if only another node knew */
    } else if (result != CLAIM_TAKEN) {
        r->payment_state = outcomes[result].state;
        r->judgement.reason = NULL; /* it was of the state before */
        act_on_payment(r);
        wait_for_lockout(r);
    }
    r->forward = r->forward && decision_allows(r);
    if (result == CLAIM_TAKEN && r->forward) {
        price_paid(r);
    }
}

/* Only what goes on, at a price, with its header left in place, is claimed:
 * refusals, free prices, stripped headers and count mode burn nothing. */
bool payment_wants_claim(const struct wb_request *r)
{
    return decision_allows(r) && r->forward && !r->count &&
           r->payment_state != PAYMENT_REUSABLE;
}
