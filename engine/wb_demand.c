/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Demand and rates from outside: what an operator pushes, and the controller
 * on its own, for who wants to see where it leads.
 */
#include "steps.h"

/* "75" or "75.5%": parts per million of a whole load. */
bool price_read_load(struct view text, uint64_t *out)
{
    struct amount load;

    text = view_trim(text);
    if (text.size > 0 && text.at[text.size - 1] == '%') {
        text.size--;
    }
    if (text.size > 16 ||
        amount_from_decimal(text, 4, &load) == AMOUNT_SYNTAX) {
        return false;
    }
    *out = amount_to_u64(&load);
    return *out <= UINT32_MAX;
}

static const struct site *site_named(const struct wb_engine *engine,
                                     struct view id)
{
    for (size_t i = 0; i < engine->site_count; i++) {
        if (view_equal(engine->sites[i].id, id)) {
            return &engine->sites[i];
        }
    }
    return NULL;
}

static enum wb_status status_of(enum push push)
{
    return push == PUSH_DONE   ? WB_OK
           : push == PUSH_LOST ? WB_ERROR_IO
                               : WB_ERROR_ARGUMENT;
}

enum wb_status wb_state_push_load(struct wb_state *state,
                                  const struct wb_engine *engine,
                                  const char *site, const char *demand,
                                  const char *load, int64_t now)
{
    const struct site *found =
        state && engine && site ? site_named(engine, view_text(site)) : NULL;
    uint64_t read;

    if (!found || !demand || !load ||
        !price_read_load(view_text(load), &read)) {
        return WB_ERROR_ARGUMENT;
    }
    return status_of(market_push_load(&state->market, found->policy,
                                      view_text(demand), read, now));
}

enum wb_status wb_state_push_rate(struct wb_state *state,
                                  const struct wb_engine *engine,
                                  const char *site, const char *asset,
                                  const char *rate, int64_t now)
{
    const struct site *found =
        state && engine && site ? site_named(engine, view_text(site)) : NULL;

    if (!found || !asset || !rate) {
        return WB_ERROR_ARGUMENT;
    }
    return status_of(market_push_rate(&state->market, found->policy,
                                      view_text(asset), view_text(rate), now));
}

/* ---- the controller on its own ---- */

static const struct demand *demand_named(const struct wb_engine *engine,
                                         const char *site, const char *name)
{
    const struct site *found =
        engine && site ? site_named(engine, view_text(site)) : NULL;

    for (size_t i = 0; found && name && i < found->policy->demand_count; i++) {
        if (view_equal(found->policy->demands[i]->name, view_text(name))) {
            return found->policy->demands[i];
        }
    }
    return NULL;
}

const char *wb_engine_site(const struct wb_engine *engine, size_t i)
{
    /* ids are texts of the configuration's tree, which end in NUL */
    return engine && i < engine->site_count ? engine->sites[i].id.at : NULL;
}

const char *wb_engine_demand(const struct wb_engine *engine, const char *site,
                             size_t i)
{
    const struct site *found =
        engine && site ? site_named(engine, view_text(site)) : NULL;

    /* names are texts of the policy's tree, which end in NUL */
    return found && i < found->policy->demand_count
               ? found->policy->demands[i]->name.at
               : NULL;
}

/* As much as it rises within the time that a price told holds. */
static uint64_t least_of(const struct policy *policy,
                         const struct demand *demand)
{
    uint64_t bound = demand->floor * FACTOR_ONE / demand->ceiling;
    uint64_t least = FACTOR_ONE;

    if (!policy->without_token) {
        return FACTOR_ONE;
    }
    for (int64_t t = -demand->rule.period;
         !demand->curve && t < policy->quote_ttl && least > bound;
         t += demand->rule.period) {
        least = least * FACTOR_ONE / (FACTOR_ONE + demand->step);
    }
    return demand->curve || least < bound ? bound : least;
}

int wb_demand_number(const struct wb_engine *engine, const char *site,
                     const char *demand, enum wb_demand_number which,
                     uint64_t *number)
{
    const struct demand *found = demand_named(engine, site, demand);

    if (!found) {
        return 0;
    }
    switch (which) {
    case WB_DEMAND_PERIOD:
        *number = (uint64_t)found->rule.period;
        return 1;
    case WB_DEMAND_TARGET:
        *number = found->target;
        return 1;
    case WB_DEMAND_FLOOR:
        *number = found->floor;
        return 1;
    case WB_DEMAND_CEILING:
        *number = found->ceiling;
        return 1;
    case WB_DEMAND_LOAD:
        *number = found->signal == SIGNAL_LOAD;
        return 1;
    case WB_DEMAND_LEAST:
        *number = least_of(site_named(engine, view_text(site))->policy, found);
        return 1;
    }
    return 0;
}

uint64_t wb_demand_next(const struct wb_engine *engine, const char *site,
                        const char *demand, uint64_t multiplier,
                        uint64_t signal)
{
    const struct demand *found = demand_named(engine, site, demand);

    return found ? demand_next(found, multiplier, signal, false) : 0;
}
