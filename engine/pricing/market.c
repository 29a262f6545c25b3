/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What moves prices, asked of the state. A request whose route has none of it
 * never comes here.
 */
#include "pricing/market.h"

#include "base/hash.h"
#include "pricing/rate.h"

/* ---- demand ---- */

uint64_t market_multiplier(const struct market *market,
                           const struct demand *demand, int64_t now)
{
    struct meter *meter =
        market ? meters_get(market->meters, &demand->rule) : NULL;

    return meter ? meter_value(market->meters, meter, &demand->rule, now)
                 : FACTOR_ONE;
}

void market_asked(const struct market *market, const struct price *price,
                  const struct request *request)
{
    const struct demand *demand = price->of ? price->of->demand : NULL;
    struct address client = {{0}};
    struct meter *meter;
    uint64_t hash;

    if (!market || !demand || demand->signal != SIGNAL_REQUESTS ||
        price->action != PRICE_CHARGE) {
        return;
    }
    meter = meters_get(market->meters, &demand->rule);
    if (!meter) {
        return;
    }
    if (request->client_known) {
        client = address_neighbourhood(&request->client);
    }
    hash = hash_sip(demand->rule.key,
                    view_of((const char *)client.bytes, sizeof client.bytes));
    if (meter_admits(meter, &demand->rule, hash, demand->per_client,
                     request->time)) {
        meter_count(market->meters, meter, &demand->rule, 1, request->time);
    }
}

static void read_load(const struct market *market, const struct demand *demand,
                      uint64_t load, int64_t now)
{
    struct meter *meter = meters_get(market->meters, &demand->rule);
    if (meter) {
        meter_count(market->meters, meter, &demand->rule, load, now);
    }
}

enum push market_push_load(const struct market *market,
                           const struct policy *policy, struct view name,
                           uint64_t load, int64_t now)
{
    for (size_t i = 0; i < policy->demand_count; i++) {
        const struct demand *demand = policy->demands[i];
        if (!view_equal(demand->name, name) || demand->signal != SIGNAL_LOAD) {
            continue;
        }
        if (shared_lost(market->store)) {
            return PUSH_LOST;
        }
        read_load(market, demand, load, now);
        return PUSH_DONE;
    }
    return PUSH_UNKNOWN;
}

void market_load(const struct market *market, const struct policy *policy,
                 uint64_t load, int64_t now)
{
    for (size_t i = 0; i < policy->demand_count; i++) {
        if (policy->demands[i]->signal == SIGNAL_LOAD) {
            read_load(market, policy->demands[i], load, now);
        }
    }
}

/* ---- rates of exchange ---- */

void market_rate_rule(const struct policy *policy, const struct asset *asset,
                      struct meter_rule *rule)
{
    *rule = (struct meter_rule){
        .period = 1, .keep = policy->rate_max_age + policy->quote_ttl};
    memcpy(rule->key, asset->key, sizeof rule->key);
}

struct rate market_rate(const struct market *market,
                        const struct policy *policy, const struct asset *asset,
                        int64_t now)
{
    struct meter_rule rule;
    struct meter_point point;
    struct meter *meter;
    struct rate rate;

    if (!market) {
        return asset->rate;
    }
    market_rate_rule(policy, asset, &rule);
    meter = meters_get(market->meters, &rule);
    if (!meter) {
        return asset->rate;
    }
    point = meter_last_set(market->meters, meter, &rule, now);
    if (point.since == INT64_MIN || now - point.since > policy->rate_max_age) {
        return asset->rate;
    }
    rate = rate_unpack(point.value);
    return rate.mantissa ? rate : asset->rate;
}

enum push market_push_rate(const struct market *market,
                           const struct policy *policy, struct view asset,
                           struct view text, int64_t now)
{
    for (size_t i = 0; i < policy->asset_count; i++) {
        const struct asset *a = &policy->assets[i];
        struct meter_rule rule;
        struct meter *meter;
        struct rate rate;

        if (!view_equal(a->name, asset) || !a->currency.at ||
            !rate_from_text(text, &rate)) {
            continue;
        }
        market_rate_rule(policy, a, &rule);
        meter = meters_get(market->meters, &rule);
        return meter && meter_set(market->meters, meter, &rule,
                                  rate_pack(&rate), now)
                   ? PUSH_DONE
                   : PUSH_LOST;
    }
    return PUSH_UNKNOWN;
}

/* ---- both ---- */

void market_follow(const struct market *market, const struct policy *policy,
                   int64_t now)
{
    for (size_t i = 0; i < policy->demand_count; i++) {
        market_multiplier(market, policy->demands[i], now);
    }
    for (size_t i = 0; i < policy->asset_count; i++) {
        if (policy->assets[i].currency.at) {
            market_rate(market, policy, &policy->assets[i], now);
        }
    }
}

/* ---- volume ---- */

struct view volume_who(const struct volume *volume,
                       const struct request *request,
                       const struct evaluation *evaluation)
{
    const struct header *header;

    switch (volume->per) {
    case VOLUME_CLIENT_IP:
        return request->client_known
                   ? view_of((const char *)request->client.bytes,
                             sizeof request->client.bytes)
                   : VIEW_NONE;
    case VOLUME_AGENT:
        return evaluation_verdict(evaluation)->agent_name;
    case VOLUME_WBA_KEY:
        return request->signature.key;
    case VOLUME_HEADER:
    case VOLUME_PAYER:
        header = request_header(request, volume->header);
        return header && header->value.size > 0 &&
                       request_header_lines(request, volume->header) == 1
                   ? view_trim(header->value)
                   : VIEW_NONE;
    }
    return VIEW_NONE;
}

size_t market_step(const struct market *market, const struct volume *volume,
                   const struct request *request,
                   const struct evaluation *evaluation)
{
    struct view who = volume_who(volume, request, evaluation);

    if (!market || !who.at) {
        return 0;
    }
    return steps_find(volume->steps, volume->step_count,
                      volume_count(market->store, volume, who, request->time));
}

void market_paid(const struct market *market, const struct price *price,
                 const struct request *request,
                 const struct evaluation *evaluation, bool proven,
                 const unsigned char decision[16])
{
    const struct route *route = price->of;

    if (!market || !route) {
        return;
    }
    if (route->volume) {
        struct view who = volume_who(route->volume, request, evaluation);
        if (who.at) {
            volume_add(market->store, route->volume, who, decision,
                       request->time);
        }
    }
    if (proven && route->demand && route->demand->signal == SIGNAL_PAID) {
        struct meter *meter = meters_get(market->meters, &route->demand->rule);
        if (meter) {
            meter_count(market->meters, meter, &route->demand->rule, 1,
                        request->time);
        }
    }
}
