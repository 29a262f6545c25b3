/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks of counters, one per thread, in a list that only grows. A block has
 * one writer; readers may see a sum that is a moment old.
 */
#include "sidecar/metrics.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* Upper bounds of the histogram, in nanoseconds; then there is +Inf. */
static const struct {
    int64_t bound;
    const char *label;
} buckets[] = {{5000, "0.000005"}, {10000, "0.00001"}, {25000, "0.000025"},
               {50000, "0.00005"}, {100000, "0.0001"}, {250000, "0.00025"},
               {1000000, "0.001"}, {5000000, "0.005"}, {25000000, "0.025"},
               {100000000, "0.1"}, {250000000, "0.25"}};
#define BUCKETS (sizeof buckets / sizeof *buckets)

static const struct {
    const char *name, *help;
} counters[COUNTER_COUNT] = {
    [COUNTER_WAITS] = {"decision_waits_total",
                       "Decisions that waited for a store."},
    [COUNTER_DENIED_FOUND] = {"denied_found_total",
                              "Second asks that found their denial."},
    [COUNTER_DENIED_UNKNOWN] = {"denied_unknown_total",
                                "Second asks that got a plain 403."},
};

struct block {
    atomic_uint_fast64_t asks[LISTENERS_MAX];
    atomic_uint_fast64_t refusals[REFUSAL_COUNT];
    atomic_uint_fast64_t counts[COUNTER_COUNT];
    atomic_uint_fast64_t decisions[BUCKETS + 1];
    atomic_uint_fast64_t nanoseconds;
    struct block *next;
};

static pthread_mutex_t list_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct block *blocks;
static struct block shared; /* when a thread's own could not be allocated */
static _Thread_local struct block *mine;

static struct block *block(void)
{
    if (mine == NULL) {
        mine = calloc(1, sizeof *mine);
        if (mine == NULL) {
            return &shared;
        }
        pthread_mutex_lock(&list_mutex);
        mine->next = blocks;
        blocks = mine;
        pthread_mutex_unlock(&list_mutex);
    }
    return mine;
}

static void add(atomic_uint_fast64_t *counter, uint64_t value)
{
    atomic_fetch_add_explicit(counter, value, memory_order_relaxed);
}

void metrics_ask(unsigned listener)
{
    add(&block()->asks[listener], 1);
}

void metrics_refusal(enum refusal refusal)
{
    add(&block()->refusals[refusal], 1);
}

void metrics_count(enum counter counter)
{
    add(&block()->counts[counter], 1);
}

void metrics_decision(int64_t nanoseconds)
{
    struct block *to = block();
    size_t i = 0;

    while (i < BUCKETS && nanoseconds > buckets[i].bound) {
        i++;
    }
    add(&to->decisions[i], 1);
    add(&to->nanoseconds, (uint64_t)nanoseconds);
}

/* ---- printing ---- */

/* The sum over all threads of the counter at this place of the block. */
static uint64_t sum(const atomic_uint_fast64_t *place)
{
    size_t offset = (size_t)((const char *)place - (const char *)&shared);
    uint64_t total = atomic_load_explicit(place, memory_order_relaxed);

    pthread_mutex_lock(&list_mutex);
    for (const struct block *b = blocks; b != NULL; b = b->next) {
        const atomic_uint_fast64_t *at =
            (const void *)((const char *)b + offset);

        total += atomic_load_explicit(at, memory_order_relaxed);
    }
    pthread_mutex_unlock(&list_mutex);
    return total;
}

uint64_t metrics_asks(unsigned listener)
{
    return sum(&shared.asks[listener]);
}

struct printer {
    wb_sink *sink;
    void *context;
};

__attribute__((format(printf, 2, 3))) static void
print(const struct printer *printer, const char *format, ...)
{
    char text[512];
    va_list list;
    int size;

    va_start(list, format);
    size = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (size > 0) {
        printer->sink(printer->context, text,
                      (size_t)size < sizeof text ? (size_t)size
                                                 : sizeof text - 1);
    }
}

static void print_head(const struct printer *p, const char *name,
                       const char *type, const char *help)
{
    print(p, "# HELP weighbridge_%s %s\n# TYPE weighbridge_%s %s\n", name, help,
          name, type);
}

static void print_one(const struct printer *p, const char *name,
                      const char *type, const char *help, uint64_t value)
{
    print_head(p, name, type, help);
    print(p, "weighbridge_%s %" PRIu64 "\n", name, value);
}

static void print_histogram(const struct printer *p)
{
    uint64_t total = 0;

    print_head(p, "decision_seconds", "histogram",
               "From a whole ask to its answer.");
    for (size_t i = 0; i <= BUCKETS; i++) {
        total += sum(&shared.decisions[i]);
        print(p, "weighbridge_decision_seconds_bucket{le=\"%s\"} %" PRIu64 "\n",
              i < BUCKETS ? buckets[i].label : "+Inf", total);
    }
    print(p,
          "weighbridge_decision_seconds_sum %.9f\n"
          "weighbridge_decision_seconds_count %" PRIu64 "\n",
          (double)sum(&shared.nanoseconds) / 1e9, total);
}

