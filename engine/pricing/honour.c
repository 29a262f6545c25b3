/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prices that were told before, by quote and by history. The history has the
 * multipliers of the route's demand and the rates of the asset, with the
 * moments from which they held; the price is worked out anew under each pair
 * that was in force together.
 */
#include "pricing/honour.h"

#include "pricing/rate.h"

#define SECOND INT64_C(1000000)
#define MOMENTS_MAX ((size_t)3 * METER_POINTS)

/* ---- by quote ---- */

bool policy_quotes(const struct policy *policy)
{
    return policy->quote_keys.count > 0;
}

static uint64_t customer_of(const struct asker *asker,
                            const struct volume *volume)
{
    return hash_sip(volume->key,
                    volume_who(volume, asker->request, asker->evaluation));
}

void honour_quote(const struct policy *policy, const struct asker *asker,
                  const struct price *price, struct text *out)
{
    const struct request *request = asker->request;
    char room[QUOTE_PATH];
    char host_room[QUOTE_PATH];
    struct quote quote = {
        .generation = asker->generation,
        .site = asker->site,
        .host = quote_path(request->host_name, host_room),
        .method = request->method,
        .path = quote_path(request->path.canonical, room),
        .route = price->route,
        .tier = price->tier,
        .units = price->units,
        .multiplier = price->multiplier,
        .amount = price->amount,
        .asset = price->asset->address,
        .network = price->asset->network,
        .pay_to = price->pay_to,
        .issued = request->time / SECOND,
        .expires = (request->time + policy->quote_ttl) / SECOND,
    };

    if (price->of && price->of->volume) {
        quote.counted = true;
        quote.customer = customer_of(asker, price->of->volume);
        quote.volume = price->volume_step ? price->factors.volume : 0;
    }
    if (price->outcome->worth) {
        quote.rate_count = price->offer_count;
        for (size_t i = 0; i < price->offer_count; i++) {
            quote.rates[i] = rate_pack(&price->rates[i]);
        }
    }
    quote_write(&policy->quote_keys, &quote, out);
}

static bool is_for(const struct asker *asker, const struct quote *quote)
{
    const struct request *request = asker->request;
    char room[QUOTE_PATH];
    char host_room[QUOTE_PATH];

    return view_equal(quote->site, asker->site) &&
           view_equal(quote->host, quote_path(request->host_name, host_room)) &&
           view_equal(quote->method, request->method) &&
           view_equal(quote->path, quote_path(request->path.canonical, room));
}

/* The route, tier, units and customer that the price is of now. */
static bool is_same(const struct asker *asker, const struct quote *quote,
                    const struct price *price)
{
    const struct volume *volume = price->of ? price->of->volume : NULL;

    return view_equal(quote->route, price->route) &&
           quote->tier == price->tier && quote->units == price->units &&
           quote->counted == (volume != NULL) &&
           (!volume || quote->customer == customer_of(asker, volume));
}

/* As it was when the quote was told, by the clock: a tier may have had its
 * time meanwhile. */
static void price_then(const struct policy *policy, const struct asker *asker,
                       int64_t seconds, struct price *out)
{
    struct request *request = (struct request *)(size_t)asker->request;
    int64_t now = request->time;

    request->time = seconds * SECOND;
    policy_price(policy, request, asker->evaluation, NULL, out);
    request->time = now;
}

static void tell_amount(struct price *price, size_t i,
                        const struct amount *amount, uint64_t multiplier)
{
    price->offers[i].amount = *amount;
    price->multiplier = price->multiplier ? multiplier : 0;
    price_tell(price, i);
}

/* The quote names one asset and fixes what moves the others' amounts. */
static bool amount_told(const struct quote *quote, const struct price *price,
                        size_t i, struct amount *out)
{
    const struct asset *asset = price->offers[i].asset;
    struct factors factors = price->factors;
    struct rate rate = asset->rate;

    if (view_equal(quote->asset, asset->address) &&
        view_equal(quote->network, asset->network)) {
        *out = quote->amount;
        return view_equal(quote->pay_to, asset->pay_to);
    }
    if (price->outcome->worth) {
        if (i >= quote->rate_count) {
            return false;
        }
        rate = rate_unpack(quote->rates[i]);
        if (!rate.mantissa) {
            return false;
        }
    }
    factors.multiplier = quote->multiplier ? quote->multiplier : FACTOR_ONE;
    factors.volume = quote->volume ? quote->volume : FACTOR_ONE;
    *out = outcome_amount(price->outcome, i, &rate, &factors);
    return true;
}

/* All that was told, of which asset i is paid. */
static bool take_amounts(const struct quote *quote, struct price *price,
                         size_t i)
{
    struct amount amount;

    for (size_t k = 0; k < price->offer_count; k++) {
        if (amount_told(quote, price, k, &amount)) {
            price->offers[k].amount = amount;
        } else if (k == i) {
            return false;
        }
    }
    tell_amount(price, i, &price->offers[i].amount, quote->multiplier);
    return true;
}

