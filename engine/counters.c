/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters, and their text in Prometheus' exposition format. They live with
 * the state, so that a reload does not reset them; a rule's own counter
 * lives with its snapshot. Each thread adds to one of a few blocks, so that
 * threads do not share cache lines; reading adds the blocks up.
 *
 * A site's counters are kept by its id: its number may be another's after a
 * reload. A site takes its place in a table when it is first counted, and
 * keeps it. Labels are bounded by the configuration: no client chooses one.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "counters.h"
#include "decision_write.h"
#include "outcomes.h"

#define BLOCKS 16
/* Places for sites: twice what a configuration can have, so that reloads may
 * name new ones. What finds none shares one more. */
#define PLACES 512
#define NO_PLACE PLACES

enum action { ACTION_FREE, ACTION_CHARGE, ACTION_REJECT, ACTIONS };

static const char *const action_names[] = {"free", "charge", "reject"};
static const char *const mode_names[] = {"enforce", "count"};

/* What is counted of each site. */
struct site_counts {
    atomic_uint_least64_t decisions[CLASS_UNKNOWN + 1][ACTIONS][2];
};

struct block {
    struct site_counts *sites;
    atomic_uint_least64_t payments[PROTOCOL_COUNT][PAYMENT_STATES];
    atomic_uint_least64_t proofs[PROOFS];
    atomic_uint_least64_t signatures[WBA_STATES];
    atomic_uint_least64_t browser_like_charged;
    atomic_uint_least64_t asked; /* atomic units, saturating */
    atomic_uint_least64_t limited;
    atomic_uint_least64_t shadowed;
    atomic_uint_least64_t differs[SHADOW_DIFFERENCES];
    char pad[64];
};

struct counters {
    atomic_uint_least64_t taken[PLACES]; /* hash of the site's id, or 0 */
    struct block blocks[BLOCKS];
};

struct counters *counters_new(void)
{
    struct counters *counters = calloc(1, sizeof *counters);
    if (!counters) {
        return NULL;
    }
    for (size_t i = 0; i < BLOCKS; i++) {
        counters->blocks[i].sites =
            calloc(PLACES + 1, sizeof(struct site_counts));
        if (!counters->blocks[i].sites) {
            counters_free(counters);
            return NULL;
        }
    }
    return counters;
}

void counters_free(struct counters *counters)
{
    if (counters) {
        for (size_t i = 0; i < BLOCKS; i++) {
            free(counters->blocks[i].sites);
        }
        free(counters);
    }
}