static void print_listeners(const struct printer *p,
                            const struct metrics_now *now)
{
    const struct setup *setup = now->setup;

    print_head(p, "asks_total", "counter", "Requests by listener.");
    for (unsigned i = 0; i < setup->listen_count; i++) {
        print(p,
              "weighbridge_asks_total{listener=\"%u\",dialect=\"%s\"} "
              "%" PRIu64 "\n",
              i, setup->listen[i].dialect->name, metrics_asks(i));
    }
    print_head(p, "connections", "gauge", "Open connections by listener.");
    for (unsigned i = 0; i < setup->listen_count; i++) {
        print(p, "weighbridge_connections{listener=\"%u\"} %u\n", i,
              now->connections[i]);
    }
}

static void print_refusals(const struct printer *p)
{
    print_head(p, "door_refusals_total", "counter",
               "Asks that were refused without a decision.");
    for (int i = REFUSE_NOT + 1; i < REFUSAL_COUNT; i++) {
        print(p, "weighbridge_door_refusals_total{reason=\"%s\"} %" PRIu64 "\n",
              refusal_error((enum refusal)i), sum(&shared.refusals[i]));
    }
}

static void print_gauges(const struct printer *p, const struct metrics_now *now)
{
    print_one(p, "in_flight", "gauge", "Decisions under way.", now->in_flight);
    print_one(p, "draining", "gauge", "1: stopping.", now->draining);
    print_one(p, "demo_info", "gauge", "1: the built-in demo is running.",
              now->setup->demo);
    print_head(p, "config_generation_info", "gauge", "What is loaded.");
    print(p, "weighbridge_config_generation_info{generation=\"%s\"} 1\n",
          now->generation);
    print_one(p, "config_last_reload_successful", "gauge",
              "0: the last reload failed and the old configuration stays.",
              !now->reload_failed);
    print_one(p, "config_last_reload_success_timestamp_seconds", "gauge",
              "When the configuration in force was loaded.",
              (uint64_t)(now->reloaded / 1000000));
    print_one(p, "start_timestamp_seconds", "gauge",
              "When this process started.", (uint64_t)(now->started / 1000000));
    print_head(p, "config_reloads_total", "counter", "Reloads by outcome.");
    print(p,
          "weighbridge_config_reloads_total{outcome=\"done\"} %lu\n"
          "weighbridge_config_reloads_total{outcome=\"failed\"} %lu\n",
          now->reloads, now->reloads_failed);
    print_one(p, "audit_lines_total", "counter",
              "Lines of the audit log that were written.", now->audit_written);
    print_one(p, "audit_lines_lost_total", "counter",
              "Lines of the audit log that were lost.", now->audit_lost);
    print_one(p, "log_lines_lost_total", "counter",
              "Log lines that were dropped or not written.", now->log_lost);
}

/* Lists of others: how old, how large. What is not there has no age. */
static void print_lists(const struct printer *p, const struct metrics_now *now)
{
    const char *name, *kind;
    int64_t date;
    size_t entries;

    print_head(p, "list_age_seconds", "gauge",
               "Age of address sets, key directories and databases.");
    for (size_t i = 0;
         (name = wb_engine_list(now->engine, i, &kind, &date, NULL)) != NULL;
         i++) {
        if (date != INT64_MIN) {
            print(p,
                  "weighbridge_list_age_seconds{kind=\"%s\",name=\"%s\"} "
                  "%" PRId64 "\n",
                  kind, name, (now->now - date) / 1000000);
        }
    }
    print_head(p, "list_entries", "gauge",
               "Networks, keys or nodes that they hold.");
    for (size_t i = 0;
         (name = wb_engine_list(now->engine, i, &kind, NULL, &entries)) != NULL;
         i++) {
        print(p, "weighbridge_list_entries{kind=\"%s\",name=\"%s\"} %zu\n",
              kind, name, entries);
    }
}

void metrics_write(const struct metrics_now *now, wb_sink *sink, void *context)
{
    struct printer p = {sink, context};

    print_listeners(&p, now);
    print_refusals(&p);
    print_histogram(&p);
    for (int i = 0; i < COUNTER_COUNT; i++) {
        print_one(&p, counters[i].name, "counter", counters[i].help,
                  sum(&shared.counts[i]));
    }
    print_gauges(&p, now);
    print_lists(&p, now);
}

void metrics_free(void)
{
    while (blocks != NULL) {
        struct block *next = blocks->next;

        free(blocks);
        blocks = next;
    }
    mine = NULL;
}
