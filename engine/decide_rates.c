/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rates of a request: each is counted once, by whoever decides first; a
 * shadow reads what its lender counted, where both declare the same rate.
 */
#include "base/hash.h"
#include "request/fill.h"
#include "steps.h"

/* An address is hashed with a key, so that nobody can make a rate grow that is
 * another address's; any other value one could simply send. */
static uint64_t hash_of_client(const struct wb_request *r,
                               const struct address *address)
{
    struct address client = address_client(address);
    return hash_sip(r->state->key,
                    view_of((const char *)client.bytes, sizeof client.bytes));
}

/* The values that a rate counts by, in one number. False when one is absent or
 * unknown: the rate is then unknown. */
static bool rate_parts(struct wb_request *r, const struct rate_info *rate,
                       uint64_t *out)
{
    const struct slot *slots = r->fill->plan->slots;
    uint64_t hash = 0;
    for (size_t i = 0; i < rate->slot_count; i++) {
        size_t slot = rate->slots[i];
        const struct value *value = &r->values[slot];
        facts_need(r->fill, slot);
        if (value->state != VALUE_PRESENT) {
            return false;
        }
        uint64_t part = 0;
        switch (slots[slot].type) {
        case FIELD_TYPE_ADDRESS:
            part = hash_of_client(r, value->address);
            break;
        case FIELD_TYPE_TEXT:
            part = hash_table(value->text);
            break;
        case FIELD_TYPE_AMOUNT:
            break;
        default:
            part = value->number;
        }
        hash = hash * UINT64_C(0x9E3779B97F4A7C15) + part;
    }
    *out = hash;
    return true;
}

static bool same_slots(const struct wb_request *a, const struct rate_info *x,
                       const struct wb_request *b, const struct rate_info *y)
{
    if (x->slot_count != y->slot_count) {
        return false;
    }
    for (size_t i = 0; i < x->slot_count; i++) {
        const struct slot *one = plan_slot_at(a->ruleset->plan, x->slots[i]);
        const struct slot *two = plan_slot_at(b->ruleset->plan, y->slots[i]);

        if (one->field != two->field ||
            !view_equal(one->parameter, two->parameter) ||
            memcmp(one->transforms, two->transforms, TRANSFORMS_MAX) != 0) {
            return false;
        }
    }
    return true;
}

static uint64_t lent_rate(const struct wb_request *shadow,
                          const struct rate_info *wanted)
{
    const struct wb_request *r = shadow->lender;
    const struct program *program = r->ruleset->program;

    for (size_t i = 0; i < program_rates(program); i++) {
        const struct rate_info *rate = program_rate(program, i);

        if (view_equal(rate->name, wanted->name) &&
            rate->window == wanted->window &&
            same_slots(r, rate, shadow, wanted)) {
            return r->rates[i];
        }
    }
    return RATE_UNKNOWN;
}

/* Of a shadow: what its lender counted. */
static const uint64_t *lent_rates(struct wb_request *shadow)
{
    const struct wb_request *r = shadow->lender;
    const struct program *program = shadow->ruleset->program;

    if (!r->state || !r->evaluation) {
        return NULL;
    }
    for (size_t i = 0; i < program_rates(program); i++) {
        shadow->rates[i] = lent_rate(shadow, program_rate(program, i));
    }
    return shadow->rates;
}

/* Rates that differ in their window alone share the hashing of their parts. */
const uint64_t *rates_step(struct wb_request *r)
{
    const struct program *program = r->ruleset->program;
    size_t n = program_rates(program);
    if (n > 0 && r->lender) {
        return lent_rates(r);
    }
    if (n == 0 || !r->state) {
        return NULL;
    }
    const struct address *client =
        r->facts.client_known ? &r->facts.client : NULL;
    uint64_t parts = 0;
    bool whole = false;
    for (size_t i = 0; i < n; i++) {
        const struct rate_info *rate = program_rate(program, i);
        if (!rate->again) {
            whole = rate_parts(r, rate, &parts);
        }
        r->rates[i] =
            whole ? rates_count(r->state->rates, parts ^ rate->name_hash,
                                r->again ? 0 : 1, client, rate->window,
                                r->facts.time)
                  : RATE_UNKNOWN;
    }
    return r->rates;
}
