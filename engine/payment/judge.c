/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The judgement: a payment that parsed, against what the policy sells. The
 * first state of the table that holds is the answer. What needs a store or
 * a key (forged, locked out, replayed) is judged elsewhere.
 *
 * Windows are seconds and the clock is microseconds: it is the clock that is
 * divided, so that no number of a header can overflow.
 */
#include "payment/payment.h"

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

/* a + b, a and b not negative, at most INT64_MAX. */
static int64_t add_time(int64_t a, int64_t b)
{
    return a > INT64_MAX - b ? INT64_MAX : a + b;
}

/* now + margin in seconds, rounded down or up; 0 before the epoch. */
static uint64_t seconds_down(int64_t now, int64_t margin)
{
    return now < 0 ? 0 : (uint64_t)(add_time(now, margin) / SECOND);
}

static uint64_t seconds_up(int64_t now, int64_t margin)
{
    int64_t at = now < 0 ? 0 : add_time(now, margin);

    return (uint64_t)(at / SECOND) + (at % SECOND != 0);
}

/* Does the payment fit the offer, as far as this? What it does not say (v1
 * has no asset) fits. */
typedef bool fits_offer(const struct payment *payment,
                        const struct offer *offer);

static bool fits_network(const struct payment *payment,
                         const struct offer *offer)
{
    return !payment->network.at || view_equal(payment->network, offer->network);
}

/* Hexadecimal counts without case, other chains' spellings with it. */
static bool is_address(struct view said, struct view wanted)
{
    return view_starts(wanted, VIEW("0x")) ? view_equal_fold(said, wanted)
                                           : view_equal(said, wanted);
}

static bool fits_asset(const struct payment *payment, const struct offer *offer)
{
    return fits_network(payment, offer) &&
           (!payment->asset.at || is_address(payment->asset, offer->asset));
}

static bool fits_recipient(const struct payment *payment,
                           const struct offer *offer)
{
    return fits_asset(payment, offer) &&
           (!payment->pay_to.at || is_address(payment->pay_to, offer->pay_to));
}

static const struct stage {
    fits_offer *fits;
    enum payment_state state;
    const char *reason;
} stages[] = {
    {fits_network, PAYMENT_WRONG_NETWORK, "network_not_offered"},
    {fits_asset, PAYMENT_WRONG_ASSET, "asset_not_offered"},
    {fits_recipient, PAYMENT_WRONG_RECIPIENT, "recipient_not_offered"},
};

static bool any_fits(fits_offer *fits, const struct payment *payment,
                     const struct offer *offers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (fits(payment, &offers[i])) {
            return true;
        }
    }
    return false;
}

/* Network, asset and recipient; true when all is well. */
static bool judge_target(const struct payment *payment,
                         const struct offer *offers, size_t count,
                         struct judgement *out)
{
    for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
        if (!any_fits(stages[i].fits, payment, offers, count)) {
            out->state = stages[i].state;
            out->reason = stages[i].reason;
            return false;
        }
    }
    return true;
}

static bool judge_window(const struct payment *payment,
                         const struct payment_settings *settings, int64_t now,
                         struct judgement *out)
{
    /* What settles nothing needs no margin, what is kept long no limit. */
    int64_t margin = payment->reusable ? 0 : settings->settle_margin;

    if (!payment->has_window) {
        return true;
    }
    if (payment->valid_before < seconds_up(now, margin)) {
        out->state = PAYMENT_EXPIRED;
        out->reason = "valid_before_passed";
    } else if (payment->valid_after > seconds_down(now, settings->skew)) {
        out->state = PAYMENT_EARLY;
        out->reason = "valid_after_ahead";
    } else if (!payment->reusable &&
               payment->valid_before >
                   seconds_down(now, settings->max_lifetime)) {
        out->state = PAYMENT_TOO_LONG;
        out->reason = "valid_before_too_far";
    } else {
        return true;
    }
    return false;
}

/* The amount in the offer's atomic unit; false: it is in no such unit. */
static bool amount_for(const struct payment *payment, const struct offer *offer,
                       struct amount *out)
{
    if (payment->has_amount) {
        *out = payment->amount;
        return true;
    }
    return amount_from_decimal(payment->decimal, offer->decimals, out) ==
           AMOUNT_OK;
}

/* Version 2 names its price: it must be an offer's. Version 1 does not: the
 * highest that its value covers. */
static bool judge_amount(const struct payment *payment,
                         const struct offer *offers, size_t count,
                         struct judgement *out)
{
    bool found = false;