enum honour honour_by_quote(const struct policy *policy,
                            const struct asker *asker, struct view token,
                            size_t i, struct price *price)
{
    char scratch[QUOTE_MAX];
    struct quote quote;
    struct price then = *price;

    switch (quote_read(&policy->quote_keys, token, asker->request->time,
                       scratch, &quote)) {
    case QUOTE_INVALID:
        return HONOUR_INVALID;
    case QUOTE_EXPIRED:
        return HONOUR_EXPIRED;
    case QUOTE_GOOD:
        break;
    }
    if (!is_for(asker, &quote)) {
        return HONOUR_OTHER;
    }
    if (!is_same(asker, &quote, &then)) {
        price_then(policy, asker, quote.issued, &then);
        if (then.action != PRICE_CHARGE || !is_same(asker, &quote, &then) ||
            i >= then.offer_count ||
            then.offers[i].asset != price->offers[i].asset) {
            return HONOUR_OTHER;
        }
    }
    if (!take_amounts(&quote, &then, i)) {
        return HONOUR_OTHER;
    }
    *price = then;
    return HONOUR_HELD;
}

/* ---- by history ---- */

struct history {
    struct meter_point demand[METER_POINTS], rates[METER_POINTS];
    size_t demand_count, rate_count;
};

/* What held at `at`; NULL: nothing had been said. */
static const struct meter_point *point_at(const struct meter_point *points,
                                          size_t count, int64_t at)
{
    while (count > 0 && points[count - 1].since > at) {
        count--;
    }
    return count ? &points[count - 1] : NULL;
}

static void read_history(const struct market *market,
                         const struct policy *policy, const struct price *price,
                         size_t i, int64_t from, struct history *out)
{
    const struct demand *demand = price->of ? price->of->demand : NULL;
    const struct asset *asset = price->offers[i].asset;
    struct meter *meter;

    out->demand_count = out->rate_count = 0;
    meter = demand ? meters_get(market->meters, &demand->rule) : NULL;
    if (meter) {
        out->demand_count = meter_points(meter, from, out->demand);
    }
    if (price->outcome->worth) {
        struct meter_rule rule;
        market_rate_rule(policy, asset, &rule);
        meter = meters_get(market->meters, &rule);
        if (meter) {
            out->rate_count =
                meter_points(meter, from - policy->rate_max_age, out->rates);
        }
    }
}

/* The moments from which something else was in force. */
static size_t list_moments(const struct history *history,
                           const struct policy *policy, int64_t from,
                           int64_t moments[MOMENTS_MAX])
{
    size_t n = 0;

    moments[n++] = from;
    for (size_t i = 0; i < history->demand_count && n < MOMENTS_MAX; i++) {
        moments[n++] = history->demand[i].since;
    }
    for (size_t i = 0; i < history->rate_count && n + 1 < MOMENTS_MAX; i++) {
        moments[n++] = history->rates[i].since;
        moments[n++] = history->rates[i].since + policy->rate_max_age + 1;
    }
    return n;
}

static struct amount amount_at(const struct history *history,
                               const struct policy *policy,
                               const struct price *price, size_t i, int64_t at,
                               uint64_t *multiplier)
{
    const struct meter_point *demand =
        point_at(history->demand, history->demand_count, at);
    const struct meter_point *pushed =
        point_at(history->rates, history->rate_count, at);
    struct factors factors = price->factors;
    struct rate rate = price->offers[i].asset->rate;

    *multiplier = demand ? demand->value : FACTOR_ONE;
    factors.multiplier = *multiplier;
    if (pushed && at - pushed->since <= policy->rate_max_age) {
        struct rate other = rate_unpack(pushed->value);
        rate = other.mantissa ? other : rate;
    }
    return outcome_amount(price->outcome, i, &rate, &factors);
}

bool honour_by_history(const struct market *market, const struct policy *policy,
                       int64_t now, size_t i, const struct amount *amount,
                       bool exact, struct price *price)
{
    int64_t from = now - policy->quote_ttl;
    int64_t moments[MOMENTS_MAX];
    struct history history;
    struct amount best = {{0}};
    uint64_t best_multiplier = 0;
    size_t count;

    if (!market || !policy->without_token ||
        (!price->multiplier && !price->outcome->worth)) {
        return false;
    }
    read_history(market, policy, price, i, from, &history);
    count = list_moments(&history, policy, from, moments);
    for (size_t k = 0; k < count; k++) {
        uint64_t multiplier;
        if (moments[k] < from || moments[k] > now) {
            continue;
        }
        struct amount a =
            amount_at(&history, policy, price, i, moments[k], &multiplier);
        int order = amount_compare(&a, amount);
        if ((exact ? order == 0 : order <= 0) &&
            amount_compare(&a, &best) > 0) {
            best = a;
            best_multiplier = multiplier;
        }
    }
    if (amount_is_zero(&best)) {
        return false;
    }
    tell_amount(price, i, &best, best_multiplier);
    return true;
}