static void add(atomic_uint_least64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static uint64_t sum_of(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* For what may be large each time: atomic units of 18 decimals fill 64 bits
 * with eighteen coins. */
static void add_amount(atomic_uint_least64_t *counter, uint64_t n)
{
    uint64_t before = atomic_load_explicit(counter, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(
        counter, &before, sum_of(before, n), memory_order_relaxed,
        memory_order_relaxed)) {
    }
}

static uint64_t get(const atomic_uint_least64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

/* Each thread takes the next block once. */
static struct block *own_block(struct counters *counters)
{
    static atomic_uint next;
    static _Thread_local unsigned mine;
    if (mine == 0) {
        mine =
            atomic_fetch_add_explicit(&next, 1, memory_order_relaxed) % BLOCKS +
            1;
    }
    return &counters->blocks[mine - 1];
}

/* The site's place, which it takes when it has none; or NO_PLACE. */
static size_t place_of(struct counters *counters, const struct site *site)
{
    for (size_t i = 0; site && i < PLACES; i++) {
        size_t place = (size_t)((site->id_hash + i) % PLACES);
        uint_least64_t there = get(&counters->taken[place]);
        if (there == 0 && atomic_compare_exchange_strong(
                              &counters->taken[place], &there, site->id_hash)) {
            return place;
        }
        if (there == site->id_hash) { /* since long, or since a moment */
            return place;
        }
    }
    return NO_PLACE;
}

static enum action action_of(const struct wb_request *r)
{
    if (!decision_allows(r)) {
        return ACTION_REJECT;
    }
    return r->price.action == PRICE_CHARGE ? ACTION_CHARGE : ACTION_FREE;
}

static void count_rules(struct wb_request *r)
{
    const size_t *fired = NULL;
    size_t n = evaluation_fired(r->evaluation, &fired);
    for (size_t i = 0; i < n; i++) {
        add(&r->ruleset->fired[fired[i]], 1);
    }
}

void counters_add(struct wb_request *r)
{
    if (!r->state) {
        return;
    }
    struct block *block = own_block(r->state->counters);
    enum action action = action_of(r);
    size_t place = place_of(r->state->counters, r->site);
    add(&block->sites[place]
             .decisions[r->verdict.class][action][r->count ? 1 : 0],
        1);
    add(&block->payments[r->payment.protocol][r->payment_state], 1);
    if (r->proof != PROOF_NONE) {
        add(&block->proofs[r->proof], 1);
    }
    if (r->wba.state != WBA_NONE) {
        add(&block->signatures[r->wba.state], 1);
    }
    if (action == ACTION_CHARGE && !r->count) {
        add_amount(&block->asked, amount_to_u64(&r->price.amount));
    }
    if (decision_charges_browser(r)) {
        add(&block->browser_like_charged, 1);
    }
    if (r->verdict.limited || r->cut) {
        add(&block->limited, 1);
    }
    if (r->evaluation) {
        count_rules(r);
    }
}

void counters_shadow(const struct wb_request *r, unsigned differs)
{
    if (!r->state) {
        return;
    }
    struct block *block = own_block(r->state->counters);
    add(&block->shadowed, 1);
    for (unsigned i = 0; i < SHADOW_DIFFERENCES; i++) {
        if (differs >> i & 1) {
            add(&block->differs[i], 1);
        }
    }
}

/* ---- writing ---- */

struct page {
    wb_sink *sink;
    void *context;
};

static void line(struct page *page, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void line(struct page *page, const char *format, ...)
{
    char room[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(room, sizeof room, format, args);
    va_end(args);
    if (n > 0 && (size_t)n < sizeof room) {
        page->sink(page->context, room, (size_t)n);
    }
}

static void head(struct page *page, const char *name, const char *type,
                 const char *help)
{
    line(page, "# HELP weighbridge_%s %s\n# TYPE weighbridge_%s %s\n", name,
         help, name, type);
}

static void write_site(struct page *page, const struct counters *counters,
                       size_t place, struct view id)
{
    for (size_t c = 0; c <= CLASS_UNKNOWN; c++) {
        for (size_t a = 0; a < ACTIONS; a++) {
            for (size_t m = 0; m < 2; m++) {
                uint64_t sum = 0;
                for (size_t b = 0; b < BLOCKS; b++) {
                    sum += get(
                        &counters->blocks[b].sites[place].decisions[c][a][m]);
                }
                if (sum == 0 && place == NO_PLACE) {
                    continue;
                }
                line(page,
                     "weighbridge_decisions_total{site=\"%.*s\","
                     "class=\"%.*s\",action=\"%s\",mode=\"%s\"} %llu\n",
                     VIEW_ARG(id), VIEW_ARG(class_names[c]), action_names[a],
                     mode_names[m], (unsigned long long)sum);
            }
        }
    }
}

/* Each site of the configuration, then what found no place, if anything. */
static void write_decisions(struct page *page, struct counters *counters,
                            const struct wb_engine *engine)
{
    head(page, "decisions_total", "counter",
         "Decisions by site, class, what was asked, and mode.");
    for (size_t s = 0; s < engine->site_count; s++) {
        const struct site *site = &engine->sites[s];
        write_site(page, counters, place_of(counters, site), site->id);
    }
    write_site(page, counters, NO_PLACE, VIEW("-"));
}

static void write_sum(struct page *page, const struct counters *counters,
                      size_t offset, const char *name, const char *help)
{
    uint64_t sum = 0;
    for (size_t b = 0; b < BLOCKS; b++) {
        const char *block = (const char *)&counters->blocks[b];
        sum = sum_of(sum, get((const atomic_uint_least64_t *)(block + offset)));
    }
    head(page, name, "counter", help);
    line(page, "weighbridge_%s %llu\n", name, (unsigned long long)sum);
}

/* Of x402 all states, of the others those that came. */
static void write_payments(struct page *page, const struct counters *counters)
{
    head(page, "payments_total", "counter",
         "Requests by the state of their payment.");
    for (size_t p = PROTOCOL_NONE + 1; p < PROTOCOL_COUNT; p++) {
        for (size_t s = PAYMENT_NONE + 1; s < PAYMENT_STATES; s++) {
            uint64_t sum = 0;
            for (size_t b = 0; b < BLOCKS; b++) {
                sum += get(&counters->blocks[b].payments[p][s]);
            }
            if (sum == 0 && p != PROTOCOL_X402) {
                continue;
            }
            line(page,
                 "weighbridge_payments_total{protocol=\"%s\",state=\"%s\"} "
                 "%llu\n",
                 payment_protocol_names[p], payment_states[s].name,
                 (unsigned long long)sum);
        }
    }
}

static void write_shadow(struct page *page, const struct counters *counters)
{
    write_sum(page, counters, offsetof(struct block, shadowed),
              "shadow_decisions_total",
              "Decisions made once more under the shadow.");
    head(page, "shadow_differences_total", "counter",
         "Decisions in which the shadow differed, by what.");
    for (size_t i = 0; i < SHADOW_DIFFERENCES; i++) {
        uint64_t sum = 0;
        for (size_t b = 0; b < BLOCKS; b++) {
            sum += get(&counters->blocks[b].differs[i]);
        }
        line(page, "weighbridge_shadow_differences_total{what=\"%s\"} %llu\n",
             shadow_differences[i], (unsigned long long)sum);
    }
}

static void write_signatures(struct page *page, const struct counters *counters)
{
    head(page, "payment_signatures_total", "counter",
         "Signatures of payments by what their check found.");
    for (size_t p = PROOF_NONE + 1; p < PROOFS; p++) {
        uint64_t sum = 0;
        for (size_t b = 0; b < BLOCKS; b++) {
            sum += get(&counters->blocks[b].proofs[p]);
        }
        line(page, "weighbridge_payment_signatures_total{result=\"%s\"} %llu\n",
             payment_proof_names[p], (unsigned long long)sum);
    }
}

static void write_shared_store(struct page *page,
                               const struct store_stats *stats)
{
    head(page, "claims_store_up", "gauge",
         "1 while the shared store answers and holds what was claimed.");
    line(page, "weighbridge_claims_store_up %d\n", stats->up && !stats->unfit);
    head(page, "claims_store_losses_total", "counter",
         "Times that the shared store was lost.");
    line(page, "weighbridge_claims_store_losses_total %llu\n",
         (unsigned long long)stats->losses);
    head(page, "claims_alone_total", "counter",
         "Payments let through by this node's word alone.");
    line(page, "weighbridge_claims_alone_total %llu\n",
         (unsigned long long)stats->alone);
    head(page, "claims_withdrawn_total", "counter",
         "Claims that the shared store did not answer in time.");
    line(page, "weighbridge_claims_withdrawn_total %llu\n",
         (unsigned long long)stats->withdrawn);
}

static void write_signed(struct page *page, const struct counters *counters)
{
    head(page, "signed_requests_total", "counter",
         "Requests signed by Web Bot Auth by what their check found.");
    for (size_t s = WBA_NONE + 1; s < WBA_STATES; s++) {
        uint64_t sum = 0;
        for (size_t b = 0; b < BLOCKS; b++) {
            sum += get(&counters->blocks[b].signatures[s]);
        }
        line(page, "weighbridge_signed_requests_total{state=\"%s\"} %llu\n",
             wba_state_names[s] ? wba_state_names[s] : "unknown",
             (unsigned long long)sum);
    }
}

static void write_claims(struct page *page, const struct wb_state *state)
{
    struct store_stats stats = {0};
    state->store->ops->stats(state->store, &stats);
    head(page, "claims_held", "gauge", "Claims that have not expired.");
    line(page,
         "weighbridge_claims_held{slot=\"proven\"} %llu\n"
         "weighbridge_claims_held{slot=\"unproven\"} %llu\n",
         (unsigned long long)stats.claims_proven,
         (unsigned long long)stats.claims_unproven);
    head(page, "claims_capacity", "gauge", "Claims that can be held.");
    line(page,
         "weighbridge_claims_capacity{slot=\"proven\"} %llu\n"
         "weighbridge_claims_capacity{slot=\"unproven\"} %llu\n",
         (unsigned long long)stats.capacity_proven,
         (unsigned long long)stats.capacity_unproven);
    head(page, "claims_total", "counter", "Claims by what became of them.");
    line(page,
         "weighbridge_claims_total{result=\"taken\"} %llu\n"
         "weighbridge_claims_total{result=\"refused\"} %llu\n"
         "weighbridge_claims_total{result=\"full\"} %llu\n"
         "weighbridge_claims_total{result=\"evicted\"} %llu\n",
         (unsigned long long)stats.taken, (unsigned long long)stats.refused,
         (unsigned long long)stats.full, (unsigned long long)stats.evicted);
    if (stats.shared) {
        write_shared_store(page, &stats);
    }
}

static void write_databases(struct page *page, const struct wb_engine *engine)
{
    static const char *const kinds[] = {"country", "asn"};
    const struct mmdb_list *lists[] = {&engine->databases.country,
                                       &engine->databases.as};
    size_t list = 0;
    head(page, "database_damaged_total", "counter",
         "Records of a database that could not be read.");
    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < lists[k]->count; i++) {
            const struct dated_lists *dated = &engine->lists;
            while (list < dated->count &&
                   strcmp(dated->items[list].kind, kinds[k]) != 0) {
                list++;
            }
            line(page,
                 "weighbridge_database_damaged_total{kind=\"%s\","
                 "name=\"%s\"} %llu\n",
                 kinds[k], list < dated->count ? dated->items[list++].name : "",
                 (unsigned long long)mmdb_damaged(lists[k]->items[i]));
        }
    }
}

static void write_rules(struct page *page, const struct wb_engine *engine)
{
    head(page, "rule_fired_total", "counter",
         "Times a rule fired since this configuration was loaded.");
    for (size_t s = 0; s < engine->ruleset_count; s++) {
        const struct ruleset *set = &engine->rulesets[s];
        size_t n = program_rules(set->program);
        for (size_t i = 0; i < n; i++) {
            uint64_t fired = get(&set->fired[i]);
            if (fired == 0) {
                continue;
            }
            const struct rule_info *rule = program_rule(set->program, i);
            line(page,
                 "weighbridge_rule_fired_total{ruleset=\"%zu\",rule=\"%.*s\"} "
                 "%llu\n",
                 s, VIEW_ARG(rule->id), (unsigned long long)fired);
        }
    }
}

void wb_state_metrics(const struct wb_state *state,
                      const struct wb_engine *engine, wb_sink *sink,
                      void *context)
{
    struct page page = {sink, context};
    struct counters *counters = state->counters;
    write_decisions(&page, counters, engine);
    write_sum(&page, counters, offsetof(struct block, browser_like_charged),
              "browser_like_charged_total",
              "Charged or refused with a browser's name and no agent's.");
    write_sum(&page, counters, offsetof(struct block, asked),
              "asked_amount_total",
              "Sum of prices asked, in atomic units, all assets together.");
    write_sum(&page, counters, offsetof(struct block, limited), "limited_total",
              "Decisions in which a matching limit made a fact unknown.");
    if (engine->shadow) {
        write_shadow(&page, counters);
    }
    write_payments(&page, counters);
    write_signatures(&page, counters);
    write_signed(&page, counters);
    write_claims(&page, state);
    outcomes_metrics(state->outcomes, sink, context);
    write_databases(&page, engine);
    write_rules(&page, engine);
}