    for (size_t i = 0; i < count; i++) {
        struct amount amount;
        int order;

        if (!fits_recipient(payment, &offers[i]) ||
            !amount_for(payment, &offers[i], &amount)) {
            continue;
        }
        order = amount_compare(&amount, &offers[i].amount);
        if (order < 0 || (payment->exact_amount && order != 0)) {
            continue;
        }
        if (!found ||
            amount_compare(&offers[i].amount, &offers[out->offer].amount) > 0) {
            out->offer = i;
            found = true;
        }
    }
    if (!found) {
        out->state = PAYMENT_WRONG_AMOUNT;
        out->reason =
            payment->exact_amount ? "amount_not_offered" : "amount_too_small";
    }
    return found;
}

/* An unknown scheme is still ruled out by what it says of its network, and
 * on that network by asset and recipient. A name that is no CAIP-2 says
 * nothing. */
static void judge_unknown(const struct payment *payment,
                          const struct offer *offers, size_t count, bool strict,
                          struct judgement *out)
{
    bool named = view_find(payment->network, ':') < payment->network.size;

    if (!strict || !named || judge_target(payment, offers, count, out)) {
        out->state =
            payment->reusable ? PAYMENT_REUSABLE : PAYMENT_UNKNOWN_SCHEME;
        out->reason = payment->reusable ? NULL : "scheme_not_known";
    }
}

static bool gate_takes_network(const struct payment *payment,
                               const struct payment_settings *settings)
{
    bool takes = settings->gate_network_count == 0 || !payment->network.at;

    for (size_t i = 0; i < settings->gate_network_count && !takes; i++) {
        takes = view_equal(payment->network, settings->gate_networks[i]);
    }
    return takes;
}

/* Why the gate has no use for it, or NULL. */
static const char *unneeded(const struct payment *payment,
                            const struct payment_settings *settings,
                            size_t offer_count)
{
    unsigned versions = settings->gate_versions;
    unsigned protocols = settings->gate_protocols;

    if (offer_count == 0) {
        return "nothing_is_sold";
    }
    if (protocols && !(protocols & 1u << payment->protocol)) {
        return "protocol_not_taken";
    }
    if (payment->protocol == PROTOCOL_X402 && versions &&
        !(versions & 1u << payment->version)) {
        return "version_not_taken";
    }
    return gate_takes_network(payment, settings) ? NULL : "network_not_taken";
}

/* A scheme that is known, against what is sold. */
static void judge_known(const struct payment *payment,
                        const struct payment_settings *settings,
                        const struct offer *offers, size_t count, bool strict,
                        int64_t now, struct judgement *out)
{
    bool priced = payment->has_amount || payment->decimal.at;

    if (strict && !judge_target(payment, offers, count, out)) {
        return;
    }
    if (payment->misdirected) {
        out->state = PAYMENT_WRONG_RECIPIENT;
        out->reason = payment->misdirected;
        return;
    }
    if (!judge_window(payment, settings, now, out) ||
        (strict && priced && !judge_amount(payment, offers, count, out))) {
        return;
    }
    out->state = payment->reusable ? PAYMENT_REUSABLE : PAYMENT_SOUND;
}

struct judgement payment_judge(const struct payment *payment,
                               const struct payment_settings *settings,
                               const struct offer *offers, size_t offer_count,
                               bool strict, int64_t now)
{
    struct judgement out = {PAYMENT_NONE, NULL, 0};
    const char *reason;

    if (payment->protocol == PROTOCOL_NONE) {
        return out;
    }
    if (payment->malformed) {
        out.state = PAYMENT_MALFORMED;
        out.reason = payment->reason;
        return out;
    }
    reason = unneeded(payment, settings, offer_count);
    if (reason) {
        out.state = PAYMENT_UNNEEDED;
        out.reason = reason;
    } else if (payment->known_scheme) {
        judge_known(payment, settings, offers, offer_count, strict, now, &out);
    } else {
        judge_unknown(payment, offers, offer_count, strict, &out);
    }
    return out;
}

int64_t payment_claim_expiry(const struct payment *payment,
                             const struct payment_settings *settings,
                             int64_t now)
{
    int64_t margin = add_time(settings->settle_margin, settings->skew);
    int64_t soonest = add_time(now, margin);
    uint64_t seconds = payment->max_timeout;
    int64_t lifetime = settings->max_lifetime;
    int64_t expiry;

    if (payment->has_window) {
        expiry = payment->valid_before > INT64_MAX / SECOND
                     ? INT64_MAX
                     : (int64_t)payment->valid_before * SECOND;
        expiry = add_time(expiry, settings->skew);
        return expiry > soonest ? expiry : soonest;
    }
    /* No window that we can read: as long as it says, within a day. */
    if (seconds > (uint64_t)(DAY / SECOND)) {
        seconds = DAY / SECOND;
    }
    if (payment->brief && seconds > 0) {
        return add_time(add_time(now, (int64_t)seconds * SECOND),
                        settings->skew);
    }
    if ((int64_t)seconds * SECOND > lifetime) {
        lifetime = (int64_t)seconds * SECOND;
    }
    return add_time(add_time(now, lifetime), settings->skew);
}
